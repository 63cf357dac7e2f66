// A module that remembers a variable of its build.
#include <Python.h>

static PyObject *flavour(PyObject *self, PyObject *args) {
  (void)self, (void)args;
  return PyUnicode_FromString(FLAVOUR);
}

static PyMethodDef methods[] = {{"flavour", flavour, METH_NOARGS, "PLAIN at build time."}, {NULL, NULL, 0, NULL}};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "needs_env", NULL, -1, methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit_needs_env(void) { return PyModule_Create(&module); }
