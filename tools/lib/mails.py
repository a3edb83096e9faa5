"""Reads the mail sink (tools/mailsink) over its HTTP interface."""

import email
import email.policy
import re
import time

import requests


class Mail:
    """One mail that arrived: to, subject, headers, every text part, links."""

    def __init__(self, entry, raw):
        self.id = entry["id"]
        self.raw = raw
        self.message = email.message_from_bytes(raw, policy=email.policy.default)

    @property
    def to(self):
        return str(self.message["to"])

    @property
    def subject(self):
        return str(self.message["subject"])

    def everything(self):
        """Headers and all parts, decoded: what anybody on the way could read."""
        parts = [f"{key}: {value}" for key, value in self.message.items()]
        for part in self.message.walk():
            if part.get_content_maintype() == "text":
                parts.append(part.get_content())
        return "\n".join(parts)

    def links(self):
        return re.findall(r"https?://[^\s<>\"']+", self.everything())


class MailSink:
    def __init__(self, url):
        self._url = url

    def mails(self):
        answer = requests.get(f"{self._url}/api/mails", timeout=5)
        answer.raise_for_status()
        return answer.json()

    def mail(self, entry):
        answer = requests.get(f"{self._url}/api/mails/{entry['id']}/raw", timeout=5)
        answer.raise_for_status()
        return Mail(entry, answer.content)

    def wait(self, address, seen, seconds):
        """New mails to `address` that are not among the ids in `seen`; [] when none comes in time."""
        end = time.monotonic() + seconds
        while True:
            found = [e for e in self.mails() if e["id"] not in seen and address in str(e)]
            if found or time.monotonic() > end:
                return [self.mail(e) for e in found]
            time.sleep(0.1)
