#!/usr/bin/env python3
"""Checks every #include of include/ and src/ against the layers: a folder includes only what stands below it.

The table must itself be a tower: a cycle in it is an error, and so is a folder that it does not know. Exit 0 when all is
well, after printing the tower; otherwise 1, with one line for each include that breaks a rule.
"""
import argparse
import pathlib
import re
import sys

# Folder -> folders it may include besides itself. Of the folders within src/neural, each is a floor of its own.
LAYERS = {
    "core": set(),
    "media": {"core"},
    "face": {"core"},
    "motion": {"core"},
    "data": {"core"},
    "synthesis": {"core", "motion"},
    "learning": {"core", "motion"},
    "spotting": {"core", "motion", "learning"},
    "classical": {"core", "motion", "learning"},
    "neural": {"core", "motion", "learning"},
    "neural/layers": {"core", "neural"},
    "neural/training": {"core", "motion", "learning", "neural"},
    "neural/inputs": {"core", "motion", "learning", "neural", "neural/training"},
    "neural/motion": {"core", "motion", "learning", "neural", "neural/layers", "neural/training"},
    "neural/recognition": {"core", "motion", "learning", "neural", "neural/training"},
    "neural/spotting": {"core", "motion", "learning", "spotting", "neural", "neural/training", "neural/inputs"},
    "methods": {"core", "motion", "learning", "spotting", "classical", "neural", "neural/layers", "neural/training",
                "neural/inputs", "neural/motion", "neural/recognition", "neural/spotting"},
    "evaluation": {"core", "data"},
    "pipeline": {"core", "media", "face", "motion", "data", "learning"},
    "experiments": {"core", "data", "learning", "evaluation", "pipeline"},
    "pictures": {"core", "media", "motion", "learning", "evaluation", "pipeline"},
    "report": {"core", "data", "learning", "evaluation", "pipeline", "experiments", "pictures"},
    "cli": {"core", "media", "face", "motion", "data", "synthesis", "learning", "methods", "evaluation", "pipeline",
            "experiments", "pictures", "report"},
}
# The contract is free of these: they are slow to compile, and not its users' business.
FORBIDDEN_IN_CONTRACT = ("torch/", "ATen/", "c10/", "dlib/", "CLI/", "spdlog/", "nlohmann/json.hpp")
TORCH_METHODS = re.compile(r'#include "neural/')
PRINTING = re.compile(r"\bstd::(cout|cerr)\b|\bprintf\(|\b(std::)?(exit|abort|_Exit)\(")
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]')


def cycle_in(layers):
    """A list of folders each of which may include the next, and the last the first; None for a tower."""
    done, path = set(), []

    def visit(layer):
        if layer in path:
            return path[path.index(layer):] + [layer]
        if layer in done:
            return None
        path.append(layer)
        found = next((cycle for below in sorted(layers.get(layer, ())) if (cycle := visit(below))), None)
        path.pop()
        done.add(layer)
        return found

    return next((cycle for layer in layers if (cycle := visit(layer))), None)


def floors(layers):
    """Folders by their height: 0 for those that include none."""
    height = {}

    def of(layer):
        if layer not in height:
            height[layer] = max((of(below) + 1 for below in layers[layer]), default=0)
        return height[layer]

    result = {}
    for layer in layers:
        result.setdefault(of(layer), []).append(layer)
    return [result[floor] for floor in sorted(result)]


def layer_of(parts):
    """The floor of a file or an include, by its path below src/ or include/merkit/."""
    return "/".join(parts[:2]) if "/".join(parts[:2]) in LAYERS else parts[0]


def target_layer(include):
    parts = include.split("/")
    if parts[0] == "merkit":
        parts = parts[1:]
    elif parts[0] not in LAYERS:
        return None
    return layer_of(parts) if len(parts) > 1 else None


def check_file(path, root):
    parts = path.relative_to(root).parts
    public = parts[0] == "include"
    layer = layer_of(parts[2:] if public else parts[1:])
    where = str(path.relative_to(root))
    if layer not in LAYERS:
        return [f"{where}: {layer} is no folder of the tower; give it a floor in scripts/check_layers.py"]
    text = path.read_text(encoding="ascii", errors="strict")
    uses_torch = layer.startswith("neural") or (layer == "methods" and TORCH_METHODS.search(text))
    problems = []
    for number, line in enumerate(text.splitlines(), 1):
        where = f"{path.relative_to(root)}:{number}"
        if layer != "cli" and PRINTING.search(line.split("//")[0]):
            problems.append(f"{where}: prints or exits, which only cli may: {line.strip()}")
        found = INCLUDE.match(line)
        if not found:
            continue
        include = found.group(1)
        target = target_layer(include)
        if target and target != layer and target not in LAYERS[layer]:
            problems.append(f"{where}: {layer} may not include {target}: {include}")
        if public and include.startswith(FORBIDDEN_IN_CONTRACT):
            problems.append(f"{where}: the contract must not include {include}")
        if include.startswith(("torch/", "ATen/", "c10/")) and not uses_torch:
            problems.append(f"{where}: {layer} must not include LibTorch: {include}")
    return problems


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent.parent,
                        help="the source tree to check")
    parser.add_argument("--allow", metavar="FOLDER:BELOW", action="append", default=[],
                        help="one more pair for the table, to see what it would do")
    arguments = parser.parse_args()
    for pair in arguments.allow:
        layer, below = pair.split(":")
        LAYERS[layer].add(below)
    problems = []
    if cycle := cycle_in(LAYERS):
        problems.append("the table of layers has a cycle: " + " -> ".join(cycle))
    for pattern in ("include/merkit/**/*.h", "src/**/*.h", "src/**/*.cpp"):
        for path in sorted(arguments.root.glob(pattern)):
            problems += check_file(path, arguments.root)
    if problems:
        print("\n".join(problems))
        return 1
    for height, folders in enumerate(floors(LAYERS)):
        print(f"  {height}: {'  '.join(folders)}")
    print(f"layers: {len(LAYERS)} folders keep to their order, and nothing includes what stands above it")
    return 0


if __name__ == "__main__":
    sys.exit(main())
