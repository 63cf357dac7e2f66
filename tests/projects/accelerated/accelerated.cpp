// y = a * x + y on a device, or on the processor where no toolchain was there.
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <string.h>

#if defined(WITH_MKL)
#include <mkl_cblas.h>
#endif
#if defined(WITH_CUDA)
#include <cuda_runtime.h>
#define DEVICE(name) cuda##name
#elif defined(WITH_HIP)
#include <hip/hip_runtime.h>
#define DEVICE(name) hip##name
#endif

#ifdef DEVICE
__global__ void axpy_kernel(double a, double x, double* y) { *y += a * x; }

static const char* compute(double a, double x, double* y) {
  double* on_device = nullptr;
  auto error = DEVICE(Malloc)((void**)&on_device, sizeof(double));
  if (error != DEVICE(Success)) {
    return DEVICE(GetErrorName)(error);
  }
  (void)DEVICE(Memcpy)(on_device, y, sizeof(double), DEVICE(MemcpyHostToDevice));
  axpy_kernel<<<1, 1>>>(a, x, on_device);
  error = DEVICE(Memcpy)(y, on_device, sizeof(double), DEVICE(MemcpyDeviceToHost));
  (void)DEVICE(Free)(on_device);
  return error == DEVICE(Success) ? nullptr : DEVICE(GetErrorName)(error);
}
static const char* device_error() {
  int count = 0;
  const auto error = DEVICE(GetDeviceCount)(&count);
  return error == DEVICE(Success) ? "none" : DEVICE(GetErrorName)(error);
}
#else
static const char* compute(double a, double x, double* y) {
  *y += a * x;
  return nullptr;
}
static const char* device_error() { return "none"; }
#endif

static PyObject* axpy(PyObject*, PyObject* args) {
  double a = 0, x = 0, y = 0;
  if (!PyArg_ParseTuple(args, "ddd", &a, &x, &y)) {
    return nullptr;
  }
  if (const char* error = compute(a, x, &y)) {
    PyErr_SetString(PyExc_RuntimeError, error);
    return nullptr;
  }
  return PyFloat_FromDouble(y);
}
/// The product of two n x n matrices that are given as flat lists, as a flat list.
static PyObject* product(PyObject*, PyObject* args) {
  PyObject *left = nullptr, *right = nullptr;
  int n = 0;
  if (!PyArg_ParseTuple(args, "iO!O!", &n, &PyList_Type, &left, &PyList_Type, &right)) {
    return nullptr;
  }
  const Py_ssize_t size = static_cast<Py_ssize_t>(n) * n;
  if (n < 1 || PyList_Size(left) != size || PyList_Size(right) != size) {
    PyErr_SetString(PyExc_ValueError, "the lists do not have n * n numbers");
    return nullptr;
  }
  // Plain memory: containers of the standard library would ask for a newer one.
  double* a = static_cast<double*>(PyMem_Malloc(3 * size * sizeof(double)));
  if (a == nullptr) {
    return PyErr_NoMemory();
  }
  memset(a, 0, 3 * size * sizeof(double));
  double *b = a + size, *c = b + size;
  for (Py_ssize_t i = 0; i < size; ++i) {
    a[i] = PyFloat_AsDouble(PyList_GetItem(left, i));
    b[i] = PyFloat_AsDouble(PyList_GetItem(right, i));
  }
#if defined(WITH_MKL)
  cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n, n, n, 1.0, a, n, b, n, 0.0, c, n);
#else
  for (int i = 0; i < n; ++i) {
    for (int k = 0; k < n; ++k) {
      for (int j = 0; j < n; ++j) {
        c[i * n + j] += a[i * n + k] * b[k * n + j];
      }
    }
  }
#endif
  PyObject* result = PyList_New(size);
  for (Py_ssize_t i = 0; result != nullptr && i < size; ++i) {
    PyList_SetItem(result, i, PyFloat_FromDouble(c[i]));
  }
  PyMem_Free(a);
  return result;
}
static PyObject* backend(PyObject*, PyObject*) {
#if defined(WITH_CUDA)
  return PyUnicode_FromString("cuda");
#elif defined(WITH_HIP)
  return PyUnicode_FromString("hip");
#elif defined(WITH_MKL)
  return PyUnicode_FromString("mkl");
#else
  return PyUnicode_FromString("cpu");
#endif
}
static PyObject* error_name(PyObject*, PyObject*) { return PyUnicode_FromString(device_error()); }

static PyMethodDef methods[] = {{"axpy", axpy, METH_VARARGS, nullptr},
                                {"product", product, METH_VARARGS, nullptr},
                                {"backend", backend, METH_NOARGS, nullptr},
                                {"device_error", error_name, METH_NOARGS, nullptr},
                                {nullptr, nullptr, 0, nullptr}};
static PyModuleDef module = {PyModuleDef_HEAD_INIT, "accelerated", nullptr, -1, methods};
extern "C" __attribute__((visibility("default"))) PyObject* PyInit_accelerated() { return PyModule_Create(&module); }
