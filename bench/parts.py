"""What each part of the benchmarks needs to run, and the programs that measure it."""

import datetime
import json
import pathlib
import subprocess

from bench.issuer import Issuer
from tools.lib.clock import OSLO, Clock
from tools.suite.database import database
from tools.suite.process import Process, ProcessFailed, wait_for
from tools.suite.suite import BIN, ROOT, SCHEMAS, Ports, Suite, free_port

SIZES = {"plan": 100_000, "referral": 1_000_000, "notify": 1_000_000, "mix": 50_000}
NOTICES = 20_000  # of the mix, so that the queue is not emptied
SMALL = 1_000
# When mails are sent in notify.send: within the hours of every class, on no holiday, by rules that are known.
MAIL_HOUR = datetime.datetime(2026, 11, 24, 12, tzinfo=OSLO)
WORKERS = 16  # of each service, and so the connections of each raw loop

PartFailed = ProcessFailed


class Bench(Suite):
    """The suite with room for large data sets; only what a part asks for is started."""

    def __init__(self, folder):
        super().__init__(folder, Ports.free(), mtls=False)  # as its ceilings

    def _programs(self):
        for process in super()._programs():
            if process.name == "database":
                process = database(self.folder / "db", self._log("database"), buffer_pool="2G", log_file="1G")
            yield process

    def __enter__(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        self._make_keys()
        self.start_one("database")
        self._migrate()
        return self

    def __exit__(self, *_):
        self.stop()

    def migrate(self, name, schema):
        """A second schema of a service, with a user of its own."""
        subprocess.run(
            [BIN / "ip-migrate", f"--schema={schema}", f"--dir={ROOT / SCHEMAS[name][1]}", "--create",
             "--db_user=root", f"--db_socket={self.folder / 'db/s.sock'}", f"--app_user={schema}",
             f"--app_password_file={self.keys / (name + '.db-password')}"],
            check=True, stdout=subprocess.DEVNULL, stderr=self._log("migrate").open("ab"))

    def serve(self, name, schema=None, flags=()):
        """Starts a service of its own on a schema; (address, process id). Stopped with the rest."""
        port = free_port()
        key = f"{name}-{port}"
        # Of flags given twice the last one counts.
        schema = schema or SCHEMAS[name][0]
        command = [*self.processes[name].command, f"--listen=127.0.0.1:{port}", f"--workers={WORKERS}",
                   f"--db_name={schema}", f"--db_user={schema}", *flags]
        self.processes[key] = Process(key, command, self._log(key), lambda: self._serving(port))
        self.start_one(key)
        return f"127.0.0.1:{port}", self.processes[key].popen.pid

    def take_mails(self):
        """Starts Postfix's smtp-sink where notification-service sends to; the port."""
        port = self.ports.smtp
        self.processes["smtp-sink"] = Process("smtp-sink", ["/usr/sbin/smtp-sink", "-u", "nobody", f"127.0.0.1:{port}", "200"],
                                              self._log("smtp-sink"), lambda: self._accepts(port))
        self.start_one("smtp-sink")
        return port

    def run(self, program, *flags):
        """Runs a program of bench/; its lines of JSON as they come."""
        yield from measure([BIN / program, *flags, f"--folder={self.folder}", f"--reference_file={self.reference_file}"])

    def load(self, program, *flags):
        """Has a program of bench/ load its data."""
        list(self.run(program, *flags))


def measure(command, **kwargs):
    with subprocess.Popen([str(c) for c in command], stdout=subprocess.PIPE, text=True, cwd=ROOT, **kwargs) as process:
        yield from map(json.loads, process.stdout)
    if process.returncode != 0:
        raise PartFailed(f"{pathlib.Path(command[0]).name} ended with exit code {process.returncode}")


class Twin:
    """Node's servers of the same calls on the same tables, one process for each core."""

    def __init__(self, bench, service, schema):
        port = free_port()
        descriptors = BIN.parent / "gateway/individuellplan.pb"
        process = Process("twin", ["node", ROOT / "bench/node/twin/main.mjs", service, port, bench.folder, schema,
                                   descriptors], bench._log("twin"), lambda: bench._accepts(port))
        bench.processes["twin"] = process
        bench.start_one("twin")
        children = subprocess.run(["pgrep", "-P", str(process.popen.pid)], capture_output=True, text=True)
        self.flags = [f"--twin=127.0.0.1:{port}", f"--twin_pids={','.join(children.stdout.split())}"]


def timing(names, options):
    return [f"--only={','.join(names)}", f"--seconds={options.seconds}", f"--rounds={options.rounds}"]


def rpc(_folder, names, options):
    yield from measure([BIN / "rpc_bench", *timing(names, options)])


def plan(folder, names, options):
    size = options.size or SIZES["plan"]
    with Bench(folder) as bench:
        flags = [f"--size={size}"]
        bench.load("plan_bench", f"--load={size}", "--schema=ip_plan")
        if "plan.list_attention" in names:
            bench.migrate("plan-service", "ip_plan_small")
            bench.load("plan_bench", f"--load={SMALL}", "--schema=ip_plan_small")
            address, pid = bench.serve("plan-service", "ip_plan_small")
            flags += [f"--small_server={address}", f"--small_server_pids={pid}", f"--small_size={SMALL}"]
        address, pid = bench.serve("plan-service")
        if {"plan.get", "plan.update_activity"} & set(names):
            flags += Twin(bench, "plan-service", "ip_plan").flags
        yield from bench.run("plan_bench", "--schema=ip_plan", f"--server={address}", f"--server_pids={pid}",
                             f"--connections={WORKERS}", *flags, *timing(names, options))


def referral(folder, names, options):
    size = options.size or SIZES["referral"]
    # Enough at the head of the queue to be taken as fast as anybody can.
    written = max(SMALL, int(7_000 * (options.seconds * options.rounds + 0.5)) if "referral.take_next" in names else 0)
    with Bench(folder) as bench:
        flags = [f"--size={size}"]
        bench.load("referral_bench", "--schema=ip_referral", f"--write={written}", f"--copy={max(0, size - written)}",
                   f"--copy_for_raw={6 * written if 'referral.take_next' in names else 1}")
        if "referral.queue_page" in names:
            bench.migrate("referral-service", "ip_referral_small")
            bench.load("referral_bench", f"--write={SMALL}", "--schema=ip_referral_small")
            address, pid = bench.serve("referral-service", "ip_referral_small")
            flags += [f"--small_server={address}", f"--small_server_pids={pid}", f"--small_size={SMALL}"]
        address, pid = bench.serve("referral-service")
        if {"referral.submit", "referral.take_next"} & set(names):
            flags += Twin(bench, "referral-service", "ip_referral").flags
        yield from bench.run("referral_bench", "--schema=ip_referral", f"--server={address}", f"--server_pids={pid}",
                             f"--connections={WORKERS}", *flags, *timing(names, options))


def notify(folder, names, options):
    size = options.size or SIZES["notify"]
    with Bench(folder) as bench:
        flags = [f"--size={size}"]
        if "notify.send" in names:
            bench.migrate("notification-service", "ip_notification_send")
            port = bench.take_mails()
            Clock(bench.clock_file).set(MAIL_HOUR)
            # The benchmark starts the service: it plays the services whose duties are reminded of.
            words = [word for word in bench.processes["notification-service"].command
                     if not word.startswith(("--plan_service", "--referral_service"))]
            command = bench.folder / "logs/notification-service.command"
            command.write_text("\n".join([*words, f"--smtp_url=smtp://127.0.0.1:{port}", "--listen=127.0.0.1:0",
                                          "--mails_per_second=0",
                                          "--db_name=ip_notification_send",
                                          "--db_user=ip_notification_send"]))
            flags += ["--send_schema=ip_notification_send", f"--service_command={command}",
                      f"--clock_shift_file={bench.clock_file}",
                      f"--sink=127.0.0.1:{port}", f"--mails={int(1000 * options.seconds)}"]
        yield from bench.run("notify_bench", *flags, *timing(names, options))


def gateway(folder, names, options):
    ports = {name: free_port() for name in ("backend", "auth", "nginx", "node", "issuer")}
    with Bench(folder) as bench, Issuer(ports["issuer"]) as issuer:
        def start(name, command, is_ready):
            bench.processes[name] = Process(name, command, bench._log(name), is_ready)
            bench.start_one(name)
            return bench.processes[name].popen.pid

        def accepts(name):
            return lambda: bench._accepts(ports[name])

        program = BIN / "gateway_bench"
        backend = start("backend", [program, f"--serve_backend={ports['backend']}"], accepts("backend"))
        # Of flags given twice the last one counts.
        gateway = bench.processes["gateway"]
        gateway.command += [f"--plan_service=127.0.0.1:{ports['backend']}", f"--helseid_issuer={issuer.url}",
                            "--idporten_issuer=", "--web_root=",
                            # One caller makes all the calls: limits are checked but not met.
                            "--rate_per_subject=1000000000", "--rate_per_address=1000000000"]
        bench.start_one("gateway")
        flags = [f"--gateway_port={bench.ports.gateway}", f"--gateway_pids={gateway.popen.pid}",
                 f"--backend_port={ports['backend']}", f"--backend_pids={backend}",
                 f"--access_token={issuer.access_token()}"]
        if "gateway.grpc" in names:
            auth = start("auth", [program, f"--serve_auth={ports['auth']}",
                                  *(word for word in gateway.command[1:] if not word.startswith("--db_"))],
                         accepts("auth"))
            config = folder / "nginx.conf"
            template = (ROOT / "bench/nginx.conf").read_text()
            config.write_text(template.replace("@FOLDER@", str(folder)).replace("@BACKEND@", str(ports["backend"]))
                              .replace("@AUTH@", str(ports["auth"])).replace("@PORT@", str(ports["nginx"])))
            master = start("nginx", ["/usr/sbin/nginx", "-c", config, "-e", bench._log("nginx-errors")], accepts("nginx"))
            workers = subprocess.run(["pgrep", "-P", str(master)], capture_output=True, text=True).stdout.split()
            flags += [f"--nginx_port={ports['nginx']}", f"--nginx_pids={','.join([*workers, str(auth)])}"]
        if {"gateway.connect", "gateway.json"} & set(names):
            descriptors = BIN.parent / "gateway/individuellplan.pb"
            node = start("node", ["node", ROOT / "bench/node/server.mjs", ports["node"], ports["backend"], descriptors],
                         accepts("node"))
            flags += [f"--node_port={ports['node']}", f"--node_pids={node}"]
        yield from measure([program, *flags, *timing(names, options)])


def mix(folder, names, options):
    """The whole suite behind its gateway."""
    port = free_port()
    with Bench(folder) as bench, Issuer(port) as issuer:
        bench.load("plan_bench", f"--load={options.size or SIZES['mix']}", "--schema=ip_plan")
        bench.load("referral_bench", "--schema=ip_referral", f"--write={NOTICES}")
        bench.processes["gateway"].command += [
            f"--helseid_issuer={issuer.url}", "--idporten_issuer=", "--web_root=",
            # All callers share an address.
            "--rate_per_subject=1000000000", "--rate_per_address=1000000000"]
        suite = ["plan-service", "referral-service", "notification-service", "gateway"]
        bench.take_mails()
        for name in ["contact-register", *suite]:
            bench.start_one(name)
        issuer.save_key(folder / "issuer.jwk")
        pids = [bench.processes[name].popen.pid for name in reversed(suite)]
        yield from bench.run("mix_bench", f"--gateway=127.0.0.1:{bench.ports.gateway}", f"--issuer={issuer.url}",
                             f"--issuer_key={folder / 'issuer.jwk'}", f"--suite_pids={','.join(map(str, pids))}",
                             f"--soak_minutes={options.soak_minutes}",
                             f"--soak_rate={options.soak_rate}", *timing(names, options))


def web(_folder, names, options):
    """The person's first page on a simulated slow phone, against the budget of web/README.md."""
    lines = measure(["/usr/bin/python3", "-m", "tests.browser.serve", "tests/browser/node_modules/.bin/node",
                     "tests/browser/speed.ts", f"--rounds={options.rounds}"])
    yield from (line for line in lines if line.get("name") in names)


PARTS = {"rpc": rpc, "plan": plan, "referral": referral, "notify": notify, "gateway": gateway, "mix": mix, "web": web}
BENCHMARKS = [
    "rpc.dispatch", "rpc.dispatch_unlogged",
    "plan.get", "plan.update_activity", "plan.create", "plan.list_attention", "plan.memory",
    "referral.submit", "referral.take_next", "referral.queue_page",
    "notify.plan", "notify.claim", "notify.send",
    "gateway.grpc", "gateway.connect", "gateway.json", "gateway.memory",
    "mix.monday", "mix.peak",
    "web.usable", "web.usable_again",
]
