"""The business clock that all services share (lib/base/clock.h, OpenShiftedClock): the machine's time
plus an offset, eight bytes of little-endian microseconds in a small mapped file."""

import datetime
import os
import pathlib
import re
import struct
import sys
import zoneinfo

OSLO = zoneinfo.ZoneInfo("Europe/Oslo")
_UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
_MICROSECOND = datetime.timedelta(microseconds=1)


class Clock:
    def __init__(self, file):
        self._file = os.fspath(file)

    @property
    def offset(self):
        try:
            with open(self._file, "rb") as file:
                return struct.unpack("<q", file.read(8))[0] * _MICROSECOND
        except FileNotFoundError:
            return datetime.timedelta()

    @offset.setter
    def offset(self, offset):
        # The services have the file mapped: it is written in place, all eight bytes at once.
        fd = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            os.pwrite(fd, struct.pack("<q", offset // _MICROSECOND), 0)
        finally:
            os.close(fd)

    def now(self):
        return datetime.datetime.now(OSLO) + self.offset

    def today(self):
        return self.now().date()

    def set(self, moment):
        """Makes it `moment` (with time zone) now."""
        self.offset = moment - datetime.datetime.now(datetime.timezone.utc)

    def advance(self, **delta):
        """advance(days=14): that much later."""
        self.offset += datetime.timedelta(**delta)

    def reset(self):
        self.offset = datetime.timedelta()


HELP = """Usage: scripts/clock [+21d | -3d | +2h | reset] [FILE]

Moves the business clock of the running suite, so that what is due then happens now; without a
movement: says what time it is there. FILE is .run/clock-shift, where scripts/run keeps it."""


def main(arguments):
    if "--help" in arguments or "-h" in arguments:
        print(HELP)
        return 0
    moves = [a for a in arguments if a == "reset" or re.fullmatch(r"[+-]\d+[dhms]", a)]
    files = [a for a in arguments if a not in moves]
    root = pathlib.Path(__file__).resolve().parents[2]
    file = pathlib.Path(files[0] if files else root / ".run/clock-shift")
    if len(files) > 1 or len(moves) > 1:
        print(HELP, file=sys.stderr)
        return 2
    if not file.exists():
        print(f"error: there is no {file}; is the suite running? (scripts/run)", file=sys.stderr)
        return 1
    clock = Clock(file)
    for move in moves:
        if move == "reset":
            clock.reset()
        else:
            clock.advance(**{_UNITS[move[-1]]: int(move[:-1])})
    print(f"{clock.now():%A %d %B %Y %H:%M} in the suite ({clock.offset.total_seconds() / 86400:+.2f} days)")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
