"""Generates the Python client from protos/ into build/python when it is missing or old, and makes it
importable. Importing this module is enough:

    from tools.lib import generated  # noqa: F401
    from individuellplan.plan.v1 import plan_service_pb2
"""

import fcntl
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = ROOT / "build/python"
_SOURCES = [ROOT / "protos", ROOT / "third_party"]


def _protos():
    return sorted(p for source in _SOURCES for p in source.rglob("*.proto"))


def generate(folder=FOLDER):
    """Runs protoc; the folder appears complete or not at all."""
    fresh = tempfile.mkdtemp(prefix="python.", dir=folder.parent)
    plugin = shutil.which("grpc_python_plugin")
    if not plugin or not shutil.which("protoc"):
        raise RuntimeError("protoc or grpc_python_plugin is missing: "
                           "apt-get install protobuf-compiler protobuf-compiler-grpc")
    subprocess.run(
        ["protoc", *(f"-I{source}" for source in _SOURCES), f"--python_out={fresh}",
         f"--grpc_python_out={fresh}", f"--plugin=protoc-gen-grpc_python={plugin}",
         *(str(p) for p in _protos())],
        check=True)
    shutil.rmtree(folder, ignore_errors=True)
    os.rename(fresh, folder)


def ensure():
    newest = max(p.stat().st_mtime for p in _protos())
    FOLDER.parent.mkdir(parents=True, exist_ok=True)
    with open(FOLDER.parent / "python.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # several programs may start at once
        if not FOLDER.is_dir() or FOLDER.stat().st_mtime < newest:
            generate()
    if str(FOLDER) not in sys.path:
        sys.path.insert(0, str(FOLDER))


ensure()
