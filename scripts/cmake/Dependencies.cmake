# Every library comes from the distribution's packages: by its CMake package, or by pkg-config where it ships only a .pc file.
find_package(Threads REQUIRED)
find_package(OpenSSL 3.0 REQUIRED COMPONENTS Crypto)
find_package(Boost 1.80 REQUIRED COMPONENTS filesystem) # Boost.Process v2 first appeared in 1.80
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_package(tl-expected REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(tomlplusplus REQUIRED IMPORTED_TARGET tomlplusplus)
pkg_check_modules(libgit2 REQUIRED IMPORTED_TARGET libgit2)
pkg_check_modules(libisal REQUIRED IMPORTED_TARGET libisal)
pkg_check_modules(libdeflate REQUIRED IMPORTED_TARGET libdeflate)
if(WHEELFORGE_TESTS)
  find_package(Catch2 REQUIRED) # version 2 or 3
  list(APPEND CMAKE_MODULE_PATH ${Catch2_DIR})
endif()
