#!/usr/bin/env python3
"""tests/benchmarks/run.py [--build DIR] [--runs N] [--data DIR] [--only PART ...]

Measures merkit beside what it replaces and prints the ratios as Markdown. Parts: kernels (TV-L1, landmarks, and the
machine's limits, by Google Benchmark with random interleaving in one process), recognize (64 clips end to end beside
plain_program, run in turn), growth (64 and 640 clips), spot (frames a second), folds (leave-one-subject-out training of
STSTNet beside a loop of LibTorch's layers). All but the kernels' waves need the test
data ($MERKIT_DATA_DIR, else ../shared/data beside the repository). Build first:

    scripts/build.sh -DMERKIT_BENCHMARKS=ON -DMERKIT_TESTS=ON
"""

import argparse
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]


def timed(command, cores=None):
    """Seconds, peak KiB and standard output of a command."""
    limit = ["taskset", "-c", cores] if cores else []
    with tempfile.NamedTemporaryFile("r") as usage:
        begin = time.perf_counter()
        done = subprocess.run(limit + ["/usr/bin/time", "-f", "%M", "-o", usage.name] + [str(c) for c in command],
                              check=True, capture_output=True, text=True)
        return time.perf_counter() - begin, int(usage.read().split()[-1]), done.stdout


def table(title, header, rows):
    print(f"\n### {title}\n\n| " + " | ".join(header) + " |")
    print("|" + "---|" * len(header))
    for row in rows:
        print("| " + " | ".join(row) + " |", flush=True)


def kernels(args):
    found = subprocess.run([args.build / "tests/benchmarks", "--benchmark_enable_random_interleaving=true",
                            f"--benchmark_repetitions={args.runs}", "--benchmark_min_time=0.1", "--benchmark_format=json"],
                           check=True, capture_output=True, text=True).stdout
    report = json.loads(found)
    times, counters = {}, {}
    for run in report["benchmarks"]:
        if run["run_type"] != "iteration":
            continue
        stage, case, who, *_ = run["name"].split("/") + ["", ""]  # limit/streams/170 or tvl1/170/merkit
        # Four pairs make one iteration of the flow benchmarks.
        scale = 0.25 if stage == "tvl1" else 1
        times.setdefault((stage, case), {}).setdefault(who, []).append(run["real_time"] * scale)
        for unit in ("ns_per_pixel", "GFLOP_s", "G_s", "GB_s"):
            if unit in run:
                counters.setdefault((case, who, unit), []).append(run[unit])
    rows = []
    for (stage, case), by in sorted(times.items(), key=lambda entry: (entry[0][0] != "tvl1", entry[0][1].zfill(4))):
        if "reference" in by:
            ours, theirs = statistics.median(by["merkit"]), statistics.median(by["reference"])
            name = stage if case == "-" else f"{stage} {case}x{case}"
            rows.append([name, f"{ours:.2f} ms", f"{theirs:.1f} ms", f"{theirs / ours:.1f}"])
    instructions = report["context"].get("instruction_set", "?")
    table(f"Kernels, one core, {instructions}, median of {args.runs} interleaved runs",
          ["", "merkit", "OpenCV / dlib", "ratio"], rows)
    rows = []
    for (case, who, unit), values in sorted(counters.items(), key=lambda entry: (entry[0][0], entry[0][1].zfill(4))):
        value = statistics.median(values)
        rows.append([f"{case} {who}".strip(),
                     f"{value:.2f} ns a pixel" if unit == "ns_per_pixel" else f"{value:.1f} {unit.replace('_', '/')}"])
    table("TV-L1's iteration and the machine's limits", ["", "median"], rows)


def clips(args, count, folder):
    manifest = args.data / "synthetic-me/recognition/manifest.csv"
    subprocess.run([sys.executable, ROOT / "tests/benchmarks/make_clips.py", manifest, str(count), folder], check=True)
    return folder / "manifest.csv"


def records(file):
    document = json.loads(pathlib.Path(file).read_text())
    return next(v for v in document.values() if isinstance(v, list) and v and "clip_id" in v[0])


