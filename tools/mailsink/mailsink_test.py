import json
import pathlib
import smtplib
import subprocess
import sys

import pytest
import requests

SINK = pathlib.Path(__file__).with_name("mailsink.py")
MAIL = ("From: a@x.no\r\nTo: b@x.no\r\nSubject: =?UTF-8?Q?p=C3=A5minnelse?=\r\n"
        "Content-Type: text/plain; charset=UTF-8\r\n\r\nHei æøå\r\n").encode()


@pytest.fixture()
def sink(tmp_path):
    process = subprocess.Popen([sys.executable, SINK, "--smtp-port=0", "--http-port=0", "--faults",
                                f"--folder={tmp_path}"], stdout=subprocess.PIPE, text=True)
    yield json.loads(process.stdout.readline())
    process.kill()
    process.wait()


def send(sink, to):
    with smtplib.SMTP("127.0.0.1", sink["smtp_port"], timeout=5) as smtp:
        smtp.sendmail("bounce@x.no", [to], MAIL)


def mails(sink, **query):
    return requests.get(f"http://127.0.0.1:{sink['http_port']}/api/mails", params=query, timeout=5).json()


def test_keeps_shows_and_forgets(sink):
    send(sink, "b@x.no")
    send(sink, "c@x.no")
    assert len(mails(sink)) == 2
    [mail] = mails(sink, to="b@x.no")
    assert mail["subject"] == "påminnelse"
    assert mail["text"].strip() == "Hei æøå"
    base = f"http://127.0.0.1:{sink['http_port']}"
    assert "påminnelse" in requests.get(base, timeout=5).text
    assert "Hei æøå" in requests.get(f"{base}/mails/{mail['id']}", timeout=5).text
    assert requests.get(f"{base}/mails/../mailsink", timeout=5).status_code == 404
    requests.delete(f"{base}/api/mails", timeout=5)
    assert mails(sink) == []


@pytest.mark.parametrize("to, error, kept", [
    ("rcpt-550.x@x.no", smtplib.SMTPRecipientsRefused, 0),
    ("data-451.x@x.no", smtplib.SMTPDataError, 0),
    ("dot-554.x@x.no", smtplib.SMTPDataError, 0),
    ("dot-drop.x@x.no", smtplib.SMTPServerDisconnected, 0),
    ("dot-drop-taken.x@x.no", smtplib.SMTPServerDisconnected, 1),
])
def test_fails_as_told(sink, to, error, kept):
    with pytest.raises(error):
        send(sink, to)
    assert len(mails(sink)) == kept
