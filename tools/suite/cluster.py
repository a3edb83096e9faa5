"""The suite as it runs where nothing may stop: two replicas of each program, three Galera nodes, one of which
takes the writes. All on this machine's loopback."""

import copy

from tools.suite.galera import GaleraNode, primary_door
from tools.suite.suite import SCHEMAS, Suite, free_port

REPLICATED = list(SCHEMAS)


class ReplicatedSuite(Suite):
    """Two replicas of each program, NAME and NAME-2, on one database. Clients may call either of
    `gateway_addresses`; the programs spread their calls over both replicas of each other."""

    def __init__(self, folder, ports, say=lambda text: None):
        self.second = {name: free_port() for name in REPLICATED}
        # Without mTLS: a certificate names a process, and gRPC has no one name for a list of addresses.
        super().__init__(folder, ports, say, mtls=False)
        self.gateway_addresses = [self.gateway_address, f"127.0.0.1:{self.second['gateway']}"]

    def replicas(self):
        return [name + suffix for name in REPLICATED for suffix in ("", "-2")]

    def _programs(self):
        for process in super()._programs():
            if process.name in REPLICATED:
                self._call_both(process)
                yield process
                yield self._twin(process)
            else:
                yield process

    def _call_both(self, process):
        # Later flags win, so the rest of the command stays as the suite makes it.
        for name in ("plan", "referral", "notification"):
            if any(part.startswith(f"--{name}_service=") for part in process.command):
                process.command.append(f"--{name}_service=ipv4:127.0.0.1:{getattr(self.ports, name)},"
                                       f"127.0.0.1:{self.second[name + '-service']}")

    def _twin(self, process):
        port = self.second[process.name]
        twin = copy.copy(process)
        twin.name = f"{process.name}-2"
        twin.log = self._log(twin.name)
        twin.command = [*process.command, f"--listen=127.0.0.1:{port}"]
        twin.is_ready = (lambda: self._answers(f"http://127.0.0.1:{port}/readyz")) if process.name == "gateway" \
            else lambda: self._serving(port)
        return twin


class ClusterSuite(ReplicatedSuite):
    """The same on a Galera cluster: `processes` holds database-1 to -3 and database, the door to the primary.
    Needs root or a user of its own for the data, galera-4, rsync and haproxy."""

    app_host = "127.0.0.1"

    def __init__(self, folder, ports, say=lambda text: None):
        self.database_port = free_port()
        self.nodes = []
        super().__init__(folder, ports, say)

    def database_nodes(self):
        return [node.name for node in self.nodes]

    def _database(self):
        for number, folder in ((1, "db"), (2, "db-2"), (3, "db-3")):
            ports = {purpose: free_port() for purpose in ("sql", "group", "sst", "ist")}
            GaleraNode(number, self.folder / folder, ports, self.nodes, self._log(f"database-{number}"))
        yield from self.nodes
        yield primary_door(self.folder, self.database_port, self.nodes, self._log("database"))

    def _database_flags(self, name):
        flags = [flag for flag in super()._database_flags(name) if not flag.startswith("--db_socket=")]
        return [*flags, "--db_host=127.0.0.1", f"--db_port={self.database_port}", "--db_causal_reads"]
