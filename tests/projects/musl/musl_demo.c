/* An extension for musl: memory, text and mathematics, so that libc is really needed. */
#include <Python.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static PyObject *describe(PyObject *self, PyObject *argument) {
  (void)self;
  double value = PyFloat_AsDouble(argument);
  if (PyErr_Occurred()) {
    return NULL;
  }
  char *text = malloc(64);
  if (text == NULL) {
    return PyErr_NoMemory();
  }
  snprintf(text, 64, "%.3f", sqrt(fabs(value)));
  PyObject *result = PyUnicode_FromStringAndSize(text, (Py_ssize_t)strlen(text));
  free(text);
  return result;
}

static PyMethodDef methods[] = {{"describe", describe, METH_O, "The root of a number, as text."}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "musl_demo", NULL, -1, methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit_musl_demo(void) { return PyModule_Create(&definition); }
