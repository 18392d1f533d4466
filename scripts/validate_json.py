#!/usr/bin/python3
"""Validates merkit's JSON documents and JSON Lines records against configs/schemas.

    validate_json.py FILE...      (-: stdin)

Each document or line names its schema ("schema": "merkit/analysis/1"). Exit 0 when all are valid, 1 otherwise.
"""
import json
import pathlib
import sys

import jsonschema

folder = pathlib.Path(__file__).resolve().parent.parent / "configs" / "schemas"
schemas = {}
for file in folder.glob("*.json"):
    schema = json.loads(file.read_text())
    schemas[schema["title"]] = schema
store = {schema["$id"]: schema for schema in schemas.values()}


def problems_of(document):
    name = document.get("schema") if isinstance(document, dict) else None
    if name not in schemas:
        return [f"schema {name!r} is not among {sorted(schemas)}"]
    resolver = jsonschema.RefResolver(schemas[name]["$id"], schemas[name], store=store)
    validator = jsonschema.Draft7Validator(schemas[name], resolver=resolver)
    return [f"/{'/'.join(map(str, e.absolute_path))}: {e.message}" for e in validator.iter_errors(document)]


failed = False
for name in sys.argv[1:]:
    text = sys.stdin.read() if name == "-" else pathlib.Path(name).read_text()
    try:
        documents = [json.loads(text)]
    except json.JSONDecodeError:
        documents = [json.loads(line) for line in text.splitlines() if line.strip()]
    for index, document in enumerate(documents):
        for problem in problems_of(document):
            failed = True
            print(f"{name}: record {index}: {problem}")
sys.exit(failed)
