# How everything is compiled: one interface target, wheelforge::flags, that each module links.
add_library(wheelforge_flags INTERFACE)
add_library(wheelforge::flags ALIAS wheelforge_flags)

set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
target_compile_features(wheelforge_flags INTERFACE cxx_std_20)
target_include_directories(wheelforge_flags INTERFACE ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR}/generated)
target_compile_options(wheelforge_flags INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-Wall;-Wextra;-Wpedantic;-Wshadow;-Wconversion;-Wno-sign-conversion;-Wnon-virtual-dtor;-Woverloaded-virtual>
  # g++ 12 reports an overlap inside std::string::operator+ that is not there (GCC PR 105651).
  $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<CXX_COMPILER_ID:GNU>>:-Wno-restrict>)
target_compile_definitions(wheelforge_flags INTERFACE $<$<CONFIG:Debug>:_GLIBCXX_ASSERTIONS>)
if(WHEELFORGE_WERROR)
  target_compile_options(wheelforge_flags INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Werror>)
endif()
if(WHEELFORGE_SANITIZE)
  target_compile_options(wheelforge_flags INTERFACE
    -fsanitize=${WHEELFORGE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer
    # GCC takes 2.5 times as long for -O1 -g. Lines are what a report of the sanitizers wants.
    -g1 $<IF:$<CXX_COMPILER_ID:GNU>,-Og,-O1>
    # Instrumented code confuses GCC's flow analysis: it warns inside std::regex (GCC's manual says so of -fsanitize).
    $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<CXX_COMPILER_ID:GNU>>:-Wno-maybe-uninitialized>)
  target_link_options(wheelforge_flags INTERFACE -fsanitize=${WHEELFORGE_SANITIZE})
endif()

find_program(WHEELFORGE_CCACHE ccache)
if(WHEELFORGE_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_C_COMPILER_LAUNCHER ${WHEELFORGE_CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${WHEELFORGE_CCACHE})
endif()
