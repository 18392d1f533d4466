#!/usr/bin/python3
"""Turns published PyTorch weights into a merkit model file.

    import_pytorch.py WEIGHTS.pth --method ststnet -o MODEL.safetensors

Loads tensors only: nothing in the weights file is executed (torch.load with weights_only). Works for the legacy and the
zip format, on the CPU whatever device the weights were saved from. Every name and shape is checked against
configs/imports/METHOD.json. Exit codes: 0 done, 2 usage, 4 unfit weights, 5 cannot write.

Needs Debian's python3-torch, which is why the first line names Debian's Python.
"""

import argparse
import hashlib
import json
import os
import struct
import sys
import tempfile
from pathlib import Path

FORMAT = "merkit/model/1"
USAGE, UNFIT, MACHINE = 2, 4, 5


class Failure(Exception):
    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


def configs_directory():
    """configs/ of the source tree (scripts/ beside it), or of an installation (share/merkit/configs)."""
    here = Path(__file__).resolve().parent
    for place in (here.parent / "configs", here / "configs"):
        if place.is_dir():
            return place
    raise Failure(MACHINE, f"cannot find merkit's configs beside {here}")


def read_recipe(method):
    """How the published names of a method map to merkit's, and its configuration."""
    configs = configs_directory()
    known = sorted(path.stem for path in (configs / "imports").glob("*.json"))
    if method not in known:
        raise Failure(USAGE, f'no import is defined for method "{method}"; known: {", ".join(known)}')
    recipe = json.loads((configs / "imports" / f"{method}.json").read_text())
    config = json.loads((configs / "methods" / f"{method}.json").read_text())
    for section, values in recipe.get("config", {}).items():
        config[section] = {**config[section], **values} if isinstance(values, dict) else values
    return recipe, config


def load_tensors(path):
    """Name -> tensor. Accepts a state dictionary, or a checkpoint that has one under "state_dict"."""
    import torch

    if not Path(path).is_file():
        raise Failure(UNFIT, f"there is no file {path}")
    try:
        loaded = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch raises whatever its unpickler met: EOFError, KeyError, RuntimeError, ...
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise Failure(UNFIT, f"{path} is no PyTorch file of plain tensors: {reason}") from error
    if isinstance(loaded, dict) and isinstance(loaded.get("state_dict"), dict):
        loaded = loaded["state_dict"]
    if not isinstance(loaded, dict) or not loaded:
        raise Failure(UNFIT, f"{path} holds no dictionary of tensors")
    strange = [str(name) for name, value in loaded.items() if not torch.is_tensor(value)]
    if strange:
        raise Failure(UNFIT, f"{path} holds things that are not tensors: {', '.join(strange[:8])}")
    return loaded


def checked_tensors(path, tensors, recipe, classes):
    """The tensors in merkit's order as (merkit name, dtype, shape, bytes). Lists every difference at once."""
    import torch

    dtypes = {torch.float32: "F32", torch.float64: "F64", torch.int64: "I64", torch.uint8: "U8"}
    problems, result = [], []
    for entry in recipe["tensors"]:
        expected = [classes if size == "classes" else size for size in entry["shape"]]
        tensor = tensors.get(entry["published"])
        if tensor is None:
            problems.append(f"missing: {entry['published']} {entry['dtype']} {expected}")
            continue
        dtype = dtypes.get(tensor.dtype, str(tensor.dtype))
        if (dtype, list(tensor.shape)) != (entry["dtype"], expected):
            problems.append(
                f"{entry['published']}: has {dtype} {list(tensor.shape)}, expected {entry['dtype']} {expected}"
            )
        elif tensor.is_floating_point() and not torch.isfinite(tensor).all():
            problems.append(f"{entry['published']}: holds values that are not finite")
        else:
            result.append((entry["merkit"], dtype, expected, tensor.contiguous().numpy().tobytes()))
    published = {entry["published"] for entry in recipe["tensors"]}
    problems += [f"not part of the method: {name}" for name in tensors if name not in published]
    if problems:
        raise Failure(UNFIT, f"{path} does not fit the method:\n  " + "\n  ".join(problems))
    return result


