#!/usr/bin/python3
"""Runs the programs of an earlier commit beside today's on one database, as a rolling upgrade and a way back do.
The main job must work each time:

  1. the earlier programs on the schema they know
  2. after today's migrations: services of both versions side by side, behind the earlier gateway
  3. the same behind today's gateway
  4. back: the earlier programs alone, on the new schema

    tests/fault/upgrade.py [--commit COMMIT | --tree FOLDER]

Builds that commit's programs in a worktree that goes away again; without one, the commit that ours stands on: what main has
while ours is not landed, afterwards the one before. The web app is today's.
"""

import argparse
import contextlib
import os
import pathlib
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tools.lib.mainjob import MainJob  # noqa: E402
from tools.suite.cluster import REPLICATED, ReplicatedSuite  # noqa: E402
from tools.suite.suite import BIN, ROOT, SCHEMAS, Ports  # noqa: E402

PROGRAMS = ["ip-migrate", *REPLICATED]
# Flags that say that no earlier version runs any more.
WRITTEN_LATER = {"own_keys"}


def git(*arguments):
    return subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()


def landed_before():
    """The commit of main that ours stands on; when ours is main's, the one before."""
    ours = git("rev-parse", "HEAD")
    with contextlib.suppress(subprocess.CalledProcessError):  # a clone without main
        base = git("merge-base", "main", ours)
        if base != ours:
            return base
    return git("rev-parse", "HEAD~1")


@contextlib.contextmanager
def built(commit, say):
    """A worktree with that commit's programs, for as long as it is needed; ccache makes it cheap."""
    with tempfile.TemporaryDirectory(prefix="ip-earlier-") as folder:
        tree = pathlib.Path(folder) / "tree"
        say(f"building the programs of {git('log', '-1', '--format=%h %s', commit)}")
        git("worktree", "add", "--detach", str(tree), commit)
        try:
            preset = BIN.parent.name
            environment = {**os.environ, "CCACHE_BASEDIR": str(tree), "CCACHE_NOHASHDIR": "1"}
            subprocess.run(["cmake", "--preset", preset], cwd=tree, check=True, env=environment, stdout=subprocess.DEVNULL)
            subprocess.run(["cmake", "--build", "--preset", preset, "--target", *PROGRAMS], cwd=tree, check=True,
                           env=environment, stdout=subprocess.DEVNULL)
            yield tree
        finally:
            git("worktree", "remove", "--force", str(tree))


class UpgradeSuite(ReplicatedSuite):
    """NAME is today's program, NAME-2 the same of the earlier version in the folder `previous`. The two gateways
    have one address, where logins come back to, so one of them runs at a time."""

    def __init__(self, folder, ports, previous, say):
        self.previous = pathlib.Path(previous)
        super().__init__(folder, ports, say)

    def _twin(self, process):
        twin = super()._twin(process)
        if process.name == "gateway":
            twin.command, twin.is_ready = list(process.command), process.is_ready
        program = self.previous / BIN.relative_to(ROOT) / process.name
        known = set(re.findall(r"^  --(\w+)", subprocess.run([program, "--help"], check=True, capture_output=True,
                                                             text=True).stdout, re.M))
        twin.command = [str(program)] + [
            self._earlier(part) for part in twin.command[1:]
            if re.match(r"--(\w+)", part).group(1) in known]
        # What the earlier version cannot read is written only when none of it runs any more.
        process.command = [part for part in process.command
                           if part.lstrip("-") not in WRITTEN_LATER or part.lstrip("-") in known]
        return twin

    def _earlier(self, part):
        """The earlier version's own file, when the flag names one that lies in the repository."""
        earlier = part.replace(f"={ROOT}/", f"={self.previous}/")
        return earlier if pathlib.Path(earlier.partition("=")[2]).exists() else part

    def begin(self):
        """Everything but the suite's own programs, with the earlier version's schema."""
        self.folder.mkdir(exist_ok=True)
        self._make_keys()
        for name in self.processes:
            if name.removesuffix("-2") not in REPLICATED:
                self.start_one(name)
        self.migrate(self.previous, self.previous / BIN.relative_to(ROOT))

    def migrate(self, root, programs):
        for name, (schema, migrations) in SCHEMAS.items():
            subprocess.run(
                [programs / "ip-migrate", f"--schema={schema}", f"--dir={root / migrations}", "--create",
                 "--db_user=root", f"--db_socket={self.folder / 'db/s.sock'}", f"--app_user={schema}",
                 f"--app_password_file={self.keys / (name + '.db-password')}"], check=True)

    def start_all(self, names):
        for name in names:
            self.start_one(name)

    def stop_all(self, names):
        for name in names:
            self.say(f"stopping {name}")
            self.processes[name].stop()


def run(previous, say):
    old, new = [name + "-2" for name in REPLICATED], REPLICATED

    def main_job(what):
        MainJob(suite, lambda text: None).run()
        say(f"works: {what}")

    with tempfile.TemporaryDirectory(prefix="ip-upgrade-") as folder:
        suite = UpgradeSuite(folder, Ports.free(), previous, say)
        try:
            suite.begin()
            suite.start_all(old)
            main_job("the earlier version on its own schema")
            suite.migrate(ROOT, BIN)
            suite.start_all(new[:-1])
            main_job("services of both versions behind the earlier gateway")
            suite.stop_all(old[-1:])
            suite.start_all(new[-1:])
            main_job("services of both versions behind today's gateway")
            suite.stop_all(new)
            suite.start_all(old[-1:])
            main_job("back to the earlier version, on the new schema")
        finally:
            suite.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--commit", help="the earlier version")
    parser.add_argument("--tree", help="a folder in which it is built already")
    options = parser.parse_args()

    def say(text):
        print(text, flush=True)

    with contextlib.nullcontext(options.tree) if options.tree else built(options.commit or landed_before(), say) as tree:
        run(tree, say)
    return 0


if __name__ == "__main__":
    sys.exit(main())
