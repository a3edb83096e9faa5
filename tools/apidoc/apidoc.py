#!/usr/bin/python3
"""Makes openapi.json, reference.html and reference.css from a descriptor set with comments.

Usage: apidoc.py DESCRIPTOR_SET OUTPUT_FOLDER   (needs the generated Python of the access protos on PYTHONPATH)
"""

import json
import pathlib
import sys

import openapi
import reference
from contract import Contract


def main():
    source, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    contract = Contract(source.read_bytes())
    (out / "openapi.json").write_text(json.dumps(openapi.build(contract), ensure_ascii=False, indent=1) + "\n")
    (out / "reference.html").write_text(reference.build(contract))
    (out / "reference.css").write_text(reference.CSS)


main()
