// What C++ needs of a machine's runtime: exceptions across frames, locale-aware streams, 64-bit arithmetic on 32 bits.
#include <Python.h>

#include <cstdint>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>

namespace {

std::int64_t divide(std::int64_t a, std::int64_t b) {
  if (b == 0) {
    throw std::domain_error("division by zero");
  }
  return a / b;
}

PyObject* quotient(PyObject*, PyObject* args) {
  long long a = 0;
  long long b = 0;
  if (PyArg_ParseTuple(args, "LL", &a, &b) == 0) {
    return nullptr;
  }
  try {
    return PyLong_FromLongLong(divide(a, b));
  } catch (const std::exception& error) {
    PyErr_SetString(PyExc_ValueError, error.what());
    return nullptr;
  }
}

PyObject* count(PyObject*, PyObject* args) {
  const char* text = nullptr;
  if (PyArg_ParseTuple(args, "s", &text) == 0) {
    return nullptr;
  }
  std::map<std::string, int> words;
  std::istringstream stream(text);
  for (std::string word; stream >> word;) {
    ++words[word];
  }
  std::ostringstream out;
  for (const auto& [word, times] : words) {
    out << word << '=' << times << ';';
  }
  return PyUnicode_FromString(out.str().c_str());
}

PyMethodDef methods[] = {{"quotient", quotient, METH_VARARGS, "a / b, ValueError for b = 0."},
                         {"count", count, METH_VARARGS, "How often each word occurs."},
                         {nullptr, nullptr, 0, nullptr}};

PyModuleDef module = {PyModuleDef_HEAD_INIT, "byte_order_cpp", nullptr, 0, methods, nullptr, nullptr, nullptr, nullptr};

} // namespace

PyMODINIT_FUNC PyInit_byte_order_cpp() { return PyModule_Create(&module); }
