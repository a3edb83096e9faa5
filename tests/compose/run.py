#!/usr/bin/python3
"""Clones the project, says `docker-compose up --build` there as compose.yaml tells people to, and does the main job through the
gateway that comes up; then takes all down and up again, and the plan must still be there.

    tests/compose/run.py [--base BASE.tar] [--cache FOLDER]       as root

--cache keeps what Docker built, for the next time; without it all is built anew (half an hour).

Needs docker.io, docker-compose, slirp4netns and buildah. The daemon is one of its own in a network of its own. Where no registry
is reached, these stand in for what comes from one: a Debian (BASE.tar, or what debootstrap makes), and on it MariaDB and our mail
sink. What is not committed is not tried.
"""

import argparse
import os
import pathlib
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

DEBIAN = "docker.io/library/debian:bookworm-slim"
STANDINS = {"database": "docker.io/library/mariadb:10.11", "mail": "docker.io/axllent/mailpit:v1.27"}
# With a registry of npm packages that shows a certificate of this machine's own authority, Debian does not know it.
AUTHORITY = os.environ.get("NODE_EXTRA_CA_CERTS")


def command(*parts, **options):
    return subprocess.run([str(part) for part in parts], **{"check": True, "cwd": ROOT, **options})


def make_standins(folder, base):
    """Leaves the images that no registry is needed for as files that Docker can load."""
    if (folder / "complete").exists():
        return
    store = folder / "store"
    buildah = ["buildah", "--root", store, "--runroot", store / "run", "--storage-driver", "vfs"]
    command("scripts/images", "--base", *([base] if base else []), env={**os.environ, "IP_IMAGE_STORE": str(store)})
    for target, name in STANDINS.items():
        command(*buildah, "build", "--isolation", "chroot", "--pull-never", "--layers", "--quiet", "--target", target, "-t", name,
                "-f", "tests/compose/standins.Dockerfile", ".")
    if AUTHORITY:
        container = command(*buildah, "from", "--pull-never", DEBIAN, stdout=subprocess.PIPE, text=True).stdout.strip()
        command(*buildah, "copy", "--quiet", container, AUTHORITY, "/etc/authority.crt")
        command(*buildah, "config", "--env", "NODE_EXTRA_CA_CERTS=/etc/authority.crt", container)
        command(*buildah, "commit", "--quiet", "--rm", container, DEBIAN)
    for number, name in enumerate([DEBIAN, *STANDINS.values()]):
        command(*buildah, "push", "--quiet", name, f"docker-archive:{folder / f'{number}.image'}:{name}")
    command(*buildah, "rmi", "--all", "--force", stdout=subprocess.DEVNULL)
    (folder / "complete").touch()


class Compose:
    """A Docker daemon of its own, and docker-compose on it in a clone of the project."""

    def __init__(self, folder, cache):
        self.clone, socket = folder / "clone", f"unix://{folder}/docker.sock"
        self.daemon = Process("dockerd", [
            "/usr/sbin/dockerd", "--host", socket, "--data-root", cache / "data", "--exec-root", folder / "exec",
            "--pidfile", folder / "docker.pid", "--oom-score-adjust", "0"], folder / "logs/dockerd.log", self._answers)
        self.environment = {**os.environ, "PATH": f"/usr/bin:{os.environ['PATH']}", "DOCKER_HOST": socket, "IP_CLOCK_FOLDER": str(folder / "clock"),
                            # As newer versions do by themselves.
                            "DOCKER_BUILDKIT": "1", "COMPOSE_DOCKER_CLI_BUILD": "1", "BUILDKIT_PROGRESS": "plain"}

    def docker(self, *parts, **options):
        return command("/usr/bin/docker", *parts, env=self.environment, **options)

    def compose(self, *parts, **options):
        return command("docker-compose", "-f", self.clone / "compose.yaml", "-f", ROOT / "tests/compose/override.yaml", *parts,
                       env=self.environment, **options)

    def _answers(self):
        return subprocess.run(["/usr/bin/docker", "version"], env=self.environment, capture_output=True).returncode == 0


def reach_the_network():
    """From this network of its own, by way of the one it was made in."""
    ready, written = os.pipe()
    process = subprocess.Popen(
        ["nsenter", f"--net=/proc/{os.getppid()}/ns/net", "slirp4netns", "--configure", "--mtu=65520", f"--ready-fd={written}",
         str(os.getpid()), "tap0"], pass_fds=[written], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(written)
    if not os.read(ready, 1):
        raise RuntimeError("slirp4netns did not start")
    return process


def wait_until_people_can_log_in():
    end = time.monotonic() + 180
    doors = ["http://127.0.0.1:8080/readyz"]
    doors += [f"http://127.0.0.1:{port}/.well-known/openid-configuration" for port in (8081, 8082)]
    while not all(Suite._answers(door) for door in doors):
        if time.monotonic() > end:
            raise TimeoutError("gateway and identity provider are not ready after three minutes")
        time.sleep(0.2)


def try_all(folder, cache, say):
    compose = Compose(folder, cache)
    clock = folder / "clock/shift"
    clock.parent.mkdir()
    clock.touch()
    clock.chmod(0o666)  # the programs open it for writing
    begin = time.monotonic()

    def up(*options):
        compose.compose("up", "-d", *options)
        wait_until_people_can_log_in()
        say(f"ready after {time.monotonic() - begin:.0f} s")

    network = reach_the_network()
    try:
        compose.daemon.start()
        wait_for(compose.daemon)
        for file in sorted((cache / "standins").glob("*.image")):
            compose.docker("load", "--quiet", "--input", file)
        begin = time.monotonic()
        up("--build")
        suite = types.SimpleNamespace(
            folder=folder, persons_file=ROOT / "tools/seed/persons.json", clock_file=clock,
            gateway_address="127.0.0.1:8080", url="http://localhost:8080", mail_url="http://127.0.0.1:8025",
            helseid_url="http://localhost:8082")
        (folder / "idp").symlink_to(compose.clone / "site/identity-provider")
        job = MainJob(suite, say)
        job.run()
        compose.compose("down")
        begin = time.monotonic()
        up()
        plan = job.gateway.person(job.owner).plan.GetPlan(plans.GetPlanRequest(name=job.plan_name()))
        assert plan.goals, "the plan has lost its goals"
        say("the main job works, and its plan is there after down and up")
        compose.docker("images")
    except BaseException:
        compose.compose("ps", check=False)
        compose.compose("logs", "--tail", "15", check=False)
        raise
    finally:
        if compose.daemon.running():
            compose.compose("down", "--volumes", check=False)
            compose.daemon.stop()
        network.terminate()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", type=pathlib.Path)
    parser.add_argument("--cache", type=pathlib.Path)
    parser.add_argument("--folder", type=pathlib.Path, help=argparse.SUPPRESS)  # made before the network of its own
    options = parser.parse_args()
    if options.folder:
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        try_all(options.folder, options.cache, lambda text: print(text, flush=True))
        return 0
    with tempfile.TemporaryDirectory(prefix="ip-compose-", dir="/var/tmp") as folder:
        folder = pathlib.Path(folder)
        folder.chmod(0o755)
        cache = (options.cache or folder / "cache").absolute()
        (cache / "standins").mkdir(parents=True, exist_ok=True)
        make_standins(cache / "standins", options.base and options.base.absolute())
        command("git", "clone", "--quiet", ROOT, folder / "clone")
        return subprocess.run(["unshare", "--net", "--mount", sys.executable, __file__, "--folder", folder, "--cache", cache]).returncode


if __name__ == "__main__":
    sys.exit(main())
