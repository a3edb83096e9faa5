#!/usr/bin/python3
"""How long backup and restore take per GB: fills a private database with random documents (as encrypted ones are), dumps it
with scripts/backup, drops it, restores it, and compares.

    tests/fault/backup_time.py [--gigabytes N] [--json FILE]
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tools.backup.backup import SCHEMAS, backup, restore  # noqa: E402
from tools.lib.dbserver import Server  # noqa: E402
from tools.suite.database import database  # noqa: E402
from tools.suite.process import wait_for  # noqa: E402
from tools.suite.suite import BIN, ROOT  # noqa: E402
from tools.suite.suite import SCHEMAS as FOLDERS  # noqa: E402

DOCUMENT = 4  # KiB: a plan of usual size (docs/performance.md)


def fill(server, socket, gigabytes):
    for schema, migrations in FOLDERS.values():
        subprocess.run([BIN / "ip-migrate", f"--schema={schema}", f"--dir={ROOT / migrations}", "--create",
                        "--db_user=root", f"--db_socket={socket}"], check=True, stdout=subprocess.DEVNULL)
    rows = int(gigabytes * 1e9 / (DOCUMENT * 1024))
    document = f"CONCAT({', '.join(['RANDOM_BYTES(1024)'] * DOCUMENT)})"
    for first in range(1, rows + 1, 10000):
        server.run(f"USE ip_plan; INSERT INTO plan_revision SELECT CONCAT('plans/', seq DIV 10), seq MOD 10, UTC_TIMESTAMP(6),"
                   f" 'persons/p', 'UpdatePlan', '', UUID(), {document}"
                   f" FROM seq_{first}_to_{min(first + 9999, rows)};")
    return rows


def checksum(server):
    return server.query("CHECKSUM TABLE ip_plan.plan_revision EXTENDED")


def measure(gigabytes):
    with tempfile.TemporaryDirectory(prefix="ip-backup-time-") as folder:
        process = database(folder, pathlib.Path(folder) / "database.log")
        process.start()
        try:
            wait_for(process)
            socket = f"{folder}/s.sock"
            server = Server(socket=socket)
            rows = fill(server, socket, gigabytes)
            before = checksum(server)
            begin = time.monotonic()
            file = backup(server, f"{folder}/dumps", 0)
            backed_up = time.monotonic()
            for schema in SCHEMAS:
                server.run(f"DROP DATABASE {schema};")
            dropped = time.monotonic()
            restore(server, file)
            restored = time.monotonic()
            assert checksum(server) == before, "what came back is not what was there"
            return {"name": "backup.time", "gigabytes": gigabytes, "rows": rows, "dump_mb": round(file.stat().st_size / 1e6),
                    "backup_s_per_gb": round((backed_up - begin) / gigabytes, 1),
                    "restore_s_per_gb": round((restored - dropped) / gigabytes, 1)}
        finally:
            process.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gigabytes", type=float, default=1)
    parser.add_argument("--json")
    options = parser.parse_args()
    line = json.dumps(measure(options.gigabytes))
    print(line)
    if options.json:
        with open(options.json, "a") as file:
            file.write(line + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
