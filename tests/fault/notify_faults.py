#!/usr/bin/python3
"""notification-service under kill -9, pauses, database trouble, SMTP faults, a relay that is down, rolling
restarts and a Galera node that dies. Afterwards it is counted against the relay's own truth: nothing lost,
nothing doubled.

    IP_PRESET=dev tests/fault/notify_faults.py [--mails N] [--times N] [--seed N] [--json FILE] [NAME…]
    tests/fault/galera-cluster tests/fault/notify_faults.py galera

Names: kill9 pause db_kill db_restart db_refuses db_full smtp_faults rolling soak (N mails in as many portions as
there are disturbances; soak: in as many minutes), relay_down close_race latency galera. Each prints one JSON
line. TMPDIR=/dev/shm saves the disk: what a killed process has written is there either way.
"""

import argparse
import json
import sys

from notify_runs import CloseRace, Latency, RelayDown
from notify_scenarios import Run
from notify_soak import Soak

# name: (what runs it, mails, disturbances) in the long form
SCENARIOS = {
    "kill9": (Run, 20000, 200),
    "pause": (Run, 2000, 50),
    "db_kill": (Run, 2000, 20),
    "db_restart": (Run, 2000, 20),
    "db_refuses": (Run, 600, 6),
    "db_full": (Run, 3000, 3),
    "smtp_faults": (Run, 1000, 1),
    "rolling": (Run, 2000, 40),
    "galera": (Run, 2000, 1),
    "relay_down": (RelayDown, 10000, 1),
    "close_race": (CloseRace, 1000, 0),
    "latency": (Latency, 600, 0),
    "soak": (Soak, 180000, 60),
}


def run(name, mails=None, times=None, seed=1):
    kind, most, often = SCENARIOS[name]
    return kind(name, mails or most, often if times is None else times, seed)()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="+", choices=list(SCENARIOS), metavar="NAME")
    parser.add_argument("--mails", type=int)
    parser.add_argument("--times", type=int, help="how many disturbances")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json")
    options = parser.parse_args()
    bad = 0
    for name in options.names:
        result = run(name, options.mails, options.times, options.seed)
        bad += result["lost"] + result["doubled"]
        print(json.dumps(result), flush=True)
        if options.json:
            with open(options.json, "a") as file:
                file.write(json.dumps(result) + "\n")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
