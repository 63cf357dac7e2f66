// A module that sums with the C++ standard library, and says the processor that CMake saw.
#include <Python.h>

#include <numeric>
#include <sstream>
#include <string>
#include <vector>

namespace {

PyObject* sum_up_to(PyObject*, PyObject* argument) {
  const long end = PyLong_AsLong(argument);
  if (end < 0) {
    if (!PyErr_Occurred())
      PyErr_SetString(PyExc_ValueError, "wants a number from 0");
    return nullptr;
  }
  std::vector<long> numbers(static_cast<std::size_t>(end));
  std::iota(numbers.begin(), numbers.end(), 1);
  std::ostringstream text;
  text << std::accumulate(numbers.begin(), numbers.end(), 0L);
  return PyLong_FromString(text.str().c_str(), nullptr, 10);
}

PyObject* processor(PyObject*, PyObject*) { return PyUnicode_FromString(PROCESSOR); }

PyMethodDef methods[] = {
    {"sum_up_to", sum_up_to, METH_O, "The sum of the numbers from 1 up to this one."},
    {"processor", processor, METH_NOARGS, "CMAKE_SYSTEM_PROCESSOR of the build."},
    {nullptr, nullptr, 0, nullptr},
};

PyModuleDef module = {PyModuleDef_HEAD_INIT, "cmake_module", nullptr, -1, methods, nullptr, nullptr, nullptr, nullptr};

} // namespace

PyMODINIT_FUNC PyInit_cmake_module() { return PyModule_Create(&module); }
