"""Erases one plan or notice: takes the key away that it is encrypted with (docs/operations.md, "Erase").

  scripts/erase request NAME --decision=CASE    the first person: says what, and under which case it was decided
  scripts/erase approve NAME                    the second person, with an account of their own: does it
  scripts/erase list                            what was asked for and what was erased, by whom

NAME is plans/… or notices/… as the address in the web app shows it. CASE is the number in the archive where the
decision and its reason stand; it is kept in the clear, so name nobody. Only what has ended is erased: end the plan or
close the notice first. There is no way back. The access log stays.

Exit codes: 0 done, 1 refused or failed, 2 wrong usage.
"""

import argparse
import dataclasses
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tools.lib.dbserver import Failed, add_options, server_of  # noqa: E402


@dataclasses.dataclass
class Kind:
    """What a kind of aggregate is kept in."""
    schema: str
    table: str
    # Says 1 while it must not be erased.
    is_open: str
    # Rows that go: projections, and what lies beside the document.
    tables: dict[str, str]


KINDS = {
    "plans": Kind("ip_plan", "plan", "SELECT COUNT(*) FROM plan_list WHERE plan = '{name}' AND open_subject IS NOT NULL",
                  {"plan_list": "plan", "plan_party": "plan", "plan_alert": "plan", "plan_gap": "plan",
                   "plan_import": "plan"}),
    "notices": Kind("ip_referral", "notice", "SELECT COUNT(*) FROM notice_queue WHERE name = '{name}' AND is_open = 1",
                    {"notice_queue": "name", "notice_party": "name", "notice_secret": "name", "notice_work": "name"}),
}


def kind_of(name):
    match = re.fullmatch(r"(plans|notices)/[a-z0-9-]{4,63}", name)
    if not match:
        raise Failed(f"{name!r} is no name of a plan or a notice, such as plans/0192f0c4-…")
    return KINDS[match.group(1)]


def in_one_transaction(server, schema, statements):
    """All statements, or the first that ends with SIGNAL and nothing."""
    body = "\n".join(f"  {statement};" for statement in statements)
    try:
        server.run(f"USE {schema};\nDELIMITER //\nBEGIN NOT ATOMIC\n  START TRANSACTION;\n{body}\n  COMMIT;\nEND//\n")
    except Failed as failure:
        said = re.search(r"\(45000\)[^:]*: (.*)", str(failure))
        raise Failed(said.group(1) if said else str(failure)) from None


def refuse(condition, text):
    return f"IF {condition} THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '{text}'; END IF"


def text(value):
    """A text as SQL, whatever is in it."""
    return f"CONVERT(X'{value.encode().hex()}' USING utf8mb4)"


def nothing_left(name, revision):
    """An individuellplan.type.v1.ObligationEvent that says that nobody has to do anything any more."""
    encoded = b"\x12" + bytes([len(name)]) + name.encode() + b"\x18"
    while revision > 127:
        encoded += bytes([revision & 127 | 128])
        revision >>= 7
    return encoded + bytes([revision])


def request(server, name, decision):
    kind = kind_of(name)
    if not 1 <= len(decision) <= 200:
        raise Failed("--decision must be 1 to 200 characters")
    in_one_transaction(server, kind.schema, [
        refuse(f"NOT EXISTS (SELECT 1 FROM {kind.table} WHERE name = '{name}')", "there is no such name"),
        refuse(f"({kind.is_open.format(name=name)}) > 0", "it is still open: end or close it first"),
        refuse(f"EXISTS (SELECT 1 FROM erasure WHERE name = '{name}')", "somebody asked for this already"),
        "INSERT INTO erasure (name, decision, requested_by, request_time)"
        f" VALUES ('{name}', {text(decision)}, CURRENT_USER(), UTC_TIMESTAMP(6))"])


def approve(server, name):
    """Erases. Returns how many revisions nobody can read any more."""
    kind = kind_of(name)
    found = server.query(f"SELECT revision FROM {kind.schema}.{kind.table} WHERE name = '{name}'")
    if not found:
        raise Failed("there is no such name")
    revision = int(found[0][0])
    at = f"WHERE name = '{name}'"
    # What the key ring sealed, before there was a key of its own, is not closed by taking that key away.
    without_ring = "IF(LEFT({0}, 1) = X'02', {0}, '')".format
    in_one_transaction(server, kind.schema, [
        # The head first, as the services lock it.
        f"UPDATE {kind.table} SET data_key = '', document = {without_ring('document')} {at} AND revision = {revision}"
        " AND COALESCE(data_key, 'none') <> ''",
        refuse("ROW_COUNT() <> 1", "it was erased before, or somebody changed it just now"),
        f"UPDATE erasure SET approved_by = CURRENT_USER(), erase_time = UTC_TIMESTAMP(6) {at}"
        " AND approved_by IS NULL AND requested_by <> CURRENT_USER()",
        refuse("ROW_COUNT() <> 1", "somebody else must have asked for it first: scripts/erase request"),
        refuse(f"({kind.is_open.format(name=name)}) > 0", "it is open again: end or close it first"),
        f"UPDATE {kind.table}_revision SET document = {without_ring('document')}, reason = {without_ring('reason')} {at}",
        *(f"DELETE FROM {table} WHERE {column} = '{name}'" for table, column in kind.tables.items()),
        # Readers of the feed learn from the newest event, and find nothing in the older ones.
        f"UPDATE outbox SET payload = X'{nothing_left(name, revision + 1).hex()}' WHERE aggregate = '{name}'",
        "INSERT INTO outbox (aggregate, revision, payload, create_time)"
        f" VALUES ('{name}', {revision + 1}, X'{nothing_left(name, revision + 1).hex()}', UTC_TIMESTAMP(6))"])
    return revision


def listed(server):
    for schema in sorted({kind.schema for kind in KINDS.values()}):
        yield from server.query(
            "SELECT name, decision, requested_by, request_time, COALESCE(approved_by, '-'), COALESCE(erase_time, '-')"
            f" FROM {schema}.erasure ORDER BY request_time")


def main(arguments):
    parser = argparse.ArgumentParser(prog="scripts/erase", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["request", "approve", "list"])
    parser.add_argument("name", nargs="?", default="")
    parser.add_argument("--decision", default="")
    add_options(parser)
    given = parser.parse_args(arguments)
    if (given.what == "list") == bool(given.name) or (given.what == "request") != bool(given.decision):
        parser.error("request takes NAME and --decision, approve takes NAME, list takes neither")
    try:
        server = server_of(given)
        if given.what == "request":
            request(server, given.name, given.decision)
            print(f"{given.name} waits for a second person: scripts/erase approve {given.name}")
        elif given.what == "approve":
            revisions = approve(server, given.name)
            print(f"{given.name} is erased: {revisions} revisions cannot be opened any more. Dumps and binary logs of "
                  'before still hold its key, until they are deleted (docs/operations.md, "Erase").')
        else:
            for row in listed(server):
                print("\t".join(row))
    except (Failed, OSError) as failure:
        print(f"erase: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