def recognize(args):
    predictor = os.environ.get("MERKIT_LANDMARKS", "/usr/share/dlib/shape_predictor_68_face_landmarks.dat")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        manifest = clips(args, 64, folder)
        ours = [args.build / "bin/merkit", "recognize", "--manifest", manifest, "-q", "-o", folder / "merkit.json"]
        plain = [args.build / "tests/plain_program", manifest, predictor, ROOT / "models/ststnet-composite.safetensors",
                 folder / "plain.json"]
        timed(ours)
        runs = [(timed(ours), timed(plain)) for _ in range(args.runs)]
        fast, slow = (statistics.median(run[i][0] for run in runs) for i in range(2))
        by_id = {r["clip_id"]: r for r in json.loads((folder / "plain.json").read_text())}
        found = records(folder / "merkit.json")
        same = sum(r.get("label_pred") == by_id[r["clip_id"]].get("label_pred") for r in found)
        right = [sum(r["label_true"] == o.get("label_pred") for r, o in zip(found, of))
                 for of in (found, [by_id[r["clip_id"]] for r in found])]
        peak = [max(run[i][1] for run in runs) // 1024 for i in range(2)]
        table(f"64 clips of two 640x480 JPEG frames to JSON, {os.cpu_count()} cores, median of {args.runs} runs in turn",
              ["", "merkit recognize", "plain program", "ratio"],
              [["time", f"{fast:.2f} s", f"{slow:.2f} s", f"{slow / fast:.1f}"],
               ["clips a second", f"{64 / fast:.0f}", f"{64 / slow:.1f}", ""],
               ["peak memory", f"{peak[0]} MiB", f"{peak[1]} MiB", ""],
               ["classes right of 64", str(right[0]), str(right[1]), f"{same} the same"]])


def growth(args):
    rows = []
    with tempfile.TemporaryDirectory() as name:
        for count in (64, 640):
            manifest = clips(args, count, pathlib.Path(name) / str(count))
            runs = [timed([args.build / "bin/merkit", "recognize", "--manifest", manifest, "-q", "-o",
                           pathlib.Path(name) / "out.json"]) for _ in range(3)]
            seconds = statistics.median(run[0] for run in runs)
            rows.append([str(count), f"{seconds:.2f} s", f"{count / seconds:.0f}", f"{max(r[1] for r in runs) // 1024} MiB"])
    table("merkit recognize, growth", ["clips", "time", "clips a second", "peak memory"], rows)


def spot(args):
    rows = []
    with tempfile.TemporaryDirectory() as name:
        real = pathlib.Path(name) / "real.mp4"
        subprocess.run(["ffmpeg", "-v", "error", "-i", next((args.data / "video").glob("*.mp4")), "-vf",
                        "scale=854:480,crop=640:480", "-crf", "18", real], check=True)
        looped = pathlib.Path(name) / "looped.mp4"
        subprocess.run(["ffmpeg", "-v", "error", "-stream_loop", "4", "-i", real, "-c", "copy", looped], check=True)
        rendered = sorted((args.data / "synthetic-me/long").glob("*.mp4"))[0]
        for label, clip in (("real video", real), ("the same five times", looped), ("rendered video", rendered)):
            out = pathlib.Path(name) / "out.json"
            for cores in (None, "0"):
                runs = [timed([args.build / "bin/merkit", "spot", clip, "-q", "-o", out], cores) for _ in range(args.runs)]
                seconds = statistics.median(run[0] for run in runs)
                frames = records(out)[0]["frames"]
                rows.append([label, str(os.cpu_count()) if not cores else "1", f"{frames}", f"{seconds:.2f} s",
                             f"{frames / seconds:.0f}", f"{max(r[1] for r in runs) // 1024} MiB"])
    table(f"merkit spot, 640x480, file to intervals, median of {args.runs} runs",
          ["", "cores", "frames", "time", "frames a second", "peak memory"], rows)


def folds(args):
    manifest = args.data / "composite-flow/manifest.csv"
    pattern = re.compile(r"merkit: (\d+) samples, (\d+) folds, .*?: ([\d.]+) s, ([\d.]+) ms a fold and epoch, (\d+) MiB")

    def measured(*numbers):
        return timed([args.build / "tests/fold_speed", manifest, *map(str, numbers)])[2]

    rows = []
    for count, copies in ((1, 1), (5, 1), (10, 1), (20, 1), (40, 1), (10, 2), (10, 4)):
        found = [pattern.search(measured(count, 50, copies, 0)).groups() for _ in range(3)]
        samples, _, _, _, _ = found[0]
        rows.append([str(count), samples, f"{statistics.median(float(f[2]) for f in found):.2f} s",
                     f"{statistics.median(float(f[3]) for f in found):.2f} ms", f"{max(int(f[4]) for f in found)} MiB"])
    table("STSTNet, leave-one-subject-out, 50 epochs, two threads, median of 3 runs",
          ["folds", "samples", "time", "a fold and epoch", "peak memory"], rows)
    rounds = [measured(8, 100, 1, 4) for _ in range(min(args.runs, 5))]
    values = [[float(re.search(p, text).group(1)) for p in (r"merkit:.*?([\d.]+) ms a", r"plain:.*?([\d.]+) ms a",
                                                             r"ratio ([\d.]+)")] for text in rounds]
    ours, theirs, ratio = (statistics.median(v[i] for v in values) for i in range(3))
    table(f"The same beside a loop of LibTorch's layers, 100 epochs, median of {len(rounds)} runs",
          ["", "merkit", "plain loop", "ratio"],
          [["a fold and epoch", f"{ours:.2f} ms", f"{theirs:.1f} ms", f"{ratio:.1f}"]])
    print("\n" + rounds[-1].splitlines()[-1])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    parser.add_argument("--runs", type=int, default=11)
    parser.add_argument("--data", type=pathlib.Path,
                        default=pathlib.Path(os.environ.get("MERKIT_DATA_DIR", ROOT / "../shared/data")))
    parts = {"kernels": kernels, "recognize": recognize, "growth": growth, "spot": spot, "folds": folds}
    parser.add_argument("--only", nargs="+", choices=parts, default=list(parts))
    args = parser.parse_args()
    model = [line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")]
    print(f"{len(model)} x {model[0]}, {time.strftime('%Y-%m-%d')}")
    for part in args.only:
        if part != "kernels" and not args.data.is_dir():
            print(f"{part}: skipped, no test data at {args.data}", file=sys.stderr)
            continue
        parts[part](args)


if __name__ == "__main__":
    main()
