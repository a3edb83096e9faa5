"""A Galera node on this machine, and the door that leads to the one node which takes the writes."""

import os
import pathlib
import re
import subprocess

from tools.suite.process import Process, ProcessFailed, as_user

# A dead node is given up after a second instead of five: that long all writes stand still.
_EVS = ("evs.suspect_timeout=PT1S;evs.inactive_timeout=PT3S;evs.inactive_check_period=PT0.2S;"
        "evs.keepalive_period=PT0.3S;evs.install_timeout=PT3S")


class GaleraNode(Process):
    """One of `nodes`; the first that starts when no other runs begins the cluster again."""

    patience = 240  # a joining node may need all the data
    user = "mysql" if os.geteuid() == 0 else None  # as root, the state transfer would run as nobody and fail

    def __init__(self, number, folder, ports, nodes, log):
        self.folder, self.ports, self.nodes = pathlib.Path(folder), ports, nodes
        self.socket = self.folder / "s.sock"
        super().__init__(f"database-{number}", [], log, self._synced, env={"TMPDIR": str(self.folder / "tmp")})
        nodes.append(self)

    def start(self):
        self._install()
        self.command = self._command()
        if any(node.running() for node in self.nodes if node is not self):
            if (self.folder / "data/grastate.dat").exists():
                self.command.append(f"--wsrep_start_position={self._position()}")
        else:
            self._allow_bootstrap()
            self.command.append("--wsrep-new-cluster")
        super().start()

    def query(self, sql):
        done = subprocess.run(["mariadb", "--no-defaults", "-S", self.socket, "-uroot", "-BNe", sql],
                              capture_output=True, text=True)
        return done.stdout if done.returncode == 0 else ""

    def _synced(self):
        return "Synced" in self.query("SHOW STATUS LIKE 'wsrep_local_state_comment'")

    def _install(self):
        if (self.folder / "data/mysql").is_dir():
            return
        (self.folder / "tmp").mkdir(parents=True, exist_ok=True)
        if self.user:
            closed = [str(folder) for folder in self.folder.parents if not folder.stat().st_mode & 0o001]
            if closed:
                raise ProcessFailed(f"the user mysql cannot enter {closed[0]}: run chmod o+x on it, or put the "
                                    "data elsewhere")
            subprocess.run(["chown", "-R", "mysql", self.folder], check=True)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        # All but the first get what that one has by state transfer; this makes them able to start.
        subprocess.run(["mariadb-install-db", "--no-defaults", f"--datadir={self.folder / 'data'}", "--skip-test-db",
                        "--auth-root-authentication-method=normal"],
                       check=True, stdout=open(self.log, "ab"), stderr=subprocess.STDOUT,
                       env={**os.environ, **self.env}, **as_user(self.user))

    def _command(self):
        group = [node.ports["group"] for node in self.nodes]
        own = self.ports
        return [
            "mariadbd", "--no-defaults", f"--datadir={self.folder / 'data'}",
            f"--socket={self.socket}", f"--pid-file={self.folder}/pid", f"--port={own['sql']}",
            "--bind-address=127.0.0.1", "--skip-name-resolve", "--binlog-format=ROW",
            "--innodb-autoinc-lock-mode=2", "--innodb-buffer-pool-size=128M", "--innodb-log-file-size=64M",
            "--innodb-flush-log-at-trx-commit=1", "--character-set-server=utf8mb4",
            "--collation-server=utf8mb4_danish_ci", "--max-connections=400", "--performance-schema=OFF",
            "--idle-write-transaction-timeout=10", "--wsrep-on=ON",
            "--wsrep-provider=/usr/lib/galera/libgalera_smm.so", "--wsrep-cluster-name=individuell-plan",
            "--wsrep-cluster-address=gcomm://" + ",".join(f"127.0.0.1:{port}" for port in group),
            f"--wsrep-node-name={self.name}", "--wsrep-node-address=127.0.0.1", "--wsrep-sst-method=rsync",
            f"--wsrep-sst-receive-address=127.0.0.1:{own['sst']}", "--wsrep-slave-threads=2",
            f"--wsrep-provider-options=base_host=127.0.0.1;base_port={own['group']};"
            f"gmcast.listen_addr=tcp://127.0.0.1:{own['group']};ist.recv_addr=127.0.0.1:{own['ist']};"
            f"ist.recv_bind=127.0.0.1:{own['ist']};gcache.size=64M;{_EVS}"]

    def _position(self):
        """Where this node's data ends, so that it needs only what came after (IST)."""
        log = self.folder / "recover.log"
        log.unlink(missing_ok=True)
        subprocess.run([*self._command(), "--wsrep-recover", f"--log-error={log}"],
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, **self.env},
                       **as_user(self.user))
        found = re.findall(r"Recovered position: (\S+)", log.read_text(errors="replace")) if log.exists() else []
        return found[-1] if found else "00000000-0000-0000-0000-000000000000:-1"

    def _allow_bootstrap(self):
        (self.folder / "data/gvwstate.dat").unlink(missing_ok=True)  # or it waits for those of before
        state = self.folder / "data/grastate.dat"
        if not state.exists():
            return
        text = state.read_text()
        if "safe_to_bootstrap: 1" in text:
            return
        ahead = max(self.nodes, key=lambda node: int(node._position().rsplit(":", 1)[1]))
        if int(self._position().rsplit(":", 1)[1]) < int(ahead._position().rsplit(":", 1)[1]):
            raise ProcessFailed(f"{ahead.name} has newer data than {self.name}: start it first")
        state.write_text(text.replace("safe_to_bootstrap: 0", "safe_to_bootstrap: 1"))


def primary_door(folder, port, nodes, log):
    """haproxy on `port`: everybody meets the same node, until it dies; then all meet the next, and stay there."""
    servers = "\n".join(
        f"  server {node.name} 127.0.0.1:{node.ports['sql']} check inter 200ms fall 2 rise 2 on-marked-down shutdown-sessions"
        for node in nodes)
    configuration = pathlib.Path(folder) / "haproxy.cfg"

    def write():
        configuration.parent.mkdir(parents=True, exist_ok=True)
        configuration.write_text(f"""
defaults
  mode tcp
  timeout connect 1s
  timeout client 1h
  timeout server 1h
  retries 2
  option redispatch
listen primary
  bind 127.0.0.1:{port}
  option mysql-check user haproxy
  stick-table type ip size 1 nopurge
  stick on dst
{servers}
""")

    class Door(Process):
        def start(self):
            write()
            nodes[0].query("CREATE USER IF NOT EXISTS haproxy@'%'")
            super().start()

    def ready():
        done = subprocess.run(["mariadb-admin", "--no-defaults", "--protocol=tcp", "-h127.0.0.1", f"-P{port}", "-uhaproxy",
                               "ping"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return done.returncode == 0

    return Door("database", ["haproxy", "-db", "-f", configuration], log, ready)
