#!/usr/bin/env bash
# Builds build/bin/merkit. Further arguments go to CMake, e.g. scripts/build.sh -DMERKIT_VIDEO=OFF
set -euo pipefail
cd "$(dirname "$0")/.."
cmake -S . -B "${BUILD_DIR:-build}" -G Ninja "$@" >"${TMPDIR:-/tmp}/merkit-cmake.$$.log" 2>&1 || {
  cat "${TMPDIR:-/tmp}/merkit-cmake.$$.log" >&2
  exit 1
}
rm -f "${TMPDIR:-/tmp}/merkit-cmake.$$.log"
cmake --build "${BUILD_DIR:-build}"
