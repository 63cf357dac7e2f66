// A module with a wrong answer.
#include <Python.h>

static PyObject *answer(PyObject *self, PyObject *args) {
  (void)self, (void)args;
  return PyLong_FromLong(41);
}

static PyMethodDef methods[] = {{"answer", answer, METH_NOARGS, "Off by one."}, {NULL, NULL, 0, NULL}};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "failing_test", NULL, -1, methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit_failing_test(void) { return PyModule_Create(&module); }
