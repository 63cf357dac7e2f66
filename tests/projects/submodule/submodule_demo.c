// A module that passes its argument on to the submodule's code.
#include <Python.h>

long triple(long value);

static PyObject *call(PyObject *self, PyObject *value) {
  (void)self;
  return PyLong_FromLong(triple(PyLong_AsLong(value)));
}

static PyMethodDef methods[] = {{"triple", call, METH_O, "Three times the number."}, {NULL, NULL, 0, NULL}};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "submodule_demo", NULL, -1, methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit_submodule_demo(void) { return PyModule_Create(&module); }
