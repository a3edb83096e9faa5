"""Nothing that stands in a plan or notice, and nothing about a person, gets into a mail, into
notification-service's log, metrics or tables (domain.md § 8 check 6).

The whole demo municipality is loaded, two months are lived through, and every byte is searched for every
text and personal field of the demo data."""

import datetime
import json
import pathlib
import re
import subprocess
import time

import pytest
import requests
import yaml

from tools.lib.clock import OSLO, Clock
from tools.lib.mails import MailSink
from tools.seed import seed
from tools.suite.suite import Ports, Suite, free_port

ROOT = pathlib.Path(__file__).resolve().parents[2]


def sentences(value):
    """All free texts below a value: what holds a space and is no enum word."""
    if isinstance(value, dict):
        return [text for item in value.values() for text in sentences(item)]
    if isinstance(value, list):
        return [text for item in value for text in sentences(item)]
    return [value.strip()] if isinstance(value, str) and " " in value.strip() and len(value) > 9 else []


def canaries():
    """(texts and names that must be nowhere, addresses that may stand in a mail's To alone)."""
    texts = set()
    for file in [*(ROOT / "tools/seed/plans").glob("*.yaml"), *(ROOT / "tools/seed/notices").glob("*.yaml")]:
        texts.update(sentences(yaml.safe_load(file.read_text())))
    addresses = set()
    for person in json.loads((ROOT / "tools/seed/persons.json").read_text())["persons"]:
        texts.update(person[key] for key in ("name", "national_id", "mobile", "description") if person.get(key))
        addresses.update(person[key] for key in ("email", "work_email") if person.get(key))
    return texts, addresses


def is_national_id(digits):
    """Control digits of a number, as of real persons, D-numbers and Tenor's synthetic ones."""
    n = [int(d) for d in digits]
    first = -sum(a * b for a, b in zip((3, 7, 6, 1, 8, 9, 4, 5, 2), n)) % 11
    second = -sum(a * b for a, b in zip((5, 4, 3, 2, 7, 6, 5, 4, 3, 2), n)) % 11
    return n[9] == first and n[10] == second


@pytest.fixture(scope="module")
def lived(tmp_path_factory):
    suite = Suite(tmp_path_factory.mktemp("canary"), Ports.free(), print)
    metrics = free_port()
    suite.processes["notification-service"].command += [
        f"--metrics_address=127.0.0.1:{metrics}", "--relay_signs_list_headers", "--mails_per_second=0"]
    sql = ["mariadb", "--no-defaults", "-S", suite.folder / "db/s.sock", "-uroot", "-BN", "ip_notification", "-e"]

    def busy():
        now = (datetime.datetime.now(datetime.timezone.utc) + clock.offset).strftime("%Y-%m-%d %H:%M:%S")
        return int(subprocess.run(
            [*sql, f"SELECT (SELECT COUNT(*) FROM slot WHERE state = 1 AND not_before <= '{now}') + "
                   f"(SELECT COUNT(*) FROM message WHERE state IN (1, 2, 3) AND next_at <= '{now}')"],
            check=True, capture_output=True, text=True).stdout)

    try:
        suite.start()
        assert seed.main([f"--gateway={suite.gateway_address}", f"--helseid={suite.helseid_url}",
                          f"--secrets={suite.folder / 'idp'}", f"--clock={suite.clock_file}"]) == 0
        clock = Clock(suite.clock_file)
        for day in range(1, 61):
            clock.set(datetime.datetime.combine(
                datetime.date.today() + datetime.timedelta(days=day), datetime.time(9), OSLO))
            end = time.monotonic() + 30
            while busy():
                assert time.monotonic() < end, f"day {day}: still {busy()} to do"
                time.sleep(0.05)
        tables = subprocess.run(["mariadb-dump", "--no-defaults", "-S", suite.folder / "db/s.sock", "-uroot",
                                 "ip_notification"], check=True, capture_output=True).stdout
        yield {"mails": [mail.everything() for mail in MailSink(suite.mail_url).mails()],
               "raw": b"\n".join(file.read_bytes() for file in suite.mail_folder.glob("*.eml")),
               "log": (suite.folder / "logs/notification-service.log").read_bytes(),
               "metrics": requests.get(f"http://127.0.0.1:{metrics}/metrics", timeout=10).content,
               "tables": tables, "url": suite.url,
               "muted": lambda: subprocess.run([*sql, "SELECT recipient, HEX(preferences) FROM preference"],
                                               check=True, capture_output=True, text=True).stdout}
    finally:
        suite.stop()


