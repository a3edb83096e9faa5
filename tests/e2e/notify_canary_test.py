"""Nothing that stands in a plan or notice, and nothing about a person, gets into a mail, into
notification-service's log, metrics or tables (domain.md § 8 check 6).

The whole demo municipality is loaded with a unique word planted in every text and personal field, two months
are lived through (or IP_CANARY_DAYS), and every byte is searched for every word."""

import collections
import datetime
import json
import os
import pathlib
import re
import secrets
import subprocess
import time

import pytest
import requests

from tools.lib.clock import OSLO, Clock
from tools.lib.mails import Mail
from tools.lib.ipclient import Gateway
from tools.lib.persons import Persons
from tools.seed import seed
from tools.seed.world import load_files
from tools.suite.suite import Ports, Suite, free_port

from google.protobuf import text_format
from individuellplan.plan.v1 import plan_service_pb2

ROOT = pathlib.Path(__file__).resolve().parents[2]
DAYS = int(os.environ.get("IP_CANARY_DAYS", "60"))


class Canaries:
    """The demo data with a word of its own in every free text and every personal field. The same text gets the
    same word, because texts also serve as references within a file."""

    # Texts of one word look like codes; under these keys they are none.
    TEXTS = {"title", "text", "words", "extent", "how", "contribution", "party", "purpose", "place"}

    def __init__(self):
        self.words, self._planted = set(), {}

    def word(self, text):
        if text not in self._planted:
            self._planted[text] = f"Kanari{secrets.token_hex(4)}"
            self.words.add(self._planted[text])
        return self._planted[text]

    def plant(self, value, key=None):
        if isinstance(value, dict):
            return {name: self.plant(item, name) for name, item in value.items()}
        if isinstance(value, list):
            return [self.plant(item, key) for item in value]
        free = isinstance(value, str) and (key in self.TEXTS or (" " in value.strip() and len(value) > 9))
        return f"{value.rstrip()} {self.word(value)}" if free else value

    def files(self, folder):
        return [(name, self.plant(data)) for name, data in load_files(folder)]

    def persons(self, file):
        """Names and descriptions with their word; numbers and addresses are unique as they are."""
        data = json.loads((ROOT / "tools/seed/persons.json").read_text())
        for person in data["persons"]:
            for key in ("name", "description"):
                if person.get(key):
                    person[key] = f"{person[key]} {self.word(person[key])}"
        file.write_text(json.dumps(data))
        self.numbers = {person[key] for person in data["persons"] for key in ("national_id", "mobile") if person.get(key)}
        self.addresses = {person[key] for person in data["persons"] for key in ("email", "work_email")
                          if person.get(key)}


def is_national_id(digits):
    """Control digits of a number, as of real persons, D-numbers and Tenor's synthetic ones."""
    n = [int(d) for d in digits]
    first = -sum(a * b for a, b in zip((3, 7, 6, 1, 8, 9, 4, 5, 2), n)) % 11
    second = -sum(a * b for a, b in zip((5, 4, 3, 2, 7, 6, 5, 4, 3, 2), n)) % 11
    return n[9] == first and n[10] == second


@pytest.fixture(scope="module")
def lived(tmp_path_factory):
    folder = tmp_path_factory.mktemp("canary")
    canaries, persons = Canaries(), folder / "persons.json"
    canaries.persons(persons)
    suite = Suite(folder / "suite", Ports.free(), print)
    for process in suite.processes.values():
        process.command = [part.replace(str(suite.persons_file), str(persons)) for part in process.command]
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

    patch = pytest.MonkeyPatch()
    patch.setattr(seed, "load_files", canaries.files)
    try:
        suite.start()
        assert seed.main([f"--gateway={suite.gateway_address}", f"--helseid={suite.helseid_url}",
                          f"--secrets={suite.folder / 'idp'}", f"--clock={suite.clock_file}",
                          f"--persons={persons}"]) == 0
        gateway = Gateway(suite.gateway_address, Persons(persons), helseid=suite.helseid_url,
                          secrets=suite.folder / "idp")
        clock = Clock(suite.clock_file)
        for day in range(1, DAYS + 1):
            clock.set(datetime.datetime.combine(
                datetime.date.today() + datetime.timedelta(days=day), datetime.time(9), OSLO))
            end = time.monotonic() + 30
            while busy():
                assert time.monotonic() < end, f"day {day}: still {busy()} to do"
                time.sleep(0.05)
        tables = subprocess.run(["mariadb-dump", "--no-defaults", "-S", suite.folder / "db/s.sock", "-uroot",
                                 "ip_notification"], check=True, capture_output=True).stdout
        yield {"canaries": canaries, "plans": plans_of(gateway), "mails": everything_in(suite.mail_folder),
               "raw": b"\n".join(file.read_bytes() for file in suite.mail_folder.glob("*.eml")),
               "log": (suite.folder / "logs/notification-service.log").read_bytes(),
               "metrics": requests.get(f"http://127.0.0.1:{metrics}/metrics", timeout=10).content,
               "tables": tables, "url": suite.url,
               "muted": lambda: subprocess.run([*sql, "SELECT recipient, HEX(preferences) FROM preference"],
                                               check=True, capture_output=True, text=True).stdout}
    finally:
        patch.undo()
        suite.stop()


def everything_in(folder):
    """Headers and texts of each mail, decoded."""
    return [Mail({"id": file.stem, "raw": file.read_bytes().decode("utf-8", "replace")}).everything()
            for file in sorted(folder.glob("*.eml"))]


def plans_of(gateway):
    """All that the owners read of their plans, as text."""
    read = []
    for person in gateway.persons:
        if person.kind != "citizen":
            continue
        service = gateway.person(person.login).plan
        for summary in service.ListPlans(plan_service_pb2.ListPlansRequest()).plans:
            plan = service.GetPlan(plan_service_pb2.GetPlanRequest(name=summary.name))
            read.append(text_format.MessageToString(plan, as_utf8=True))
    return "\n".join(read)


def test_the_words_are_where_they_belong(lived):
    """Otherwise not finding them elsewhere would mean nothing."""
    words = lived["canaries"].words
    there = sum(word in lived["plans"] for word in words)
    print(f"{len(words)} words planted, {there} read in plans")
    assert len(words) > 500 and there > 250


def test_no_text_and_no_person_gets_out(lived):
    canaries = lived["canaries"]
    secret = canaries.words | canaries.numbers
    assert len(lived["mails"]) > 30
    decoded = "\n".join(lived["mails"])
    assert "Kanari" not in decoded
    hits = []
    for where in ("raw", "log", "metrics", "tables"):
        assert len(lived[where]) > 1000, where
        hits += [(where, text) for text in secret if text.encode() in lived[where]]
    hits += [("mails", text) for text in secret if text in decoded]
    hits += [(where, address) for where in ("log", "metrics", "tables") for address in canaries.addresses
             if address.encode() in lived[where]]
    languages = collections.Counter(
        re.search(r"^Content-Language: (\S+)$", mail, re.M)[1] for mail in lived["mails"])
    print(f"{len(canaries.words)} words, {len(canaries.numbers)} numbers, {len(canaries.addresses)} addresses, "
          f"{len(lived['mails'])} mails in {dict(languages)}: {len(hits)} hits")
    assert hits == []


def test_an_address_stands_in_to_alone(lived):
    for mail in lived["mails"]:
        for address in lived["canaries"].addresses:
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
