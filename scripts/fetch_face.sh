#!/usr/bin/env bash
# Takes one public-domain portrait (Eileen Collins, NASA) out of Debian's python3-skimage, without installing that
# package, and puts it into build/faces/astronaut.png.
set -euo pipefail
cd "$(dirname "$0")/.."
target=build/faces/astronaut.png
[ -s "$target" ] && exit 0

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
echo "fetch_face: taking astronaut.png out of Debian's python3-skimage"
fetch() { (cd "$work" && apt-get download -q -o APT::Sandbox::User="$(id -un)" python3-skimage); }
fetch || { [ "$(id -u)" -eq 0 ] && apt-get update -q && fetch; }
dpkg-deb --fsys-tarfile "$work"/python3-skimage_*.deb | tar -x -C "$work" --wildcards --no-anchored 'skimage/data/astronaut.png'
mkdir -p "$(dirname "$target")"
mv "$(find "$work" -name astronaut.png | head -n 1)" "$target"
