"""A real relay (Postfix) with STARTTLS and login, real mailboxes (Dovecot): a mail arrives, another comes
back, its address is shut out and the unit is told."""

import pathlib
import sys
import tempfile

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "fault"))
from notify_mta import Dovecot, Postfix, certificate  # noqa: E402
from notify_rig import BOUNCED, SCHEDULED, SENT, SUPPRESSED, Rig  # noqa: E402

USERS = {r"^bounce\+.*@fjordvik\.example$": "bounces", r"^p1@example\.no$": "p1",
         r"^fjordvik@example\.no$": "fjordvik"}


@pytest.fixture()
def post():
    with tempfile.TemporaryDirectory() as folder:  # pytest's own is closed to Postfix's users
        yield from servers(pathlib.Path(folder))


def servers(tmp_path):
    tmp_path.chmod(0o755)
    tls = certificate(tmp_path / "tls")
    dovecot = Dovecot(tmp_path / "dovecot", tls)
    postfix = Postfix(tmp_path / "postfix", dovecot, tls, USERS)
    for box in set(USERS.values()):
        dovecot.maildir(box)
    dovecot.start()
    postfix.start()
    try:
        yield tmp_path, tls, dovecot, postfix
    finally:
        postfix.stop()
        dovecot.stop()


def rig_for(post, password_file):
    folder, tls, dovecot, postfix = post
    return Rig(folder / "suite", mail=[
        f"--smtp_url=smtp://localhost:{postfix.port}", f"--smtp_ca_file={tls[0]}", "--smtp_user=varsel",
        f"--smtp_password_file={password_file}", "--mail_from=ikke-svar@fjordvik.example",
        *dovecot.flags("bounce", "bounces", "localhost"), "--mailbox_seconds=1"])


def box(dovecot, name):
    return [file.read_bytes() for part in ("new", "cur") for file in (dovecot.maildir(name) / part).iterdir()]


def test_a_real_relay_delivers_and_its_bounce_shuts_the_address_out(post):
    dovecot = post[2]
    rig = rig_for(post, dovecot.password_file())
    try:
        rig.start()
        rig.feeds.receipt(1)
        rig.feeds.receipt(2)  # p2@example.no: nobody
        rig.wait(lambda: box(dovecot, "p1"), 60, "p1 has the mail")
        assert b"Auto-Submitted: auto-generated" in box(dovecot, "p1")[0]
        rig.wait(lambda: rig.states()[BOUNCED] == 1, 60, "the bounce is taken in")
        assert rig.query("SELECT last_enhanced FROM message WHERE recipient = 'persons/p2'") == [["5.1.1"]]
        rig.wait(lambda: len(box(dovecot, "fjordvik")) == 1, 60, "the unit is told")
        # The same address again: it is not tried.
        rig.feeds.emails["persons/p3"] = "p2@example.no"
        rig.feeds.receipt(3)
        rig.wait(lambda: rig.query("SELECT state, reason FROM message WHERE recipient = 'persons/p3'")
                 == [[str(SUPPRESSED), "ADDRESS_BOUNCES"]], 60, "p3 is shut out")
        assert len(box(dovecot, "p1")) == 1
        assert rig.states()[SENT] >= 2
        everything = rig.query("SELECT HEX(address_hash), score FROM suppression")
        assert len(everything) == 1 and everything[0][1] == "4"
    finally:
        rig.stop()


def test_that_a_mail_is_late_changes_nothing(post):
    dovecot = post[2]
    rig = rig_for(post, dovecot.password_file())
    try:
        rig.start()
        rig.feeds.emails["persons/p4"] = "slow@example.no"
        rig.feeds.receipt(4)
        rig.wait(lambda: any(b"Action: delayed" in mail for mail in box(dovecot, "bounces")), 60,
                 "Postfix reports that the mail waits")
        # A mail that was read is marked so when what it says is stored.
        rig.wait(lambda: all("S" in file.name.partition(":2,")[2] for part in ("new", "cur")
                             for file in (dovecot.maildir("bounces") / part).iterdir()), 60, "the report was read")
        assert rig.query("SELECT state, reason, attempts FROM message") == [[str(SENT), "", "1"]]
        assert rig.query("SELECT COUNT(*) FROM suppression") == [["0"]]
        assert not box(dovecot, "fjordvik")
    finally:
        rig.stop()


@pytest.mark.parametrize("why", ["another authority", "another name"])
def test_a_relay_that_is_not_who_it_says_gets_nothing(post, why):
    folder, tls, dovecot, postfix = post
    rig = rig_for(post, dovecot.password_file())
    command = rig.services[0].command
    if why == "another authority":
        command.append(f"--smtp_ca_file={certificate(folder / 'other')[0]}")
    else:
        command.append(f"--smtp_url=smtp://127.0.0.1:{postfix.port}")
    try:
        rig.start()
        rig.feeds.receipt(1)
        rig.wait(lambda: ["CONFIG"] in rig.query("SELECT outcome FROM attempt"), 60, "CONFIG seen")
        assert rig.query("SELECT attempts, tries FROM message") == [["0", "0"]]
        assert "sasl_username" not in postfix.log() and not box(dovecot, "p1")
    finally:
        rig.stop()


def test_a_wrong_password_burns_no_attempt(post):
    folder, _, dovecot, postfix = post
    wrong = folder / "wrong"
    wrong.touch(mode=0o600)
    wrong.write_text("feil")
    rig = rig_for(post, wrong)
    try:
        rig.start()
        rig.feeds.receipt(1)
        rig.wait(lambda: rig.query("SELECT last_code FROM message WHERE state = 1") == [["535"]], 60, "535 seen")
        assert rig.query("SELECT attempts, tries FROM message") == [["0", "0"]]
        assert not box(dovecot, "p1")
        assert rig.states()[SCHEDULED] == 1
    finally:
        rig.stop()
