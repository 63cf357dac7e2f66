// What C shows of a machine: byte order, word size, the maths library's rounding, zlib's checksum.
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <math.h>
#include <stdint.h>
#include <string.h>
#include <zlib.h>

static PyObject *first_byte(PyObject *self, PyObject *args) {
  const uint32_t word = 0x01020304;
  unsigned char bytes[4];
  (void)self, (void)args;
  memcpy(bytes, &word, sizeof bytes);
  return PyLong_FromLong(bytes[0]);
}

static PyObject *word_bits(PyObject *self, PyObject *args) {
  (void)self, (void)args;
  return PyLong_FromSize_t(8 * sizeof(void *));
}

static PyObject *power(PyObject *self, PyObject *args) {
  double base, exponent;
  (void)self;
  if (!PyArg_ParseTuple(args, "dd", &base, &exponent)) {
    return NULL;
  }
  return PyFloat_FromDouble(pow(base, exponent));
}

static PyObject *checksum(PyObject *self, PyObject *args) {
  Py_buffer view;
  (void)self;
  if (!PyArg_ParseTuple(args, "y*", &view)) {
    return NULL;
  }
  const unsigned long sum = crc32(0, view.buf, (uInt)view.len);
  PyBuffer_Release(&view);
  return PyLong_FromUnsignedLong(sum);
}

static PyMethodDef methods[] = {{"first_byte", first_byte, METH_NOARGS, "The first byte of 0x01020304 in memory."},
                                {"word_bits", word_bits, METH_NOARGS, "Bits of a pointer."},
                                {"power", power, METH_VARARGS, "pow()."},
                                {"checksum", checksum, METH_VARARGS, "crc32()."},
                                {NULL, NULL, 0, NULL}};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "byte_order_c", NULL, 0, methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit_byte_order_c(void) { return PyModule_Create(&module); }
