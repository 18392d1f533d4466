#!/usr/bin/env bash
# Set-up, build, all tests; then the slowest fifteen. Further arguments go to ctest, e.g. scripts/test.sh -R core/
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh
scripts/build.sh -DMERKIT_TESTS=ON
log=build/tests.log
status=0
ctest --test-dir build --output-on-failure -j "$(nproc)" "$@" | tee "$log" || status=$?
echo
echo "The slowest tests:"
grep -E '^ *[0-9]+/[0-9]+ Test' "$log" | sed -E 's/^ *[0-9]+\/[0-9]+ Test +#[0-9]+: ([^ ]+) .* ([0-9.]+) sec.*/\2 s  \1/' |
  sort -rn | sed -n 1,15p  # not head, which would end the pipe early and with it this script
exit "$status"
