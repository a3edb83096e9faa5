"""Moves what is stored to the newest document key, while the suite runs.

  scripts/rekey --document-keys-file=FILE [--own-keys] [--pause=SECONDS]

First put the new key on top of the file, hand it to plan-service and referral-service and restart them: from
then on nothing new is sealed with the old keys. Then run this as the administrator (the services' own users
may not change history). Plans and notices that have a key of their own need that key alone moved; each other
value is opened, sealed anew for the same place, and written only if nobody has changed it meanwhile. Run it
again until it says that nothing is left. Then old lines may go from the file. Hashes of the access log are over
what was sealed and stay valid.

--own-keys gives plans and notices that have no key of their own one first, so that they can be erased; for when the
services run with --own_keys.

Exit codes: 0 nothing is left under old keys, 1 something could not be moved, 2 wrong usage.
"""

import argparse
import pathlib
import secrets
import struct
import sys
import time

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tools.backup.chain import open_sealed, read_keys  # noqa: E402
from tools.lib.dbserver import Failed, add_options, server_of  # noqa: E402

# Heads, whose column data_key holds the key of each plan or notice, and the word in its place.
HEADS = {"ip_plan.plan": "plan_key", "ip_referral.notice": "notice_key"}
# Table, key columns, sealed column, the place it is sealed for (made of key and further columns), and the head
# whose own key seals it, if it has one.
PLACES = [
    ("ip_plan.plan", ["name"], "document", "plan|{name}|{revision}", "ip_plan.plan"),
    ("ip_plan.plan_revision", ["name", "revision"], "document", "plan_revision|{name}|{revision}", "ip_plan.plan"),
    ("ip_plan.plan_revision", ["name", "revision"], "reason", "plan_revision|{name}|{revision}|reason", "ip_plan.plan"),
    ("ip_plan.plan_import", ["plan"], "bundle", "plan_import|{plan}", "ip_plan.plan"),
    ("ip_plan.access_log", ["plan", "number"], "entry", "access_log|{plan}|{number}", None),
    ("ip_plan.access_log_head", ["plan"], "seal", "access_log_head|{plan}|{last_number}", None),
    ("ip_plan.person_number", ["person"], "number", "person_number|{person}", None),
    ("ip_referral.notice", ["name"], "document", "notice|{name}|{revision}", "ip_referral.notice"),
    ("ip_referral.notice_revision", ["name", "revision"], "document", "notice_revision|{name}|{revision}",
     "ip_referral.notice"),
    ("ip_referral.notice_revision", ["name", "revision"], "reason", "notice_revision|{name}|{revision}|reason",
     "ip_referral.notice"),
    ("ip_referral.notice_queue", ["name"], "item", "notice_queue|{name}|{revision}", None),
    ("ip_referral.notice_secret", ["name", "kind"], "secret", "notice_secret|{name}|{kind}", None),
]
BATCH = 200


def header_of(key_id):
    """What begins a value that the ring sealed (lib/crypto/key_ring.h)."""
    return b"\1" + struct.pack(">I", key_id)


def seal(header, key, plain, place):
    """As lib/crypto/aes_gcm.h describes the stored form."""
    nonce = secrets.token_bytes(12)
    return header + nonce + AESGCM(key).encrypt(nonce, plain, header + place.encode())


def columns_of(place):
    return [part.split("}")[0] for part in place.split("{")[1:]]


def execute(server, statements):
    """Runs many statements in one transaction; returns how many rows they changed."""
    return int(server.run("START TRANSACTION;\nSET @n = 0;\n" + "".join(
        f"{statement};\nSET @n = @n + ROW_COUNT();\n" for statement in statements) + "COMMIT;\nSELECT @n;\n"))


