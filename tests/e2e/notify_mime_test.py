"""Ten thousand mails with hard names, subjects and texts: by the letter of RFC 2047 and 5322, read alike by two
parsers of others (Python's and Nodemailer's), and no line break in a name makes a header."""

import base64
import email
import email.header
import email.policy
import json
import re
import subprocess

from tests.e2e.conftest import ROOT
from tools.suite.suite import BIN

NAMES = {"from", "to", "subject", "date", "message-id", "auto-submitted", "content-language", "mime-version",
         "content-type"}
MAILS = 10000


def decoded(header):
    return "".join(part.decode(charset or "ascii") if isinstance(part, bytes) else part
                   for part, charset in email.header.decode_header(header))


def display_name(header):
    """Python's own address parser puts a space between encoded words."""
    name = re.sub(r"\s*<[^<>]*>$", "", header, flags=re.S)
    if name.startswith('"'):
        return re.sub(r"\\(.)", r"\1", name[1:-1])
    return decoded(name)


def violations(raw):
    head = raw.split(b"\r\n\r\n", 1)[0]
    if re.search(rb"\r(?!\n)|(?<!\r)\n", raw):
        yield "a bare CR or LF"
    if any(b > 126 for b in raw):
        yield "eight bits"
    for line in raw.split(b"\r\n"):
        if len(line) > 78:
            yield f"{len(line)} characters"
    for word in re.findall(rb"=\?UTF-8\?Q\?[^? ]*\?=", head):
        if len(word) > 75:
            yield "a long encoded word"


def same_text(text):
    return text.replace("\r\n", "\n").rstrip("\n")


def test_two_parsers_read_what_was_written():
    subprocess.run(["bash", "-c", ". scripts/lib/common.sh && ensure_npm tests/mime"], cwd=ROOT, check=True)
    made = subprocess.run([BIN / "mime-samples", str(MAILS)], text=True, capture_output=True, check=True).stdout
    theirs = subprocess.run(["node", ROOT / "tests/mime/read.mjs"], input=made, text=True, capture_output=True,
                            check=True).stdout.splitlines()
    mails = [json.loads(line) for line in made.splitlines()]
    assert len(mails) == len(theirs) == MAILS
    wrong, other, smuggled = [], [], []
    for number, (mail, line) in enumerate(zip(mails, theirs)):
        raw, read = base64.b64decode(mail["raw"]), json.loads(line)
        wrong += [(number, what) for what in violations(raw)]
        # compat32 shows headers as they stand.
        parsed = email.message_from_bytes(raw)
        if {name.lower() for name in parsed.keys()} != NAMES or set(read["names"]) != NAMES:
            smuggled.append(number)
        if mail["hostile"]:
            continue
        text = email.message_from_bytes(raw, policy=email.policy.default).get_body(("plain",)).get_content()
        if [decoded(parsed["Subject"]), display_name(parsed["From"]), same_text(text)] != [
                mail["subject"], mail["sender"], same_text(mail["plain"])]:
            other.append((number, "Python"))
        if [read["subject"], read["sender"], same_text(read["plain"])] != [
                mail["subject"], mail["sender"], same_text(mail["plain"])]:
            other.append((number, "Nodemailer"))
    print(f"{MAILS} mails: {len(wrong)} violations, {len(other)} read otherwise, {len(smuggled)} with other headers")
    assert (wrong[:5], other[:5], smuggled[:5]) == ([], [], [])
