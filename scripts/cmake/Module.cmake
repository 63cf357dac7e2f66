# The shapes that this project is built of: modules, their unit tests, fuzz targets, shell tests.
if(WHEELFORGE_TESTS)
  include(Catch)
endif()

# wf_module(NAME SOURCES … [DEPENDS …] [LIBRARIES …]): one folder of orchestrator/ = one static library = one namespace.
#   DEPENDS    other modules of ours; scripts/lint holds every #include against this list
#   LIBRARIES  imported targets from Dependencies.cmake
# The files tests/unit/NAME/*_test.cpp become one test program, unit-NAME, and one CTest test a test case.
function(wf_module name)
  cmake_parse_arguments(arg "" "" "SOURCES;DEPENDS;LIBRARIES;TEST_DEPENDS;TEST_LIBRARIES" ${ARGN})
  add_library(wheelforge_${name} STATIC ${arg_SOURCES})
  add_library(wheelforge::${name} ALIAS wheelforge_${name})
  set(modules ${arg_DEPENDS})
  list(TRANSFORM modules PREPEND wheelforge::)
  target_link_libraries(wheelforge_${name} PUBLIC wheelforge::flags ${modules} ${arg_LIBRARIES})
  if(WHEELFORGE_TESTS)
    set(test_modules ${arg_TEST_DEPENDS})
    list(TRANSFORM test_modules PREPEND wheelforge::)
    wf_unit_tests(${name} ${test_modules} ${arg_TEST_LIBRARIES})
  endif()
endfunction()

# The unit tests of one module; further arguments are targets that only the tests link.
function(wf_unit_tests name)
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/unit/${name}/*_test.cpp)
  if(NOT sources)
    return()
  endif()
  add_executable(unit-${name} ${sources})
  target_link_libraries(unit-${name} PRIVATE wheelforge::${name} wheelforge_test_main ${ARGN})
  # Only the files that name the checkout are compiled with its path: a compiler cache serves the others to every clone.
  # (A file that begins to name it needs a new configure.)
  foreach(source IN LISTS sources)
    file(STRINGS ${source} names_checkout REGEX WF_SOURCE_DIR LIMIT_COUNT 1)
    if(names_checkout)
      set_property(SOURCE ${source} APPEND PROPERTY COMPILE_DEFINITIONS WF_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
    endif()
  endforeach()
  catch_discover_tests(unit-${name} TEST_PREFIX "${name}: " PROPERTIES LABELS unit SKIP_RETURN_CODE 77
    ENVIRONMENT "LSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/tests/support/leaks_of_others.txt:print_suppressions=0")
endfunction()

# wf_fuzz_target(NAME SOURCE DEPENDS …): under the preset fuzz a libFuzzer program, fuzz-NAME; elsewhere a program that
# replays tests/fuzz/seeds/NAME and tests/fuzz/regressions/NAME, which makes them unit tests.
function(wf_fuzz_target name source)
  cmake_parse_arguments(arg "" "" "DEPENDS" ${ARGN})
  set(modules ${arg_DEPENDS})
  list(TRANSFORM modules PREPEND wheelforge::)
  if(WHEELFORGE_FUZZ)
    add_executable(fuzz-${name} ${source})
    target_link_options(fuzz-${name} PRIVATE -fsanitize=fuzzer)
    set(program fuzz-${name})
    if(NOT TARGET fuzz)
      add_custom_target(fuzz) # all of them
    endif()
    add_dependencies(fuzz fuzz-${name})
  else()
    set(program replay-${name})
    add_executable(replay-${name} ${source} ${PROJECT_SOURCE_DIR}/tests/fuzz/replay_main.cpp)
    add_test(NAME "fuzz: replay ${name}" COMMAND replay-${name}
      ${PROJECT_SOURCE_DIR}/tests/fuzz/seeds/${name} ${PROJECT_SOURCE_DIR}/tests/fuzz/regressions/${name})
    set_tests_properties("fuzz: replay ${name}" PROPERTIES LABELS unit)
  endif()
  target_link_libraries(${program} PRIVATE wheelforge::flags ${modules})
endfunction()

# wf_script_test(NAME SCRIPT [ARGUMENTS …] [LABELS …] [TIMEOUT seconds] [LOCKS …]): a shell test of the real release binary.
# The script finds the binary in $WHEELFORGE and the checkout in $WF_SOURCE_DIR, and exits 0 (passed), 77 (skipped, with
# "SKIPPED: reason" as its last line; tests/skips.txt must allow it) or anything else (failed).
function(wf_script_test name script)
  cmake_parse_arguments(arg "" "TIMEOUT" "ARGUMENTS;LABELS;LOCKS" ${ARGN})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 300)
  endif()
  # With a cache of step results of its own: what an earlier test left must not do this one's work.
  add_test(NAME ${name} COMMAND bash -c [[WHEELFORGE_CACHE=$(mktemp -d) && export WHEELFORGE_CACHE && status=0
bash "$@" || status=$?
rm -rf "$WHEELFORGE_CACHE"
exit $status]] run ${CMAKE_CURRENT_SOURCE_DIR}/${script} ${arg_ARGUMENTS})
  set_tests_properties(${name} PROPERTIES
    LABELS "${arg_LABELS}" TIMEOUT ${arg_TIMEOUT} SKIP_RETURN_CODE 77 RESOURCE_LOCK "${arg_LOCKS}"
    ENVIRONMENT "WHEELFORGE=${PROJECT_SOURCE_DIR}/build/release/wheelforge;WF_SOURCE_DIR=${PROJECT_SOURCE_DIR}")
endfunction()
