#!/usr/bin/python3
"""Plays KRR, the contact and reservation register, for development and tests.

Answers POST /rest/v2/personer as Digdir's register does:

  {"personidentifikatorer": ["12345678901", …]}
  -> {"personer": [{"personidentifikator": …, "reservasjon": "NEI", "status": "AKTIV",
                    "varslingsstatus": "KAN_VARSLES", "spraak": "nb",
                    "kontaktinformasjon": {"epostadresse": …, "mobiltelefonnummer": …}}]}

Whoever is not in the persons file, or has neither e-mail nor phone there, is IKKE_REGISTRERT. The
file is read again when it changes. Synthetic persons only; refused when IP_ENV=prod.
"""

import argparse
import http.server
import json
import os
import sys

MAX_BODY = 1 << 20
MAX_PERSONS = 1000  # the real register's limit


class Register:
    """The persons file (see tools/idp/README.md), read again when it changes."""

    def __init__(self, path):
        self._path = path
        self._stamp = None
        self._persons = {}
        self._read()

    def _read(self):
        stamp = os.stat(self._path)
        if self._stamp == (stamp.st_mtime_ns, stamp.st_size):
            return
        with open(self._path, encoding="utf-8") as file:
            persons = json.load(file)["persons"]
        self._persons = {p["national_id"]: p for p in persons}
        self._stamp = (stamp.st_mtime_ns, stamp.st_size)

    def answer(self, number):
        self._read()
        person = self._persons.get(number, {})
        contact = {
            theirs: person[ours]
            for theirs, ours in (("epostadresse", "email"), ("mobiltelefonnummer", "mobile"))
            if person.get(ours)
        }
        if not contact:
            return {
                "personidentifikator": number,
                "reservasjon": "NEI",
                "status": "IKKE_REGISTRERT",
                "varslingsstatus": "KAN_IKKE_VARSLES",
            }
        reserved = person.get("reserved", False)
        return {
            "personidentifikator": number,
            "reservasjon": "JA" if reserved else "NEI",
            "status": "AKTIV",
            "varslingsstatus": "KAN_IKKE_VARSLES" if reserved else "KAN_VARSLES",
            "kontaktinformasjon": contact,
            "spraak": person.get("language", "nb"),
        }


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self._reply(200, {"status": "UP"}) if self.path == "/health" else self._reply(404, {})

    def do_POST(self):
        size = int(self.headers.get("Content-Length") or 0)
        if size > MAX_BODY:
            self.close_connection = True
            return self._reply(413, {"message": "for stor"})
        body = self.rfile.read(size)
        if self.path != "/rest/v2/personer":
            return self._reply(404, {"message": "ukjent adresse"})
        try:
            numbers = json.loads(body)["personidentifikatorer"]
            if not isinstance(numbers, list) or len(numbers) > MAX_PERSONS:
                raise ValueError
            if not all(isinstance(n, str) and len(n) == 11 and n.isdigit() for n in numbers):
                raise ValueError
        except (ValueError, KeyError, TypeError):
            return self._reply(400, {"message": "ugyldig forespørsel"})
        self._reply(200, {"personer": [self.server.register.answer(n) for n in numbers]})

    def _reply(self, code, value):
        body = json.dumps(value, ensure_ascii=False).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json;charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass  # requests hold national identity numbers


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--persons", required=True, metavar="FILE", help="the persons file")
    parser.add_argument("--host", default="127.0.0.1", help="address to bind (default %(default)s)")
    parser.add_argument("--port", type=int, default=0, help="0 (default) takes a free port")
    flags = parser.parse_args()
    if os.environ.get("IP_ENV") == "prod":
        sys.exit("krr: this is a stand-in for development; it does not run with IP_ENV=prod")
    try:
        register = Register(flags.persons)
        server = Server((flags.host, flags.port), Handler)
    except (OSError, ValueError, KeyError) as error:
        sys.exit(f"krr: {error}")
    server.register = register
    port = server.server_address[1]
    print(json.dumps({"ready": True, "port": port, "url": f"http://{flags.host}:{port}"}), flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
