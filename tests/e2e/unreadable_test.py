"""What lies on the disk when all other tests have run: no name, number, phone or address of anybody stands
readable in the files of the database, in a dump of it, or in the logs of our programs."""

import subprocess

OURS = ["plan-service", "referral-service", "notification-service", "gateway", "migrate"]


def found(words, *places):
    """The words that stand in the files, found by grep as bytes."""
    done = subprocess.run(["grep", "-raohF", "-f", "-", *map(str, places)], input="\n".join(words).encode(),
                          capture_output=True)
    assert done.returncode in (0, 1), done.stderr
    return sorted(set(done.stdout.decode(errors="replace").splitlines()))


def test_nothing_about_anybody_stands_readable_on_the_disk(suite, tmp_path):
    from tools.lib.persons import Persons

    words = []
    for person in Persons(suite.persons_file):
        words += [word for word in (person.name, person.national_id, person.mobile, person.email) if word]
    assert len(words) > 200
    database = suite.folder / "db"
    dump = tmp_path / "dump.sql"
    socket = f"--socket={database / 's.sock'}"
    subprocess.run(["mariadb", "--no-defaults", "-uroot", socket, "-e", "FLUSH TABLES"], check=True)
    with dump.open("wb") as file:
        subprocess.run(["mariadb-dump", "--no-defaults", "-uroot", socket, "--databases", "ip_plan", "ip_referral",
                        "ip_notification", "ip_gateway"], check=True, stdout=file)
    logs = [suite.folder / "logs" / f"{name}.log" for name in OURS]
    # What is kept readable on purpose is found: the search looks in the right places.
    for place in (database / "data/ip_plan", *database.glob("data/ib_logfile*"), dump):
        assert found(["units/fjordvik"], place), place
    assert not found(words, database / "data", dump, *logs)
