"""Reads the mail sink (tools/mailsink) over its HTTP interface."""

import email
import email.policy
import re
import time

import requests


class Mail:
    """One mail that arrived."""

    def __init__(self, entry):
        self.id = entry["id"]
        self._message = email.message_from_string(entry["raw"], policy=email.policy.default)

    def everything(self):
        """Headers and all text parts, decoded: what anybody on the way could read."""
        parts = [f"{key}: {value}" for key, value in self._message.items()]
        for part in self._message.walk():
            if part.get_content_maintype() == "text":
                parts.append(part.get_content())
        return "\n".join(parts)

    def links(self):
        return re.findall(r"https?://[^\s<>\"']+", self.everything())


class MailSink:
    def __init__(self, url):
        self._url = url

    def mails(self, address=None):
        answer = requests.get(f"{self._url}/api/mails", params=address and {"to": address}, timeout=30)
        answer.raise_for_status()
        return [Mail(entry) for entry in answer.json()]

    def wait(self, address, seen, seconds):
        """New mails to `address` whose ids are not in `seen`; [] when none comes in time."""
        end = time.monotonic() + seconds
        while True:
            found = [mail for mail in self.mails(address) if mail.id not in seen]
            if found or time.monotonic() > end:
                return found
            time.sleep(0.2)
