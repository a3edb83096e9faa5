"""Starts the whole suite on this machine, or checks that its main job works.

Without options: private database, all services, gateway, local identity provider and a mail sink on
fixed ports of 127.0.0.1, with a demo municipality loaded through the public API. Ctrl-C stops everything;
the data stays in .run/ for the next time.
"""

import argparse
import json
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from tools.suite.cluster import ClusterSuite
from tools.suite.process import ProcessFailed
from tools.suite.suite import ROOT, Ports, Suite

STOPPABLE = ["plan-service", "referral-service", "notification-service", "gateway", "identity-provider",
             "contact-register", "mail-sink", "database"]


class Progress:
    """Prints each step with the seconds since the start."""

    def __init__(self):
        self.begin = time.monotonic()

    def __call__(self, text):
        print(f"{time.monotonic() - self.begin:6.1f} s  {text}", flush=True)


def main():
    parser = argparse.ArgumentParser(
        prog="scripts/run", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fresh", action="store_true", help="begin anew: remove the data of earlier runs")
    parser.add_argument("--cluster", action="store_true",
                        help="two replicas of each program and three Galera nodes, in .run-cluster/ (as root)")
    parser.add_argument("--no-seed", action="store_true", help="do not load the demo municipality")
    parser.add_argument("--check", action="store_true",
                        help="drive the main job end to end on free ports and a new database, then exit")
    parser.add_argument("--without", metavar="PART", choices=STOPPABLE,
                        help="with --check: stop this part first, to see that the check notices")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        return check(arguments.without) if arguments.check else serve(arguments)
    except ProcessFailed as failure:
        print(f"\nerror: {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def serve(arguments):
    say = Progress()
    folder = ROOT / (".run-cluster" if arguments.cluster else ".run")
    if arguments.fresh:
        shutil.rmtree(folder, ignore_errors=True)
    suite = (ClusterSuite if arguments.cluster else Suite)(folder, Ports(), say)
    try:
        suite.start()
        if not arguments.no_seed:
            seed(suite, say)
        say("ready")
        print_addresses(suite)
        wait_until_something_ends(suite)
        return 1
    except KeyboardInterrupt:
        print(f"\nstopping; the data stays in {folder.name}/")
        return 0
    finally:
        suite.stop()


def seed(suite, say):
    done = suite.folder / "seeded"
    if done.exists():
        return
    say("loading the demo municipality through the gateway")
    subprocess.run([
        "/usr/bin/python3", "-m", "tools.seed.seed", f"--gateway={suite.gateway_address}",
        f"--idporten={suite.idporten_url}", f"--helseid={suite.helseid_url}",
        f"--clock={suite.clock_file}"], cwd=ROOT, check=True)
    done.touch()


def print_addresses(suite):
    persons = json.loads(suite.persons_file.read_text())["persons"]
    print(f"""
  Web              {suite.url}
  gRPC             {suite.gateway_address}  (h2c; reflection is on)
  Mail             {suite.mail_url}
  Identity         {suite.idporten_url} (citizens), {suite.helseid_url} (professionals)

  Log in as one of:""")
    for person in [p for p in persons if p.get("demo")] or persons[:8]:
        print(f"    {person['login']:<16} {person['name']:<28} {person.get('demo', '')}")
    print("\n  Ctrl-C stops everything.\n", flush=True)


def wait_until_something_ends(suite):
    while True:
        for process in suite.processes.values():
            if not process.running():
                raise ProcessFailed(f"{process.name} has stopped (exit code {process.popen.returncode}).\n"
                                    f"The end of {process.log}:\n{process.log_tail()}")
        time.sleep(1)


def check(without):
    from tools.lib.mainjob import MainJob, StepFailed  # needs the generated clients, made on import

    say = Progress()
    with tempfile.TemporaryDirectory(prefix="ip-check-") as folder:
        suite = Suite(pathlib.Path(folder), Ports.free(), say)
        try:
            suite.start()
            if without:
                say(f"stopping {without}, as asked")
                suite.processes[without].stop()
            MainJob(suite, say).run()
        except StepFailed as failure:
            print(f"\nerror: {failure}{blame(suite)}", file=sys.stderr)
            return 1
        finally:
            suite.stop()
    say("the main job works")
    return 0


def blame(suite):
    stopped = [process for process in suite.processes.values() if not process.running()]
    return "".join(f"\n{process.name} is not running; see {process.log.name}: start it again."
                   for process in stopped)


if __name__ == "__main__":
    sys.exit(main())
