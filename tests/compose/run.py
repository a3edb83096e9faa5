#!/usr/bin/python3
"""Starts compose.yaml with a real Docker, as its first lines say, and does the main job through its gateway; then takes all
down and up again, and the plan must still be there.

    tests/compose/run.py --programs FOLDER [--base BASE.tar] [--images FOLDER]       as root; programs: build/release/bin

--images keeps the images there, for the next time.

Needs docker.io, docker-compose and buildah. The daemon is one of its own in a network of its own, where nothing can be downloaded:
images are those of scripts/images, a Debian (BASE.tar, or what debootstrap makes) with MariaDB and one with our mail sink stand
in for the two that come from a registry, and the local identity provider runs beside Docker.
"""

import argparse
import os
import pathlib
import secrets
import subprocess
import sys
import tempfile
import time
import types

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
from tools.suite.process import Process, wait_for  # noqa: E402
from tools.suite.suite import Suite  # noqa: E402
from tools.lib.mainjob import MainJob  # noqa: E402

from individuellplan.plan.v1 import plan_service_pb2 as plans  # noqa: E402

PROGRAMS = ("gateway", "plan-service", "referral-service", "notification-service", "ip-migrate")
HOST = "10.213.7.1"  # this machine, as the containers see it (override.yaml)
VERSION = "tried"


def command(*parts, **options):
    return subprocess.run([str(part) for part in parts], **{"check": True, "cwd": ROOT, **options})


def make_images(folder, programs, base):
    """Builds all images with buildah, and saves them where Docker can load them from. Those that are there stay."""
    if (folder / "complete").exists():
        return
    store = folder / "store"
    buildah = ["buildah", "--root", store, "--runroot", store / "run", "--storage-driver", "vfs"]
    environment = {**os.environ, "IP_IMAGE_STORE": str(store), "IP_VERSION": VERSION}
    command("scripts/images", "--from", programs, env=environment)
    command("scripts/images", "--base", *([base] if base else []), env=environment)
    standins = {"database": "docker.io/library/mariadb:10.11", "mail": "docker.io/axllent/mailpit:v1.27"}
    for target, name in standins.items():
        command(*buildah, "build", "--isolation", "chroot", "--pull-never", "--layers", "--quiet", "--target", target, "-t", name,
                "-f", "tests/compose/standins.Dockerfile", ".")
    saved = {f"individuell-plan/{name}:{VERSION}": f"individuell-plan/{name}:latest" for name in PROGRAMS}
    saved.update({name: name for name in standins.values()})
    for number, (name, target) in enumerate(saved.items()):
        command(*buildah, "push", "--quiet", name, f"docker-archive:{folder / f'{number}.image'}:{target}")
    command(*buildah, "rmi", "--all", "--force", stdout=subprocess.DEVNULL)
    (folder / "complete").touch()


class Compose:
    """A Docker daemon of its own, and docker-compose on it."""

    def __init__(self, folder):
        self.folder, socket = folder, f"unix://{folder}/docker.sock"
        self.daemon = Process("dockerd", [
            "/usr/sbin/dockerd", "--host", socket, "--data-root", folder / "data", "--exec-root", folder / "exec",
            "--pidfile", folder / "docker.pid", "--oom-score-adjust", "0"], folder / "logs/dockerd.log", self._answers)
        self.environment = {**os.environ, "DOCKER_HOST": socket, "IDPORTEN_ISSUER": f"http://{HOST}:8081",
                            "HELSEID_ISSUER": f"http://{HOST}:8082"}

    def docker(self, *parts, **options):
        return command("/usr/bin/docker", *parts, env=self.environment, **options)

    def compose(self, *parts, **options):
        return command("docker-compose", "--project-name", "individuell-plan", "--project-directory", self.folder, "-f",
                       self.folder / "compose.yaml", "-f", "tests/compose/override.yaml", *parts, env=self.environment, **options)

    def _answers(self):
        return subprocess.run(["/usr/bin/docker", "version"], env=self.environment, capture_output=True).returncode == 0


