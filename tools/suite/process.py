"""One supervised program: start, ready, stop, kill, and its log when something goes wrong."""

import ctypes
import os
import pathlib
import signal
import subprocess
import time

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


def _die_with_parent():
    # Whatever ends the supervisor ends its programs: nothing is left running.
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    os.setpgid(0, 0)  # Ctrl-C reaches the supervisor alone, which stops the others in order


def as_user(user):
    """Arguments of subprocess for a program that runs as `user`. A program that changes its user itself would forget that
    it is to die with us."""
    return {"user": user, "group": user, "extra_groups": []} if user else {}


class ProcessFailed(Exception):
    """A program did not start or ended too early; the message says which and shows the end of its log."""


class Process:
    patience = 60  # seconds until it must be ready
    user = None  # as whom it runs, when not as we do

    def __init__(self, name, command, log, is_ready, env=None):
        self.name = name
        self.command = [str(part) for part in command]
        self.log = pathlib.Path(log)
        self.is_ready = is_ready
        self.env = env
        self.popen = None

    def start(self):
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with open(self.log, "ab") as log:
            self.popen = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                env={**os.environ, **(self.env or {})}, preexec_fn=_die_with_parent, **as_user(self.user))

    def running(self):
        return self.popen is not None and self.popen.poll() is None

    def stop(self, seconds=20):
        """Asks the program to stop; kills it when it does not. Returns True when it stopped by itself."""
        if not self.running():
            return True
        self.popen.send_signal(signal.SIGTERM)
        try:
            self.popen.wait(seconds)
            return True
        except subprocess.TimeoutExpired:
            self.kill()
            return False

    def kill(self):
        """kill -9."""
        self.popen.kill()
        self.popen.wait()

    def log_tail(self, lines=15):
        if not self.log.exists():
            return ""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


def wait_for(process, seconds=None):
    """Returns when `process` is ready; raises ProcessFailed when it ends or the time (its patience) is up."""
    seconds = seconds or process.patience
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not process.running():
            raise ProcessFailed(
                f"{process.name} stopped with exit code {process.popen.returncode}.\n"
                f"The end of {process.log}:\n{process.log_tail()}")
        if process.is_ready():
            return
        time.sleep(0.05)
    raise ProcessFailed(f"{process.name} was not ready after {seconds} s.\n"
                        f"The end of {process.log}:\n{process.log_tail()}")
