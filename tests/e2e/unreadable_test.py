"""What lies on the disk when all other tests have run: no name, number, phone or address of anybody stands
readable in the files of the database, in a dump of it, or in the logs of our programs."""

import subprocess
import time

from tools.lib.persons import Persons

OURS = ["plan-service", "referral-service", "notification-service", "gateway", "migrate"]


def found(words, *places):
    """The words that stand in the files, found by grep as bytes."""
    done = subprocess.run(["grep", "-raohF", "-f", "-", *map(str, places)], input="\n".join(words).encode(),
                          capture_output=True)
    assert done.returncode in (0, 1), done.stderr
    return sorted(set(done.stdout.decode(errors="replace").splitlines()))


def sql(socket, statement):
    done = subprocess.run(["mariadb", "--no-defaults", "-uroot", "-N", socket, "-e", statement], check=True,
                          capture_output=True, text=True)
    return done.stdout.split()


def write_everything_to_disk(socket, seconds=60):
    sql(socket, "SET GLOBAL innodb_max_dirty_pages_pct_lwm = 0; SET GLOBAL innodb_max_dirty_pages_pct = 0")
    deadline = time.monotonic() + seconds
    while sql(socket, "SHOW GLOBAL STATUS LIKE 'Innodb_buffer_pool_pages_dirty'")[1] != "0":
        assert time.monotonic() < deadline, "the database keeps pages in memory"
        time.sleep(0.2)


def test_nothing_about_anybody_stands_readable_on_the_disk(suite, tmp_path):
    words = set()
    for person in Persons(suite.persons_file):
        entry = vars(person)
        words |= {entry.get(key) for key in ("name", "national_id", "mobile", "email", "work_email")}
    words = sorted(word for word in words if word)
    assert len(words) > 300
    database = suite.folder / "db"
    dump = tmp_path / "dump.sql"
    socket = f"--socket={database / 's.sock'}"
    write_everything_to_disk(socket)
    with dump.open("wb") as file:
        subprocess.run(["mariadb-dump", "--no-defaults", "-uroot", socket, "--databases", "ip_plan", "ip_referral",
                        "ip_notification", "ip_gateway"], check=True, stdout=file)
    logs = [suite.folder / "logs" / f"{name}.log" for name in OURS]
    # What is kept readable on purpose is found: the search looks in the right places.
    for place in (database / "data/ip_plan", *database.glob("data/ib_logfile*"), dump):
        assert found(["units/fjordvik"], place), place
    assert not found(words, database / "data", dump, *logs)