class Rekey:
    """`keys` are those of the ring, newest first."""

    def __init__(self, server, keys, pause=0.0):
        self.server, self.keys, self.pause = server, keys, pause
        self.newest = next(iter(keys))
        self.header = header_of(self.newest)

    def wrap(self, key, head, name):
        return seal(self.header, self.keys[self.newest], key, f"{HEADS[head]}|{name}")

    def batches(self, table, key_columns, wanted, condition):
        """Rows of `table` (called t) in the order of their keys, as dictionaries."""
        after = ""
        order = ", ".join(f"t.{column}" for column in key_columns)
        while True:
            rows = [dict(zip([name for name, _ in wanted], values)) for values in self.server.query(
                f"SELECT {', '.join(sql for _, sql in wanted)} FROM {table} WHERE {condition}{after}"
                f" ORDER BY {order} LIMIT {BATCH}")]
            if not rows:
                return
            yield rows
            last = ", ".join(f"'{rows[-1][column]}'" for column in key_columns)
            after = f" AND ({order}) > ({last})"
            time.sleep(self.pause)

    def give_own_keys(self, head):
        """A key for each aggregate that has none; returns how many got one."""
        given = 0
        for rows in self.batches(f"{head} t", ["name"], [("name", "t.name")], "t.data_key IS NULL"):
            given += execute(self.server, [
                f"UPDATE {head} SET data_key = X'{self.wrap(secrets.token_bytes(32), head, row['name']).hex()}'"
                f" WHERE name = '{row['name']}' AND data_key IS NULL" for row in rows])
        return given

    def move(self, table, key_columns, column, place, head):
        """(values moved, values that do not open)."""
        names = [*dict.fromkeys(key_columns + columns_of(place))]
        wanted = [*((name, f"t.{name}") for name in names), ("sealed", f"HEX(t.{column})")]
        source, condition = self._stale(table, column, head)
        if head:
            wanted += [("aggregate", "h.name"), ("own", "COALESCE(HEX(h.data_key), '')")]
        moved = shut = 0
        for rows in self.batches(source, key_columns, wanted, condition):
            statements = []
            for row in rows:
                fresh = self._sealed_anew(row, place.format(**row), head)
                if fresh is None:
                    shut += 1
                    continue
                where = " AND ".join(f"{name} = '{row[name]}'" for name in key_columns)
                statements.append(f"UPDATE {table} SET {column} = X'{fresh.hex()}'"
                                  f" WHERE {where} AND {column} = X'{row['sealed']}'")
            if statements:
                moved += execute(self.server, statements)
        return moved, shut

    def _stale(self, table, column, head):
        """Where to look, and the condition for values that must move: sealed by an old key of the ring, or by
        the ring although the aggregate has a key of its own. What was erased stays as it is."""
        old = f"LENGTH(t.{column}) > 0 AND LEFT(t.{column}, 5) <> X'{self.header.hex()}'"
        if not head:
            return f"{table} t", old
        by = "plan" if table == "ip_plan.plan_import" else "name"
        return (f"{table} t JOIN {head} h ON h.name = t.{by}",
                f"LEFT(t.{column}, 1) <> X'02' AND (h.data_key IS NULL AND {old}"
                f" OR LENGTH(h.data_key) > 0 AND LENGTH(t.{column}) > 0)")

    def _sealed_anew(self, row, place, head):
        plain = open_sealed(self.keys, bytes.fromhex(row["sealed"]), place)
        if plain is None:
            return None
        if not head or not row["own"]:
            return seal(self.header, self.keys[self.newest], plain, place)
        own = open_sealed(self.keys, bytes.fromhex(row["own"]), f"{HEADS[head]}|{row['aggregate']}")
        return own and seal(b"\2", own, plain, place)

    def places(self):
        yield from PLACES
        # Last: values above are sealed with these keys meanwhile.
        for head, word in HEADS.items():
            yield head, ["name"], "data_key", word + "|{name}", None

    def run(self, own_keys=False, say=print):
        """Moves everything; returns how many values do not open with any key of the file."""
        for head in HEADS if own_keys else []:
            if given := self.give_own_keys(head):
                say(f"{head}: {given} have a key of their own now")
        shut = 0
        for table, key_columns, column, place, head in self.places():
            moved, closed = self.move(table, key_columns, column, place, head)
            shut += closed
            if moved or closed:
                say(f"{table}.{column}: {moved} moved" + (f", {closed} do not open" if closed else ""))
        return shut

    def left(self):
        """How many values are still to be moved."""
        count = 0
        for table, _, column, _, head in self.places():
            source, condition = self._stale(table, column, head)
            count += int(self.server.query(f"SELECT COUNT(*) FROM {source} WHERE {condition}")[0][0])
        return count


def main(arguments):
    parser = argparse.ArgumentParser(prog="scripts/rekey", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--document-keys-file", required=True)
    parser.add_argument("--own-keys", action="store_true")
    parser.add_argument("--pause", type=float, default=0.1, help="seconds between batches of 200")
    add_options(parser)
    given = parser.parse_args(arguments)
    try:
        work = Rekey(server_of(given), read_keys(given.document_keys_file), given.pause)
        work.run(given.own_keys)
        rest = work.left()
    except (Failed, OSError) as failure:
        print(f"rekey: {failure}", file=sys.stderr)
        return 1
    print("nothing is left under old keys" if rest == 0 else f"{rest} values are left: run again")
    return 0 if rest == 0 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
