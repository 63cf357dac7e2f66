// Does not compile, in a way that the log must show.
#include <Python.h>

PyMODINIT_FUNC PyInit_must_fail_compile(void) { return the_name_that_nobody_declared; }
