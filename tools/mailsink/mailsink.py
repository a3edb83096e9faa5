#!/usr/bin/python3
"""Takes every mail over SMTP and shows it over HTTP; sends nothing on. For the local run and for tests.

  mailsink.py [--smtp-port 2525] [--http-port 8025] [--folder DIR] [--maildir DIR] [--faults]

Port 0 takes a free one. When it is ready it prints one line of JSON: {"smtp_port": …, "http_port": …}.
Each mail is one .eml file in the folder and survives a restart.

  GET    /               the mails as a page
  GET    /mails/{id}     one mail as a page
  GET    /api/mails      [{"id", "to", "from", "subject", "date", "text", "html", "headers", "raw"}, …],
                         oldest first; ?to=ADDRESS for one recipient's
  DELETE /api/mails      forgets all

With --faults the local part of the recipient says what goes wrong (see FAULTS). Refused when IP_ENV=prod.
"""

import argparse
import asyncio
import email
import email.policy
import functools
import html
import http.server
import itertools
import json
import os
import pathlib
import re
import sys
import tempfile
import threading
import time
import urllib.parse

from aiosmtpd.smtp import SMTP

# "rcpt-550.anything@…": the stage at which it goes wrong, and how.
FAULTS = re.compile(
    r"^(?P<stage>rcpt|data|dot)-(?P<what>\d{3}|drop|hang|garbage|late)(?P<taken>-taken)?(\.|$)")
HANG_SECONDS = 60
LATE_SECONDS = 2.5


class Store:
    """A folder of .eml files. The recipients stand in the X-Sink-To line that comes first."""

    def __init__(self, folder, maildir=None):
        self._maildir = maildir and pathlib.Path(maildir)
        self._folder = pathlib.Path(folder)
        self._folder.mkdir(parents=True, exist_ok=True)
        self._numbers = itertools.count()
        self._lock = threading.Lock()

    def add(self, sender, recipients, content):
        with self._lock:
            name = f"{time.time_ns():020d}-{next(self._numbers)}"
        head = f"X-Sink-From: {sender}\r\nX-Sink-To: {', '.join(recipients)}\r\n".encode()
        part = self._folder / f"{name}.part"
        part.write_bytes(head + content)
        part.rename(self._folder / f"{name}.eml")  # whoever lists the folder sees whole mails only
        if self._maildir:
            self._deliver(name, content)

    def _deliver(self, name, content):
        """A copy for an IMAP server, as the owner of the mailbox."""
        part, owner = self._maildir / "tmp" / name, self._maildir.stat()
        part.write_bytes(content)
        os.chown(part, owner.st_uid, owner.st_gid)
        part.rename(self._maildir / "new" / name)

    def all(self):
        return [self._read(path) for path in sorted(self._folder.glob("*.eml"))]

    def get(self, name):
        path = self._folder / f"{name}.eml"
        return self._read(path) if re.fullmatch(r"[0-9-]+", name) and path.exists() else None

    def clear(self):
        for path in self._folder.glob("*.eml"):
            path.unlink(missing_ok=True)

    @staticmethod
    @functools.cache  # a mail never changes
    def _read(path):
        raw = path.read_bytes()
        mail = email.message_from_bytes(raw, policy=email.policy.default)

        def body(kind):
            part = mail.get_body((kind,))
            return part.get_content() if part else ""

        return {
            "id": path.stem, "to": str(mail["X-Sink-To"]), "from": str(mail["From"]),
            "subject": str(mail["Subject"]), "date": str(mail["Date"]),
            "text": body("plain"), "html": body("html"),
            "headers": {name: str(value) for name, value in mail.items()},
            "raw": raw.decode("utf-8", "replace"),
        }


class Session(SMTP):
    """One connection. Faults at the DATA command are here, because handlers are asked after it."""

    async def smtp_DATA(self, arg):
        fault = self.event_handler.fault(self.envelope.rcpt_tos, "data")
        if not fault:
            return await super().smtp_DATA(arg)
        if fault["what"].isdigit():
            return await self.push(f"{fault['what']} 4.3.0 scripted at DATA")
        if fault["what"] == "hang":
            await asyncio.sleep(HANG_SECONDS)
        else:  # the client has been told to go on
            await self.push("354 go on")
            await asyncio.sleep(0.05)
        self.transport.abort()


