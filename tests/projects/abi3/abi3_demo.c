// One function within the limited API.
#include <Python.h>

static PyObject *gcd(PyObject *self, PyObject *args) {
  (void)self;
  long a, b;
  if (!PyArg_ParseTuple(args, "ll", &a, &b))
    return NULL;
  while (b != 0) {
    long rest = a % b;
    a = b, b = rest;
  }
  return PyLong_FromLong(a);
}

static PyMethodDef methods[] = {{"gcd", gcd, METH_VARARGS, "The greatest common divisor."}, {NULL, NULL, 0, NULL}};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "abi3_demo", NULL, -1, methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit_abi3_demo(void) { return PyModule_Create(&module); }
