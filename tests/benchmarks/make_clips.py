#!/usr/bin/env python3
"""make_clips.py MANIFEST COUNT DIR: COUNT clips of two JPEG frames, the onset and the apex of the manifest's clips in turn
(again from the first when they run out), and DIR/manifest.csv."""

import csv
import pathlib
import subprocess
import sys

manifest, count, out = pathlib.Path(sys.argv[1]), int(sys.argv[2]), pathlib.Path(sys.argv[3])
with open(manifest, newline="") as file:
    rows = list(csv.DictReader(file))
lines = ["clip_id,dataset,subject,frames,fps,onset,apex,offset,emotion"]
for i in range(count):
    row = rows[i % len(rows)]
    onset, apex = int(row["onset"]), int(row["apex"])
    name = f"clip{i:04}"
    folder = out / name
    if not (folder / f"img{apex:05}.jpg").exists():
        folder.mkdir(parents=True, exist_ok=True)
        source = manifest.parent / (row.get("frames") or row.get("video") or row["path"])
        chosen = f"select=eq(n\\,{onset})+eq(n\\,{apex})"
        subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", source, "-vf", chosen, "-vsync", "0", "-q:v", "2",
                        folder / "frame%d.jpg"], check=True)
        (folder / "frame1.jpg").rename(folder / f"img{onset:05}.jpg")
        (folder / "frame2.jpg").rename(folder / f"img{apex:05}.jpg")
    lines.append(f"{name},synthetic,{row['subject']},{name},100,{onset},{apex},{apex},{row['emotion']}")
(out / "manifest.csv").write_text("\n".join(lines) + "\n")