class Handler:
    def __init__(self, store, faults):
        self._store = store
        self._faults = faults

    def fault(self, recipients, stage):
        for recipient in recipients if self._faults else ():
            match = FAULTS.match(recipient)
            if match and match["stage"] == stage:
                return match
        return None

    async def handle_RCPT(self, server, session, envelope, address, options):
        fault = self.fault([address], "rcpt")
        if fault:
            if not fault["what"].isdigit():
                if fault["what"] == "hang":
                    await asyncio.sleep(HANG_SECONDS)
                server.transport.abort()
                return "421 4.3.0 closing"
            code = fault["what"]
            return f"{code} {code[0]}.{'2.2' if code == '552' else '1.1'} scripted at RCPT"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        fault = self.fault(envelope.rcpt_tos, "dot")
        if not fault or fault["taken"]:
            content = envelope.original_content or envelope.content
            self._store.add(envelope.mail_from, envelope.rcpt_tos, content)
        if not fault:
            return "250 2.0.0 taken"
        what = fault["what"]
        if what.isdigit():
            return f"{what} {what[0]}.6.0 scripted after the dot"
        if what == "garbage":
            return "!? what"
        if what == "late":
            await asyncio.sleep(LATE_SECONDS)
            return "550 5.6.0 scripted, too late"
        if what == "hang":
            await asyncio.sleep(HANG_SECONDS)
        server.transport.abort()
        return "421 4.3.0 closing"


PAGE = """<!DOCTYPE html><html lang="nb"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>
body{{font:17px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1e2b3c}}
table{{border-collapse:collapse;width:100%}}td,th{{text-align:left;padding:.4rem .8rem .4rem 0;
border-bottom:1px solid #ccd}}iframe{{width:100%;height:24rem;border:1px solid #ccd}}
pre{{white-space:pre-wrap;background:#f4f5f7;padding:1rem;overflow-wrap:anywhere}}</style></head>
<body>{body}</body></html>"""


def list_page(mails):
    rows = "".join(
        f"<tr><td>{html.escape(m['date'])}</td><td>{html.escape(m['to'])}</td>"
        f"<td><a href=\"/mails/{m['id']}\">{html.escape(m['subject'])}</a></td></tr>"
        for m in reversed(mails))
    body = (f"<h1>{len(mails)} e-poster</h1><table><tr><th>Sendt</th><th>Til</th><th>Emne</th></tr>"
            f"{rows}</table>")
    return PAGE.format(title="E-poster", body=body)


def mail_page(mail):
    body = (f"<p><a href=\"/\">Alle e-poster</a></p><h1>{html.escape(mail['subject'])}</h1>"
            f"<p>Fra {html.escape(mail['from'])}<br>Til {html.escape(mail['to'])}<br>"
            f"{html.escape(mail['date'])}</p>"
            f"<iframe sandbox=\"allow-popups allow-top-navigation-by-user-activation\" title=\"E-posten\""
            f" srcdoc=\"{html.escape('<base target=_top>' + mail['html'])}\"></iframe>"
            f"<h2>Som tekst</h2><pre>{html.escape(mail['text'])}</pre>"
            f"<h2>Slik den kom</h2><pre>{html.escape(mail['raw'])}</pre>")
    return PAGE.format(title=html.escape(mail["subject"]), body=body)


class Web(http.server.BaseHTTPRequestHandler):
    store = None
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        if url.path == "/":
            return self._send(200, "text/html; charset=utf-8", list_page(self.store.all()))
        if url.path == "/api/mails":
            wanted = urllib.parse.parse_qs(url.query).get("to")
            mails = [m for m in self.store.all() if not wanted or m["to"] in wanted]
            return self._send(200, "application/json", json.dumps(mails, ensure_ascii=False))
        mail = self.store.get(url.path.removeprefix("/mails/")) if url.path.startswith("/mails/") else None
        if mail:
            return self._send(200, "text/html; charset=utf-8", mail_page(mail))
        return self._send(404, "text/plain", "not here")

    def do_DELETE(self):
        if self.path != "/api/mails":
            return self._send(404, "text/plain", "not here")
        self.store.clear()
        return self._send(200, "application/json", "{}")

    def _send(self, code, kind, text):
        data = text.encode()
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args):
        pass


async def serve(arguments):
    store = Store(arguments.folder or tempfile.mkdtemp(prefix="mailsink-"), arguments.maildir)
    handler = Handler(store, arguments.faults)
    loop = asyncio.get_running_loop()
    smtp = await loop.create_server(
        lambda: Session(handler, enable_SMTPUTF8=True, timeout=300, ident="mailsink"),
        "127.0.0.1", arguments.smtp_port)
    Web.store = store
    web = http.server.ThreadingHTTPServer((arguments.http_host, arguments.http_port), Web)
    threading.Thread(target=web.serve_forever, daemon=True).start()
    print(json.dumps({"smtp_port": smtp.sockets[0].getsockname()[1],
                      "http_port": web.server_address[1]}), flush=True)
    await smtp.serve_forever()


def main():
    if os.environ.get("IP_ENV") == "prod":
        sys.exit("mailsink: for development and tests only; it is refused in production")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--smtp-port", type=int, default=2525)
    parser.add_argument("--http-host", default="127.0.0.1")
    parser.add_argument("--http-port", type=int, default=8025)
    parser.add_argument("--folder", help="where the mails are kept; a temporary one when left out")
    parser.add_argument("--maildir", help="a Maildir that gets a copy of each mail")
    parser.add_argument("--faults", action="store_true", help="let recipients script faults")
    try:
        asyncio.run(serve(parser.parse_args()))
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
