// An empty module; what matters is the version in the wheel's name.
#include <Python.h>

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "scm_version", NULL, -1, NULL, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit_scm_version(void) { return PyModule_Create(&module); }
