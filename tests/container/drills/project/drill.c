/* An extension module without a C library: what it does is be loaded. */
#include <Python.h>
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "drill", 0, -1, 0, 0, 0, 0, 0};
PyMODINIT_FUNC PyInit_drill(void) { return PyModule_Create2(&module, PYTHON_API_VERSION); }
