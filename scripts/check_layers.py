#!/usr/bin/env python3
"""Checks every #include of include/ and src/ against the layers: data flows one way, and a folder looks only back along it.

Exit 0 when all is well; otherwise 1, with one line for each include that breaks a rule.
"""
import pathlib
import re
import sys

# Folder -> folders it may include besides itself.
LAYERS = {
    "core": set(),
    "media": {"core"},
    "face": {"core"},
    "motion": {"core"},
    "data": {"core"},
    "methods": {"core", "motion", "neural"},
    "neural": {"core", "motion", "methods"},
    "evaluation": {"core", "methods"},
    "pipeline": {"core", "media", "face", "motion", "data", "methods"},
    "report": {"core", "data", "evaluation", "pipeline"},
    "cli": {"core", "media", "face", "motion", "data", "methods", "evaluation", "pipeline", "report"},
}
# The contract is free of these: they are slow to compile, and not its users' business.
FORBIDDEN_IN_CONTRACT = ("torch/", "ATen/", "c10/", "dlib/", "CLI/", "spdlog/", "nlohmann/json.hpp")
TORCH_MAY_BE_IN = {"neural"}
TORCH_METHODS = re.compile(r'#include "neural/')
PRINTING = re.compile(r"\bstd::(cout|cerr)\b|\bprintf\(|\b(std::)?(exit|abort|_Exit)\(")
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]')

root = pathlib.Path(__file__).resolve().parent.parent
problems = []


def layer_of(path):
    parts = path.relative_to(root).parts
    return parts[2] if parts[0] == "include" else parts[1]


def target_layer(include):
    parts = include.split("/")
    if parts[0] == "merkit" and len(parts) > 2:
        return parts[1]
    return parts[0] if len(parts) > 1 and parts[0] in LAYERS else None


for path in sorted([*root.glob("include/**/*.h"), *root.glob("src/**/*.h"), *root.glob("src/**/*.cpp")]):
    layer, public = layer_of(path), path.relative_to(root).parts[0] == "include"
    text = path.read_text(encoding="ascii", errors="strict")
    uses_torch = layer in TORCH_MAY_BE_IN or (layer == "methods" and TORCH_METHODS.search(text))
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
        if target and layer in {"cli", "pipeline", "report"} and target == "neural":
            problems.append(f"{where}: {layer} must not see networks: {include}")
        if public and include.startswith(FORBIDDEN_IN_CONTRACT):
            problems.append(f"{where}: the contract must not include {include}")
        if include.startswith(("torch/", "ATen/", "c10/")) and not uses_torch:
            problems.append(f"{where}: {layer} must not include LibTorch: {include}")

print("\n".join(problems) if problems else f"layers: {len(LAYERS)} folders keep to their order")
sys.exit(1 if problems else 0)
