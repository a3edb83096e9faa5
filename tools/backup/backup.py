"""Backs up the suite's databases, restores them, and tries a backup out.

  scripts/backup backup --to=DIR [--keep=N]        one consistent dump of all schemas into DIR
  scripts/backup restore --from=FILE [--replace]   into a server that has none of them
  scripts/backup test --from=FILE_OR_DIR --document-keys-file=F
                                                   into a private server, then looks whether it is whole

Where the database is: --socket, or --host and --port; see below. --from=DIR means the newest dump in it. After a restore,
ip-migrate makes the services' users again. The keys are not in a dump and must lie elsewhere.

Exit codes: 0 done, 1 failed or not whole, 2 wrong usage.
"""

import argparse
import datetime
import hashlib
import os
import pathlib
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tools.backup.chain import broken_chains  # noqa: E402
from tools.lib.dbserver import Failed, Server, add_options, server_of  # noqa: E402

SCHEMAS = ["ip_plan", "ip_referral", "ip_notification", "ip_gateway"]
SUFFIX = ".sql.zst"


def tables(server):
    """How many tables each of our schemas has."""
    names = ", ".join(f"'{s}'" for s in SCHEMAS)
    return {schema: int(count) for schema, count in server.query(
        f"SELECT table_schema, COUNT(*) FROM information_schema.tables WHERE table_schema IN ({names})"
        " GROUP BY table_schema")}


def pipe(first, second, environment, stdin=None, stdout=None):
    """Runs `first | second`; raises Failed when either fails."""
    one = subprocess.Popen(first, env=environment, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    two = subprocess.Popen(second, env=environment, stdin=one.stdout, stdout=stdout, stderr=subprocess.PIPE)
    one.stdout.close()
    error = two.communicate()[1]
    error = one.stderr.read() + error
    if one.wait() != 0 or two.returncode != 0:
        raise Failed(error.decode(errors="replace").strip())


def sha256(file):
    with open(file, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def backup(server, folder, keep):
    """Writes FOLDER/<time>.sql.zst and its checksum; returns the file."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    schemas = sorted(tables(server))
    if not schemas:
        raise Failed("there is nothing to back up: none of the suite's schemas has a table")
    stamp = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    file, part = folder / (stamp + SUFFIX), folder / (stamp + ".part")
    # One transaction over all schemas: what a service wrote together is in the dump together.
    dump = server.command("mariadb-dump", "--single-transaction", "--quick", "--skip-lock-tables", "--hex-blob",
                          "--default-character-set=utf8mb4", "--skip-comments", "--databases", *schemas)
    with open(part, "wb") as stream:
        pipe(dump, ["zstd", "-q", "-3", "-T0"], server.environment, stdout=stream)
        stream.flush()
        os.fsync(stream.fileno())
    part.rename(file)
    pathlib.Path(f"{file}.sha256").write_text(f"{sha256(file)}  {file.name}\n")
    if keep:
        for old in sorted(folder.glob("*" + SUFFIX))[:-keep]:
            old.unlink()
            pathlib.Path(f"{old}.sha256").unlink(missing_ok=True)
    return file


def newest(path):
    path = pathlib.Path(path)
    if path.is_file():
        return path
    files = sorted(path.glob("*" + SUFFIX))
    if not files:
        raise Failed(f"there is no backup in {path}")
    return files[-1]


def restore(server, file, replace=False):
    """Loads a dump into a server without our schemas, or with `replace` instead of them."""
    checksum = pathlib.Path(f"{file}.sha256")
    if checksum.exists() and checksum.read_text().split()[0] != sha256(file):
        raise Failed(f"{file} is damaged: its checksum is another")
    there = tables(server)
    if there and not replace:
        raise Failed(f"{', '.join(sorted(there))} is there already; --replace drops what is there")
    for schema in there:
        server.query(f"DROP DATABASE {schema}")
    with open(file, "rb") as stream:
        pipe(["zstd", "-q", "-d", "-c"], server.command("mariadb", "--binary-mode"), server.environment, stdin=stream)


def look(server, keys_file, say):
    """Raises Failed unless what lies on the server is whole."""
    missing = set(SCHEMAS) - set(tables(server))
    if missing:
        raise Failed(f"{', '.join(sorted(missing))} is not in the backup")
    for schema in SCHEMAS:
        unfinished = server.query(f"SELECT version FROM {schema}.schema_migration WHERE NOT finished")
        if unfinished:
            raise Failed(f"{schema}: migration {unfinished[0][0]} is half done")
    plans = int(server.query("SELECT COUNT(*) FROM ip_plan.plan")[0][0])
    notices = int(server.query("SELECT COUNT(*) FROM ip_referral.notice")[0][0])
    chains, rows, broken = broken_chains(server, keys_file)
    if broken:
        raise Failed(f"{len(broken)} of {chains} access logs are broken, first {broken[0]}")
    say(f"{plans} plans, {notices} notices, {chains} access logs with {rows} rows, all unbroken")


def try_out(file, keys_file, say):
    """Restores into a private server and looks."""
    from tools.suite.database import database
    from tools.suite.process import wait_for

    with tempfile.TemporaryDirectory(prefix="ip-restore-") as folder:
        process = database(folder, pathlib.Path(folder) / "database.log")
        process.start()
        try:
            wait_for(process)
            server = Server(socket=f"{folder}/s.sock")
            begin = time.monotonic()
            restore(server, file)
            say(f"{file.name}: {file.stat().st_size / 1e6:.1f} MB restored in {time.monotonic() - begin:.1f} s")
            look(server, keys_file, say)
        finally:
            process.stop()


def main(arguments):
    parser = argparse.ArgumentParser(prog="scripts/backup", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["backup", "restore", "test"])
    parser.add_argument("--to", metavar="DIR")
    parser.add_argument("--from", dest="source", metavar="FILE_OR_DIR")
    parser.add_argument("--keep", type=int, default=0, help="how many dumps stay; 0 for all")
    parser.add_argument("--replace", action="store_true", help="restore: drop the schemas that are there")
    parser.add_argument("--document-keys-file", help="test: the keys that open the access log")
    add_options(parser)
    given = parser.parse_args(arguments)
    needs = {"backup": given.to, "restore": given.source, "test": given.source and given.document_keys_file}
    if not needs[given.what]:
        parser.error({"backup": "--to is needed", "restore": "--from is needed",
                      "test": "--from and --document-keys-file are needed"}[given.what])

    def say(text):
        print(text, flush=True)
    try:
        if given.what == "test":
            try_out(newest(given.source), given.document_keys_file, say)
            return 0
        server = server_of(given)
        if given.what == "backup":
            say(str(backup(server, given.to, given.keep)))
        else:
            restore(server, newest(given.source), given.replace)
            say("restored; now run ip-migrate for each schema (docs/operations.md)")
        return 0
    except (Failed, OSError) as failure:
        print(f"backup: {failure}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
