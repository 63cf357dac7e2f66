// The two libraries seen from Python: zlib is on every machine, liblzma has to travel in the wheel.
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <lzma.h>
#include <zlib.h>

static PyObject *checksum(PyObject *self, PyObject *args) {
  (void)self;
  Py_buffer data;
  if (!PyArg_ParseTuple(args, "y*", &data))
    return NULL;
  uLong crc = crc32(0L, data.buf, (uInt)data.len);
  PyBuffer_Release(&data);
  return PyLong_FromUnsignedLong(crc);
}

static PyObject *xz(PyObject *self, PyObject *args) {
  (void)self;
  Py_buffer data;
  if (!PyArg_ParseTuple(args, "y*", &data))
    return NULL;
  size_t size = lzma_stream_buffer_bound((size_t)data.len), used = 0;
  PyObject *packed = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)size);
  lzma_ret status = LZMA_MEM_ERROR;
  if (packed)
    status = lzma_easy_buffer_encode(6, LZMA_CHECK_CRC64, NULL, data.buf, (size_t)data.len,
                                     (uint8_t *)PyBytes_AS_STRING(packed), &used, size);
  PyBuffer_Release(&data);
  if (status != LZMA_OK) {
    Py_XDECREF(packed);
    return PyErr_Format(PyExc_RuntimeError, "liblzma ended with %d", (int)status);
  }
  _PyBytes_Resize(&packed, (Py_ssize_t)used);
  return packed;
}

static PyObject *version(PyObject *self, PyObject *args) {
  (void)self, (void)args;
  return PyUnicode_FromString(lzma_version_string());
}

static PyMethodDef methods[] = {
    {"crc32", checksum, METH_VARARGS, "The CRC-32 of the bytes, by zlib."},
    {"xz", xz, METH_VARARGS, "The bytes as an .xz stream, by liblzma."},
    {"lzma_version", version, METH_NOARGS, "The version of the liblzma that was loaded."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_native", NULL, -1, methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__native(void) { return PyModule_Create(&module); }
