#!/usr/bin/env python3
"""How well runs of leave-one-subject-out name clips whose face moves more on one side than on the other.

    one_sided.py DATA RATIO RUN...

DATA holds manifest.csv and landmarks.csv (68 points at onset and apex: clip_id, frame, x0, y0, ...), RUN is what
`merkit loso -o` wrote. The head's motion is taken out by the similarity that fits the eyes' corners and the bridge of
the nose best; a clip is one-sided where brow and mouth then move at least RATIO times as far on one side as on the other.
"""
import csv
import sys
from pathlib import Path

FITTED = (36, 39, 42, 45, 27, 28, 29, 30)
RIGHT = (17, 18, 19, 20, 21, 48, 49, 50, 60, 61, 58, 59, 67)
LEFT = (26, 25, 24, 23, 22, 54, 53, 52, 64, 63, 56, 55, 65)


def rows(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def mean(values):
    values = list(values)
    return sum(values) / len(values)


def own_motion(onset, apex):
    """How far each point moves beside the head, in pixels; points are complex numbers."""
    a, b = mean(onset[i] for i in FITTED), mean(apex[i] for i in FITTED)
    turn = sum((onset[i] - a).conjugate() * (apex[i] - b) for i in FITTED) / sum(abs(onset[i] - a) ** 2 for i in FITTED)
    return [abs(q - (turn * (p - a) + b)) for p, q in zip(onset, apex)]


def side_ratios(data):
    points = {(r["clip_id"], r["frame"]): [complex(float(r[f"x{i}"]), float(r[f"y{i}"])) for i in range(68)]
              for r in rows(data / "landmarks.csv")}
    ratios = {}
    for clip in rows(data / "manifest.csv"):
        name = clip["clip_id"]
        motion = own_motion(points[name, clip["onset"]], points[name, clip["apex"]])
        sides = sorted(mean(motion[i] for i in side) for side in (RIGHT, LEFT))
        ratios[name] = sides[1] / sides[0]
    return ratios


def main():
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    limit = float(sys.argv[2])
    ratios = side_ratios(Path(sys.argv[1]))
    one_sided = {name for name, ratio in ratios.items() if ratio >= limit}
    print(f"{len(one_sided)} of {len(ratios)} clips are one-sided")
    for run in sys.argv[3:]:
        right = {True: [], False: []}
        for row in rows(Path(run) / "predictions.csv"):
            right[row["clip_id"] in one_sided].append(row["label_pred"] == row["label_true"])
        print(run, *(f"{name} {mean(hits):.2f}" if hits else f"{name} none"
                     for name, hits in (("one-sided", right[True]), ("others", right[False]))))


if __name__ == "__main__":
    main()
