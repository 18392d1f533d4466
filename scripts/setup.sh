#!/usr/bin/env bash
# Installs everything merkit needs to build, run and be tested, from Debian's own packages. Safe to run again.
set -euo pipefail
cd "$(dirname "$0")/.."

packages=(
  # building
  g++ cmake ninja-build pkg-config ccache git ca-certificates
  # LibTorch, and the BLAS that makes its matrix products some thirty times faster than the default
  libtorch-dev libopenblas0-pthread libopenblas-pthread-dev
  # support vector machines
  libsvm-dev
  # pictures, optical flow, faces, video
  libopencv-dev libopencv-contrib-dev libdlib-dev libdlib-data libxxhash-dev libhwy-dev
  libjpeg62-turbo-dev libpng-dev
  libavformat-dev libavcodec-dev libavutil-dev libswscale-dev
  # command line, messages, JSON, sha256
  libcli11-dev libspdlog-dev libfmt-dev nlohmann-json3-dev libssl-dev
  # annotation tables: .xlsx and .xls
  liborcus-dev libfreexl-dev zlib1g-dev
  # tests, checks, import of published weights
  libgtest-dev libgmock-dev libbenchmark-dev clang-format jq ffmpeg python3 python3-torch python3-numpy python3-jsonschema man-db
)

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q '^install ok installed$' || missing+=("$package")
done

if [ ${#missing[@]} -gt 0 ]; then
  echo "setup: installing ${#missing[@]} Debian packages: ${missing[*]}"
  as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { echo "setup: run as root, or install sudo" >&2; exit 1; }
    as_root=(sudo)
  fi
  export DEBIAN_FRONTEND=noninteractive
  "${as_root[@]}" apt-get update -q
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "${missing[@]}"
else
  echo "setup: all ${#packages[@]} Debian packages are there"
fi

# A portrait for the demo and for tests that need a real face. Not having it is no reason to fail: tests skip.
scripts/fetch_face.sh || echo "setup: no portrait could be fetched; the tests that need one will be skipped" >&2
