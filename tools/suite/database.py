"""A private MariaDB server in a folder of its own: nothing to set up, nothing left behind.

As a program: `python3 -m tools.suite.database FOLDER` starts one, prints "ready" and serves until it is
told to stop.
"""

import os
import pathlib
import signal
import subprocess
import sys

from tools.suite.process import Process, wait_for


def _user_args():
    # mariadbd refuses to run as root unless it is told to.
    return ["--user=root"] if os.geteuid() == 0 else []


def database(folder, log, buffer_pool="256M", log_file="128M"):
    """Returns the server as a Process that is not started yet; installs its files when missing."""
    folder = pathlib.Path(folder).absolute()
    data, socket, temporary = folder / "data", folder / "s.sock", folder / "tmp"
    # Its own: a server that starts removes what others have left in /tmp, or are using there.
    temporary.mkdir(parents=True, exist_ok=True)
    if not (data / "mysql").is_dir():
        pathlib.Path(log).parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            ["mariadb-install-db", "--no-defaults", f"--datadir={data}", f"--tmpdir={temporary}", *_user_args(),
             "--auth-root-authentication-method=normal", "--skip-test-db"],
            check=True, stdout=open(log, "ab"), stderr=subprocess.STDOUT)
    command = [
        "mariadbd", "--no-defaults", f"--datadir={data}", f"--tmpdir={temporary}", *_user_args(), f"--socket={socket}",
        "--skip-networking", f"--pid-file={folder}/pid", f"--innodb-buffer-pool-size={buffer_pool}",
        f"--innodb-log-file-size={log_file}", "--innodb-flush-log-at-trx-commit=1",
        "--character-set-server=utf8mb4", "--collation-server=utf8mb4_danish_ci",
        "--skip-name-resolve", "--max-connections=400", "--binlog-format=ROW",
        "--idle-write-transaction-timeout=10", "--performance-schema=OFF"]

    def ready():
        return subprocess.run(
            ["mariadb-admin", "--no-defaults", "-S", str(socket), "-uroot", "ping"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0

    return Process("database", command, log, ready)


def main():
    folder = pathlib.Path(sys.argv[1])
    server = database(folder, folder / "database.log")
    server.start()
    wait_for(server)
    print("ready", flush=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        server.popen.wait()
    finally:
        server.stop()


if __name__ == "__main__":
    main()
