// The program's entry: everything else is in program.cpp.
#include "orchestrator/cli/program.hpp"

int main(int argc, char** argv) { return wheelforge::cli::run_program(argc, argv); }
