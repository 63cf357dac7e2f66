// Sorting and counting with the C++ standard library, so that the wheel needs libstdc++ and libgcc_s.
#include <Python.h>

#include <algorithm>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

std::vector<std::string> words_of(PyObject* list) {
  std::vector<std::string> words;
  for (Py_ssize_t i = 0, size = PyList_Size(list); i < size; ++i) {
    const char* word = PyUnicode_AsUTF8(PyList_GetItem(list, i));
    if (word == nullptr) {
      PyErr_Clear();
      throw std::invalid_argument("item " + std::to_string(i) + " is not a string");
    }
    words.emplace_back(word);
  }
  return words;
}

PyObject* counted(PyObject*, PyObject* list) {
  if (!PyList_Check(list)) {
    PyErr_SetString(PyExc_TypeError, "wants a list");
    return nullptr;
  }
  try {
    std::map<std::string, long> counts;
    for (const auto& word : words_of(list))
      ++counts[word];
    std::vector<std::pair<std::string, long>> sorted(counts.begin(), counts.end());
    std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
    PyObject* result = PyList_New(0);
    for (const auto& [word, count] : sorted) {
      PyObject* pair = Py_BuildValue("(sl)", word.c_str(), count);
      PyList_Append(result, pair);
      Py_DECREF(pair);
    }
    return result;
  } catch (const std::exception& error) {
    PyErr_SetString(PyExc_ValueError, error.what());
    return nullptr;
  }
}

PyMethodDef methods[] = {
    {"counted", counted, METH_O, "The words with how often each occurs, the most frequent first."},
    {nullptr, nullptr, 0, nullptr},
};

PyModuleDef module = {PyModuleDef_HEAD_INIT, "cpp_vector", nullptr, -1, methods, nullptr, nullptr, nullptr, nullptr};

} // namespace

PyMODINIT_FUNC PyInit_cpp_vector() {
  PyObject* self = PyModule_Create(&module);
#ifdef Py_GIL_DISABLED
  PyUnstable_Module_SetGIL(self, Py_MOD_GIL_NOT_USED);
#endif
  return self;
}