def test_no_text_and_no_person_gets_out(lived):
    texts, addresses = canaries()
    assert len(texts) > 300 and len(addresses) > 30 and len(lived["mails"]) > 30
    decoded = "\n".join(lived["mails"]).encode()
    hits = []
    for where in ("raw", "log", "metrics", "tables"):
        assert len(lived[where]) > 1000, where
        hits += [(where, text) for text in texts if text.encode() in lived[where]]
    hits += [("mails", text) for text in texts if text.encode() in decoded]
    hits += [(where, address) for where in ("log", "metrics", "tables") for address in addresses
             if address.encode() in lived[where]]
    print(f"{len(texts)} texts, {len(addresses)} addresses, {len(lived['mails'])} mails: {len(hits)} hits")
    assert hits == []


def test_an_address_stands_in_to_alone(lived):
    _, addresses = canaries()
    for mail in lived["mails"]:
        for address in addresses:
            lines = [line for line in mail.splitlines() if address in line]
            assert all(line.startswith(("To:", "X-Sink-To:")) for line in lines), lines


def test_no_national_id_number_is_anywhere(lived):
    # Standing as a word: within random ids (Message-ID, trace) eleven digits mean nothing. The numbers of the
    # persons who live here are looked for as they stand, in test_no_text_and_no_person_gets_out.
    for where in ("raw", "log", "metrics", "tables"):
        found = re.findall(rb"(?<![\w-])\d{11}(?![\w-])", lived[where])
        assert not [digits for digits in found if is_national_id(digits.decode())], where


def test_only_known_headers_and_one_link(lived):
    allowed = {"From", "To", "Subject", "Date", "Message-ID", "References", "Auto-Submitted", "Content-Language",
               "MIME-Version", "Content-Type", "List-Unsubscribe", "List-Unsubscribe-Post", "X-Sink-From",
               "X-Sink-To"}
    for mail in lived["mails"]:
        head = mail.split("\nHei", 1)[0].split("\nHello", 1)[0]
        names = set(re.findall(r"^([A-Za-z-]+): ", head, re.M))
        assert names <= allowed, names - allowed
        body = "\n".join(line for line in mail.splitlines() if not line.startswith("List-Unsubscribe"))
        assert len(set(re.findall(r"https?://[^\s<>\"']+", body))) == 1


def test_opting_out_takes_one_click_and_never_a_look(lived):
    links = [re.search(r"^List-Unsubscribe: <(.+)>$", mail, re.M) for mail in lived["mails"]]
    link = next(match[1] for match in links if match)
    assert link.startswith(f"{lived['url']}/varsel/avmeld/")
    one_click = {"List-Unsubscribe": "One-Click"}
    for _ in range(3):  # a mail scanner
        page = requests.get(link, timeout=10)
        assert page.status_code == 200 and "<form method=\"post\">" in page.text
        requests.head(link, timeout=10)
    assert requests.post(link.rsplit("/", 1)[0] + "/", data=one_click, timeout=10).status_code == 404
    assert requests.post(link[:-1] + ("A" if link[-1] != "A" else "B"), data=one_click, timeout=10).status_code == 404
    assert requests.put(link, timeout=10).status_code == 405
    assert lived["muted"]() == ""
    assert requests.post(link, data=one_click, timeout=10).status_code == 200
    muted = lived["muted"]()
    assert len(muted.splitlines()) == 1
    assert requests.post(link, data=one_click, timeout=10).status_code == 200  # repeated
    assert lived["muted"]() == muted
