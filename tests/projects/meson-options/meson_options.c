// A module that says what it was configured with.
#include <Python.h>

static PyObject *greeting(PyObject *self, PyObject *args) {
  (void)self, (void)args;
  return PyUnicode_FromString(GREETING);
}

static PyMethodDef methods[] = {{"greeting", greeting, METH_NOARGS, "The meson option."}, {NULL, NULL, 0, NULL}};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "meson_options", NULL, -1, methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit_meson_options(void) { return PyModule_Create(&module); }