def safetensors(tensors, metadata):
    payload = b"".join(data for *_, data in tensors)
    header = {"__metadata__": {**metadata, "sha256": hashlib.sha256(payload).hexdigest()}}
    at = 0
    for name, dtype, shape, data in tensors:
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [at, at + len(data)]}
        at += len(data)
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + payload


def write_atomically(path, data):
    path = Path(path)
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            os.chmod(temporary, 0o644)
            os.replace(temporary, path)
        except BaseException:
            os.unlink(temporary)
            raise
    except OSError as error:
        raise Failure(MACHINE, f"cannot write {path}: {error.strerror}") from error


def names(text, option):
    result = [name.strip() for name in text.split(",")]
    if not all(result) or len(set(result)) != len(result):
        raise Failure(USAGE, f"{option} must be a comma-separated list of different names")
    return result


def training_subjects(arguments):
    if arguments.subjects_file:
        try:
            text = Path(arguments.subjects_file).read_text()
        except OSError as error:
            raise Failure(USAGE, f"cannot read {arguments.subjects_file}: {error.strerror}") from error
        subjects = names(",".join(line.strip() for line in text.splitlines() if line.strip()), "--subjects-file")
    elif arguments.subjects:
        subjects = names(arguments.subjects, "--subjects")
    else:
        subjects = []
    for subject in subjects:
        if "/" not in subject:
            raise Failure(USAGE, f'"{subject}" is not of the form dataset/subject')
    if arguments.held_out:
        if arguments.held_out not in subjects:
            raise Failure(USAGE, f"--held-out {arguments.held_out} is not among the subjects given")
        subjects.remove(arguments.held_out)
    return sorted(subjects)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("weights", metavar="WEIGHTS.pth")
    parser.add_argument("--method", required=True, help="method of the catalogue, e.g. ststnet")
    parser.add_argument("-o", "--output", required=True, metavar="MODEL.safetensors")
    parser.add_argument("--labels", default="negative,positive,surprise", help="classes in the order of the outputs")
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--subjects", help="who it was trained on: dataset/subject, comma-separated")
    group.add_argument("--subjects-file", metavar="F", help="the same, one a line")
    parser.add_argument("--held-out", metavar="KEY", help="dataset/subject among them that it was not trained on")
    parser.add_argument("--licence", default="unknown", help="terms of use of the weights (default: unknown)")
    return parser.parse_args()


def run():
    arguments = parse_arguments()
    recipe, config = read_recipe(arguments.method)
    labels = names(arguments.labels, "--labels")
    subjects = training_subjects(arguments)
    tensors = checked_tensors(arguments.weights, load_tensors(arguments.weights), recipe, len(labels))
    weights = Path(arguments.weights)
    metadata = {
        "format": FORMAT,
        "method": arguments.method,
        "config": json.dumps(config),
        "input": json.dumps({"kind": recipe["input_kind"], **config["input"]}),
        "labels": json.dumps(labels),
        "subjects": json.dumps(subjects),
        "provenance": f"imported from {weights.name} (sha256 {hashlib.sha256(weights.read_bytes()).hexdigest()}), "
        + recipe["source"],
        "licence": arguments.licence,
    }
    write_atomically(arguments.output, safetensors(tensors, metadata))
    if not subjects:
        print(
            "note: without --subjects the model cannot be refused on people it was trained on",
            file=sys.stderr,
        )


def main():
    try:
        run()
    except Failure as failure:
        print(f"import_pytorch.py: {failure}", file=sys.stderr)
        return failure.code
    except ImportError as error:
        print(f"import_pytorch.py: {error}; install python3-torch and python3-numpy", file=sys.stderr)
        return MACHINE
    return 0


if __name__ == "__main__":
    sys.exit(main())