def make_site(folder, programs):
    """As compose.yaml says, with a secret that the local identity provider knows."""
    site = folder / "site"
    command("k8s/make-site", site, "reference-data/fjordvik.json",
            env={**os.environ, "IP_KEYS": str(programs / "ip-keys")})
    (site / "oidc-client-secret").write_text(secrets.token_urlsafe(24))
    command("chmod", "-R", "a+rX,o-rwx", site)
    command("chgrp", "-R", "65532", site)


def identity_provider(folder):
    persons = ROOT / "tools/seed/persons.json"
    return Process("identity-provider", [
        "node", ROOT / "tools/idp/main.mjs", "--idporten_port=8081", "--helseid_port=8082", "--host=0.0.0.0",
        f"--public_host={HOST}", f"--persons={persons}", f"--data={folder / 'idp'}",
        f"--client_secret_file={folder / 'site/oidc-client-secret'}", "--redirect_uri=http://localhost:8080/callback",
        "--post_logout_redirect_uri=http://localhost:8080/"], folder / "logs/identity-provider.log",
        lambda: Suite._answers("http://127.0.0.1:8081/.well-known/openid-configuration"))


def wait_for_gateway():
    end = time.monotonic() + 120
    while not Suite._answers("http://127.0.0.1:8080/readyz"):
        if time.monotonic() > end:
            raise TimeoutError("the gateway is not ready after two minutes")
        time.sleep(0.2)


def try_all(folder, images, say):
    compose, provider = Compose(folder), identity_provider(folder)
    clock = folder / "clock/shift"
    clock.parent.mkdir()
    clock.touch()
    clock.chmod(0o666)  # the programs open it for writing
    begin = time.monotonic()

    def up():
        compose.compose("up", "-d", "--no-build")
        wait_for_gateway()
        say(f"ready {time.monotonic() - begin:.0f} s after the start of the daemon")

    try:
        compose.daemon.start()
        wait_for(compose.daemon)
        for file in sorted(images.glob("*.image")):
            compose.docker("load", "--quiet", "--input", file)
        provider.start()
        wait_for(provider)
        up()
        suite = types.SimpleNamespace(
            folder=folder, persons_file=ROOT / "tools/seed/persons.json", clock_file=clock,
            gateway_address="127.0.0.1:8080", url="http://localhost:8080", mail_url="http://127.0.0.1:8025",
            helseid_url=f"http://{HOST}:8082")
        job = MainJob(suite, say)
        job.run()
        compose.compose("down")
        begin = time.monotonic()
        up()
        plan = job.gateway.person(job.owner).plan.GetPlan(plans.GetPlanRequest(name=job.plan_name()))
        assert plan.goals, "the plan has lost its goals"
        say("the main job works, and its plan is there after down and up")
    except BaseException:
        compose.compose("ps", check=False)
        compose.compose("logs", "--tail", "15", check=False)
        raise
    finally:
        provider.stop()
        if compose.daemon.running():
            compose.compose("down", "--volumes", check=False)
            compose.daemon.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", required=True, type=pathlib.Path)
    parser.add_argument("--base", type=pathlib.Path)
    parser.add_argument("--images", type=pathlib.Path)
    parser.add_argument("--folder", type=pathlib.Path, help=argparse.SUPPRESS)  # made before the network of its own
    options = parser.parse_args()
    if options.folder:
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        try_all(options.folder, options.images or options.folder, lambda text: print(text, flush=True))
        return 0
    with tempfile.TemporaryDirectory(prefix="ip-compose-", dir="/var/tmp") as folder:
        folder = pathlib.Path(folder)
        folder.chmod(0o755)
        programs = options.programs.absolute()
        images = (options.images or folder).absolute()
        images.mkdir(exist_ok=True)
        make_images(images, programs, options.base and options.base.absolute())
        make_site(folder, programs)
        (folder / "compose.yaml").write_text((ROOT / "compose.yaml").read_text())
        return subprocess.run(["unshare", "--net", "--mount", sys.executable, *sys.argv, "--folder", folder]).returncode


if __name__ == "__main__":
    sys.exit(main())
