"""Starts the real suite with the demo municipality on free ports, tells where it is in one JSON line, and
stays until its input ends or it is told to stop.

    python3 -m tests.browser.serve [COMMAND…]    # with a command: runs it with IP_WEB_URL set, then stops
"""

import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile

from tools.suite.suite import ROOT, Ports, Suite


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory(prefix="ip-browser-") as folder:
        suite = Suite(pathlib.Path(folder), Ports.free())
        try:
            suite.start()
            subprocess.run(
                ["/usr/bin/python3", "-m", "tools.seed.seed", f"--gateway={suite.gateway_address}",
                 f"--idporten={suite.idporten_url}", f"--helseid={suite.helseid_url}",
                 f"--secrets={suite.folder / 'idp'}", f"--clock={suite.clock_file}"],
                cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
            print(json.dumps({"url": suite.url, "folder": str(suite.folder)}), flush=True)
            if len(sys.argv) < 2:
                signal.pause()
            environment = {**os.environ, "IP_WEB_URL": suite.url, "IP_PERSONS": str(suite.persons_file)}
            return subprocess.run(sys.argv[1:], cwd=ROOT, env=environment).returncode
        finally:
            suite.stop()


if __name__ == "__main__":
    sys.exit(main())
