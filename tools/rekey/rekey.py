"""Moves what is stored to the newest document key, while the suite runs.

  scripts/rekey --document-keys-file=FILE [--socket=S | --host=H …] [--pause=SECONDS]

First put the new key on top of the file, hand it to plan-service and referral-service and restart them: from
then on nothing new is sealed with the old keys. Then run this as the administrator (the services' own users
may not change history). Each value is opened, sealed with the newest key for the same place, and written only
if nobody has changed it meanwhile; run it again until it says that nothing is left. Then old lines may go from
the file. Hashes of the access log are over what was sealed and stay valid.

Exit codes: 0 nothing is left under old keys, 1 something could not be moved, 2 wrong usage.
"""

import argparse
import os
import pathlib
import secrets
import struct
import subprocess
import sys
import time

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tools.backup.backup import Failed, Server  # noqa: E402
from tools.backup.chain import open_sealed, read_keys  # noqa: E402

# Schema.table, key columns, sealed column, and the place it is sealed for (made of key and further columns).
PLACES = [
    ("ip_plan.plan", ["name"], "document", "plan|{name}|{revision}"),
    ("ip_plan.plan_revision", ["name", "revision"], "document", "plan_revision|{name}|{revision}"),
    ("ip_plan.plan_revision", ["name", "revision"], "reason", "plan_revision|{name}|{revision}|reason"),
    ("ip_plan.plan_import", ["plan"], "bundle", "plan_import|{plan}"),
    ("ip_plan.access_log", ["plan", "number"], "entry", "access_log|{plan}|{number}"),
    ("ip_plan.access_log_head", ["plan"], "seal", "access_log_head|{plan}|{last_number}"),
    ("ip_plan.person_number", ["person"], "number", "person_number|{person}"),
    ("ip_referral.notice", ["name"], "document", "notice|{name}|{revision}"),
    ("ip_referral.notice_revision", ["name", "revision"], "document", "notice_revision|{name}|{revision}"),
    ("ip_referral.notice_revision", ["name", "revision"], "reason", "notice_revision|{name}|{revision}|reason"),
    ("ip_referral.notice_queue", ["name"], "item", "notice_queue|{name}|{revision}"),
    ("ip_referral.notice_secret", ["name", "kind"], "secret", "notice_secret|{name}|{kind}"),
]
BATCH = 200


def seal(key_id, key, plain, place):
    """As lib/crypto/key_ring.h describes the stored form."""
    header, nonce = b"\1" + struct.pack(">I", key_id), secrets.token_bytes(12)
    return header + nonce + AESGCM(key).encrypt(nonce, plain, header + place.encode())


def columns_of(place):
    return [part.split("}")[0] for part in place.split("{")[1:]]


def execute(server, statements):
    """Runs many statements in one transaction; returns how many rows they changed."""
    script = "START TRANSACTION;\nSET @n = 0;\n" + "".join(
        f"{statement};\nSET @n = @n + ROW_COUNT();\n" for statement in statements) + "COMMIT;\nSELECT @n;\n"
    done = subprocess.run(server.command("mariadb", "-BN"), env=server.environment, input=script, capture_output=True,
                          text=True)
    if done.returncode != 0:
        raise Failed(done.stderr.strip())
    return int(done.stdout)


def move(server, keys, newest, table, key_columns, column, place, pause):
    """(values moved, values that do not open)."""
    wanted = [*dict.fromkeys(key_columns + columns_of(place))]
    old = f"LEFT({column}, 5) <> X'{(b'%c' % 1 + struct.pack('>I', newest)).hex()}' AND LENGTH({column}) > 0"
    moved, shut, after = 0, 0, ""
    while True:
        rows = server.query(f"SELECT {', '.join(wanted)}, HEX({column}) FROM {table} WHERE {old}{after}"
                            f" ORDER BY {', '.join(key_columns)} LIMIT {BATCH}")
        if not rows:
            return moved, shut
        statements = []
        for *values, sealed in rows:
            row = dict(zip(wanted, values))
            plain = open_sealed(keys, bytes.fromhex(sealed), place.format(**row))
            if plain is None:
                shut += 1
                continue
            where = " AND ".join(f"{name} = '{row[name]}'" for name in key_columns)
            fresh = seal(newest, keys[newest], plain, place.format(**row)).hex()
            statements.append(f"UPDATE {table} SET {column} = X'{fresh}' WHERE {where} AND {column} = X'{sealed}'")
        if statements:
            moved += execute(server, statements)
        last = ", ".join(f"'{dict(zip(wanted, rows[-1]))[name]}'" for name in key_columns)
        after = f" AND ({', '.join(key_columns)}) > ({last})"
        time.sleep(pause)


def rekey(server, keys_file, pause=0.0, say=print):
    """Moves everything; returns how many values do not open with any key of the file."""
    keys = read_keys(keys_file)
    newest = next(iter(keys))
    shut = 0
    for table, key_columns, column, place in PLACES:
        moved, closed = move(server, keys, newest, table, key_columns, column, place, pause)
        shut += closed
        if moved or closed:
            say(f"{table}.{column}: {moved} moved to key {newest}" + (f", {closed} do not open" if closed else ""))
    return shut


def left(server, keys_file):
    """How many values are sealed with another key than the newest."""
    newest = next(iter(read_keys(keys_file)))
    header = (b"\1" + struct.pack(">I", newest)).hex()
    return sum(int(server.query(f"SELECT COUNT(*) FROM {table} WHERE LEFT({column}, 5) <> X'{header}'"
                                f" AND LENGTH({column}) > 0")[0][0]) for table, _, column, _ in PLACES)


def main(arguments):
    parser = argparse.ArgumentParser(prog="scripts/rekey", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--document-keys-file", required=True)
    parser.add_argument("--pause", type=float, default=0.1, help="seconds between batches of 200")
    parser.add_argument("--socket")
    parser.add_argument("--host", default=os.environ.get("IP_DB_HOST", "127.0.0.1"))
    parser.add_argument("--port", default=os.environ.get("IP_DB_PORT", "3306"))
    parser.add_argument("--user", default="root")
    parser.add_argument("--password-file")
    parser.add_argument("--ssl-ca", default=os.environ.get("IP_DB_SSL_CA"))
    given = parser.parse_args(arguments)
    server = Server(given.socket, given.host, given.port, given.user, given.password_file, given.ssl_ca)
    try:
        rekey(server, given.document_keys_file, given.pause)
        rest = left(server, given.document_keys_file)
    except (Failed, OSError) as failure:
        print(f"rekey: {failure}", file=sys.stderr)
        return 1
    print("nothing is left under old keys" if rest == 0 else f"{rest} values are left: run again")
    return 0 if rest == 0 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
