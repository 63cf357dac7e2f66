// y = a * x + y on a device, or on the processor where no toolchain was there.
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#if defined(WITH_CUDA)
#include <cuda_runtime.h>
#define DEVICE(name) cuda##name
#elif defined(WITH_HIP)
#include <hip/hip_runtime.h>
#define DEVICE(name) hip##name
#endif

#ifdef DEVICE
__global__ void axpy_kernel(double a, double x, double *y) { *y += a * x; }

static const char *compute(double a, double x, double *y) {
  double *on_device = nullptr;
  auto error = DEVICE(Malloc)((void **)&on_device, sizeof(double));
  if (error != DEVICE(Success)) {
    return DEVICE(GetErrorName)(error);
  }
  (void)DEVICE(Memcpy)(on_device, y, sizeof(double), DEVICE(MemcpyHostToDevice));
  axpy_kernel<<<1, 1>>>(a, x, on_device);
  error = DEVICE(Memcpy)(y, on_device, sizeof(double), DEVICE(MemcpyDeviceToHost));
  (void)DEVICE(Free)(on_device);
  return error == DEVICE(Success) ? nullptr : DEVICE(GetErrorName)(error);
}
static const char *device_error() {
  int count = 0;
  const auto error = DEVICE(GetDeviceCount)(&count);
  return error == DEVICE(Success) ? "none" : DEVICE(GetErrorName)(error);
}
#else
static const char *compute(double a, double x, double *y) {
  *y += a * x;
  return nullptr;
}
static const char *device_error() { return "none"; }
#endif

static PyObject *axpy(PyObject *, PyObject *args) {
  double a = 0, x = 0, y = 0;
  if (!PyArg_ParseTuple(args, "ddd", &a, &x, &y)) {
    return nullptr;
  }
  if (const char *error = compute(a, x, &y)) {
    PyErr_SetString(PyExc_RuntimeError, error);
    return nullptr;
  }
  return PyFloat_FromDouble(y);
}
static PyObject *backend(PyObject *, PyObject *) {
#if defined(WITH_CUDA)
  return PyUnicode_FromString("cuda");
#elif defined(WITH_HIP)
  return PyUnicode_FromString("hip");
#else
  return PyUnicode_FromString("cpu");
#endif
}
static PyObject *error_name(PyObject *, PyObject *) { return PyUnicode_FromString(device_error()); }

static PyMethodDef methods[] = {{"axpy", axpy, METH_VARARGS, nullptr},
                                {"backend", backend, METH_NOARGS, nullptr},
                                {"device_error", error_name, METH_NOARGS, nullptr},
                                {nullptr, nullptr, 0, nullptr}};
static PyModuleDef module = {PyModuleDef_HEAD_INIT, "accelerated", nullptr, -1, methods};
extern "C" __attribute__((visibility("default"))) PyObject *PyInit_accelerated() { return PyModule_Create(&module); }
