#!/usr/bin/env bash
# What a change must pass besides its tests: format, layers, scripts, warnings as errors.
# With --sanitize: the whole test suite under AddressSanitizer and UndefinedBehaviorSanitizer instead.
# With --threads: the tests of what runs on several threads under ThreadSanitizer instead.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ "${1:-}" = --sanitize ]; then
  BUILD_DIR=build-sanitize scripts/build.sh -DMERKIT_SANITIZE=ON
  mkdir -p build-sanitize/faces
  [ ! -e build/faces/astronaut.png ] || cp build/faces/astronaut.png build-sanitize/faces/
  # Leaks are not looked for: LibTorch, OpenCL and glib keep memory until the process ends.
  export ASAN_OPTIONS=detect_leaks=0:detect_odr_violation=0 UBSAN_OPTIONS=print_stacktrace=1
  ctest --test-dir build-sanitize --output-on-failure -j "$(nproc)" "${@:2}"
  exit
fi

if [ "${1:-}" = --threads ]; then
  cmake -S . -B build-threads -G Ninja -DMERKIT_SANITIZE=thread -DMERKIT_TESTS=ON >/dev/null
  cmake --build build-threads --target pipeline_test motion_test
  export TSAN_OPTIONS="halt_on_error=1 suppressions=$PWD/tests/support/thread_sanitizer.supp"
  build-threads/tests/pipeline_test --gtest_filter=-SameClasses.*  # which needs LibTorch, and has one thread
  build-threads/tests/motion_test --gtest_filter='Tvl1.*Thread*'
  exit
fi

echo "check: format"
git ls-files '*.h' '*.cpp' | xargs clang-format --dry-run -Werror
echo "check: layers"
python3 scripts/check_layers.py
echo "check: shell scripts parse"
for script in scripts/*.sh .ci/run; do bash -n "$script"; done
echo "check: JSON parses"
git ls-files '*.json' | while read -r file; do jq empty "$file"; done
echo "check: warnings are errors"
scripts/build.sh -DMERKIT_WERROR=ON -DMERKIT_TESTS=ON
echo "check: all well"
