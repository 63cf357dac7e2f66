// A module that passes one question on to libfieldmath.
#include <Python.h>

#include <fieldmath.h>

static PyObject *inverse(PyObject *self, PyObject *args) {
  (void)self;
  unsigned long value, prime;
  if (!PyArg_ParseTuple(args, "kk", &value, &prime))
    return NULL;
  return PyLong_FromUnsignedLong(fieldmath_inverse(value, prime));
}

static PyMethodDef methods[] = {
    {"inverse", inverse, METH_VARARGS, "The number that times VALUE gives 1 modulo PRIME."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "own_library", NULL, -1, methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit_own_library(void) { return PyModule_Create(&module); }
