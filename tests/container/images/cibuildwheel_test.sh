#!/usr/bin/env bash
# The baseline image is a drop-in: pypa/cibuildwheel, as it comes from the package index, builds a wheel with it.
set -euo pipefail
# shellcheck source=tests/support/project.sh
. "$WF_SOURCE_DIR/tests/support/project.sh"
# shellcheck source=tests/support/python_tools.sh
. "$WF_SOURCE_DIR/tests/support/python_tools.sh"
need_images debian-11
# shellcheck disable=SC2154 # python_tools sets it
python_tools cibuildwheel cibuildwheel==4.3.3 uv
prepare_project own-library
bundle=${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}
for frontend in build 'build[uv]'; do
  rm -rf wheelhouse
  PATH=$tools:$PATH CIBW_BUILD='cp311-manylinux_x86_64 cp313-manylinux_x86_64' CIBW_BUILD_FRONTEND=$frontend \
    CIBW_MANYLINUX_X86_64_IMAGE=localhost/wheelforge/manylinux_2_31_x86_64:debian-11 \
    CIBW_CONTAINER_ENGINE="$(engine); create_args: --network=host" \
    CIBW_ENVIRONMENT="PIP_CERT=/host$bundle SSL_CERT_FILE=/host$bundle" CIBW_ENVIRONMENT_PASS_LINUX='HTTPS_PROXY HTTP_PROXY' \
    CIBW_BEFORE_ALL='make -C {project}/native install' \
    CIBW_TEST_COMMAND='python -m unittest discover -s {project}/tests' \
    "$tools/cibuildwheel" --platform linux . >"$work/log" 2>&1 || { tail -60 "$work/log" && fail "cibuildwheel with $frontend"; }
  wheels '*-cp311-cp311-manylinux*.whl' '*-cp313-cp313-manylinux*.whl'
  for wheel in wheelhouse/*; do
    members "$wheel" | grep '^own_library\.libs/libfieldmath-' >/dev/null || fail "nothing was grafted into $wheel"
    "$WHEELFORGE" audit "$wheel" >"$work/stdout" || { cat "$work/stdout" && fail "the audit refuses $wheel"; }
  done
done
