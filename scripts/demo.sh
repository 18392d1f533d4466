#!/usr/bin/env bash
# Set-up, build, and the main job: a portrait is given a known micro-expression, and merkit finds and names it.
# Leaves build/demo/{clip/,result.json,pictures/}. Ends 0 only if the interval found overlaps the true one by half.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh
scripts/build.sh -DMERKIT_TESTS=OFF  # scripts/test.sh builds the tests too

merkit=build/bin/merkit
demo=build/demo
face=${1:-build/faces/astronaut.png}
[ -s "$face" ] || { echo "demo: no portrait; give one: scripts/demo.sh FACE.png" >&2; exit 3; }
rm -rf "$demo"
mkdir -p "$demo"

echo
echo "demo: putting a surprise of 0.4 s and at most 2 pixels on $face"
"$merkit" synth "$face" --expression surprise --amplitude 2 --duration 0.4 --fps 100 --lead 0.4 --noise 1 --seed 1 \
  -o "$demo/clip" >/dev/null
echo "demo: merkit run $demo/clip/frames --fps 100 --pictures $demo/pictures"
"$merkit" run "$demo/clip/frames" --fps 100 --pictures "$demo/pictures" -o "$demo/result.json"
jq '.records[0]' "$demo/result.json"

read -r onset offset < <(jq -r '"\(.onset) \(.offset)"' "$demo/clip/truth.json")
overlap=$(jq --argjson on "$onset" --argjson off "$offset" '
  [.records[0].intervals[] | ([.offset, $off] | min) - ([.onset, $on] | max) + 1
    | if . < 0 then 0 else . end] as $common
  | [.records[0].intervals | to_entries[]
    | $common[.key] / ((.value.offset - .value.onset + 1) + ($off - $on + 1) - $common[.key])] | max // 0' "$demo/result.json")
echo "demo: true interval $onset..$offset; best overlap (IoU) of what was found: $overlap"
echo "demo: pictures: $(ls "$demo"/pictures/*.png 2>/dev/null | tr '\n' ' ')"
jq -en --argjson iou "$overlap" '$iou >= 0.5' >/dev/null || { echo "demo: the expression was missed" >&2; exit 1; }
