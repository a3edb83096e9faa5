#!/usr/bin/python3
"""The suite as a cluster whose database loses its quorum, and what docs/operations.md says to do then, done by hand: first two of
three nodes are killed (kill -9), then all three at once.

    tests/fault/quorum.py        as root
"""

import argparse
import json
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.fault.cluster_kills import running_cluster, wait_until  # noqa: E402
from tests.fault.saga_kills import new_notice  # noqa: E402
from tools.lib.ipclient import CallFailed, Gateway  # noqa: E402
from tools.lib.persons import Persons  # noqa: E402
from tools.lib.tenor import tenor_number  # noqa: E402

from individuellplan.referral.v1 import referral_service_pb2 as referral  # noqa: E402


class Quorum:
    def __init__(self, suite, say):
        self.suite, self.say = suite, say
        self.notifier = Gateway(suite.gateway_address, Persons(suite.persons_file), helseid=suite.helseid_url,
                                secrets=suite.folder / "idp").person("eva")
        self.sent = []

    def send(self):
        """The notice's name, or the refusal."""
        try:
            made = self.notifier.referral.CreateNotice(new_notice(tenor_number(1951, 1, 1 + len(self.sent) % 28)))
        except CallFailed as failed:
            return failed
        self.sent.append(made.name)
        return made.name

    def works(self):
        return isinstance(self.send(), str)

    def kill(self, names):
        for name in names:
            self.suite.kill(name)
        failed = wait_until(lambda: None if isinstance(answer := self.send(), str) else answer, "a refusal")
        assert failed.code == "UNAVAILABLE", failed
        log = self.suite.folder / "logs"
        told = [line for file in log.glob("*-service*.log") for line in file.read_text().splitlines()
                if '"errno":1047' in line]
        self.say(f"without {', '.join(names)}: {failed.code} {failed.reason}; 1047 stands {len(told)} times in the logs")
        return told

    def two_of_three(self):
        assert self.kill(["database-2", "database-3"]), "nobody says 1047"
        begin = time.monotonic()
        left = self.suite.nodes[0]
        assert "non-Primary" in left.query("SHOW STATUS LIKE 'wsrep_cluster_status'")
        left.query("SET GLOBAL wsrep_provider_options = 'pc.bootstrap=YES'")
        wait_until(self.works, "calls after the node that was left went on alone")
        self.say(f"calls work {time.monotonic() - begin:.1f} s after the node that was left was told to go on alone")
        for name in ("database-2", "database-3"):
            self.suite.start_one(name)

    def all_three(self):
        self.kill(self.suite.database_nodes())
        begin = time.monotonic()
        states = [(node.folder / "data/grastate.dat").read_text() for node in self.suite.nodes]
        assert all("safe_to_bootstrap: 0" in state for state in states), states
        for name in self.suite.database_nodes():  # the first begins the cluster anew, if no other has newer data
            self.suite.start_one(name)
        wait_until(self.works, "calls after all were started")
        self.say(f"calls work {time.monotonic() - begin:.1f} s after the first of three was started")

    def lost(self):
        def has(name):
            try:
                return self.notifier.referral.GetNotice(referral.GetNoticeRequest(name=name)).name == name
            except CallFailed as failed:
                assert failed.code == "NOT_FOUND", failed
                return False
        return [name for name in self.sent if not has(name)]


def main():
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    with running_cluster() as (suite, say):
        quorum = Quorum(suite, say)
        wait_until(lambda: quorum.works() and len(quorum.sent) >= 20, "the first notices")
        quorum.two_of_three()
        quorum.all_three()
        lost = quorum.lost()
    print(json.dumps({"name": "cluster.quorum", "sent": len(quorum.sent), "lost": len(lost)}))
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
