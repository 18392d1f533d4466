#!/usr/bin/env bash
# Formats every C++ file of the tree in place.
set -euo pipefail
cd "$(dirname "$0")/.."
git ls-files -co --exclude-standard '*.h' '*.cpp' | xargs clang-format -i
