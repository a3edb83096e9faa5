"""The suite on one machine: which programs it is made of, in which order they start, and where they are.

Used by scripts/run and by the end-to-end tests, so that both run the very same thing.
"""

import dataclasses
import os
import pathlib
import secrets
import socket
import subprocess

# With open channels gRPC's fork handlers can wait for ever, and starting a program forks. Read when gRPC
# is first used, so it stands before the import.
os.environ["GRPC_ENABLE_FORK_SUPPORT"] = "false"

import grpc  # noqa: E402
import requests  # noqa: E402

from tools.suite.database import database  # noqa: E402
from tools.suite.process import Process, ProcessFailed, wait_for  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = ROOT / "build" / os.environ.get("IP_PRESET", "dev") / "bin"

# Schema, and the folder with its migrations, of everything that stores.
SCHEMAS = {
    "plan-service": ("ip_plan", "plan-service/migrations"),
    "referral-service": ("ip_referral", "referral-service/migrations"),
    "notification-service": ("ip_notification", "notification-service/migrations"),
    "gateway": ("ip_gateway", "gateway/migrations"),
}


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@dataclasses.dataclass
class Ports:
    """Where everything listens on 127.0.0.1."""
    gateway: int = 8080
    idporten: int = 8081
    helseid: int = 8082
    krr: int = 8083
    mail_http: int = 8025
    smtp: int = 2525
    plan: int = 7101
    referral: int = 7102
    notification: int = 7103

    @classmethod
    def free(cls):
        return cls(*(free_port() for _ in dataclasses.fields(cls)))


class Suite:
    """Starts, stops, kills and restarts the suite's programs. `say` is told what happens. With `mtls` they
    show each other certificates of an authority made on the spot, and take calls of nobody else."""

    app_host = "localhost"  # from where the services log in to the database

    def __init__(self, folder, ports, say=lambda text: None, mtls=True):
        self.folder = pathlib.Path(folder).absolute()
        self.ports = ports
        self.say = say
        self.keys = self.folder / "keys"
        self.certificates = self.folder / "certificates" if mtls else None
        self.clock_file = self.folder / "clock-shift"
        self.mail_folder = self.folder / "mails"
        self.persons_file = ROOT / "tools/seed/persons.json"
        self.reference_file = ROOT / "reference-data/fjordvik.json"
        self.gateway_address = f"127.0.0.1:{ports.gateway}"
        self.url = f"http://localhost:{ports.gateway}"
        self.mail_url = f"http://127.0.0.1:{ports.mail_http}"
        self.idporten_url = f"http://localhost:{ports.idporten}"
        self.helseid_url = f"http://localhost:{ports.helseid}"
        self.processes = {process.name: process for process in self._programs()}

    def start(self):
        """Starts everything, each part when what it needs is ready."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._make_keys()
        for name in self.processes:
            self.start_one(name)
            if name == "database":
                self._migrate()

    def start_one(self, name):
        process = self.processes[name]
        self.say(f"starting {name}")
        process.start()
        wait_for(process)

    def stop(self):
        """Stops everything in the opposite order; the data stays."""
        for process in reversed(self.processes.values()):
            process.stop()

    def renew_certificates(self):
        """New certificates for everybody; running programs take them up by themselves."""
        subprocess.run([BIN / "ip-keys", "certificates", self.certificates], check=True)

    def channel(self, port, peer="gateway"):
        """A gRPC channel to a service, as the program `peer` has it."""
        address = f"127.0.0.1:{port}"
        if self.certificates is None:
            return grpc.insecure_channel(address)
        return grpc.secure_channel(address, grpc.ssl_channel_credentials(
            *((self.certificates / name).read_bytes() for name in ("ca.crt", f"{peer}.key", f"{peer}.crt"))))

    def kill(self, name):
        self.processes[name].kill()

    def _log(self, name):
        return self.folder / "logs" / f"{name}.log"

    def _make_keys(self):
        subprocess.run([BIN / "ip-keys", "init", self.keys], check=True, stdout=subprocess.DEVNULL)
        if self.certificates:
            self.renew_certificates()
        for name in SCHEMAS:
            file = self.keys / f"{name}.db-password"
            if not file.exists():
                file.touch(mode=0o600)
                file.write_text(secrets.token_urlsafe(24))
        secret = self.keys / "oidc-client-secret"
        if not secret.exists():
            secret.touch(mode=0o600)
            secret.write_text(secrets.token_urlsafe(24))

    def _migrate(self):
        log = self._log("migrate")
        for name, (schema, migrations) in SCHEMAS.items():
            self.say(f"preparing schema {schema}")
            done = subprocess.run(
                [BIN / "ip-migrate", f"--schema={schema}", f"--dir={ROOT / migrations}", "--create",
                 "--db_user=root", f"--db_socket={self.folder / 'db/s.sock'}", f"--app_user={schema}",
                 f"--app_host={self.app_host}",
                 f"--app_password_file={self.keys / (name + '.db-password')}"],
                stdout=subprocess.DEVNULL, stderr=log.open("ab"))
            if done.returncode != 0:
                raise ProcessFailed(f"schema {schema} could not be prepared; the end of {log}:\n"
                                    + "\n".join(log.read_text().splitlines()[-5:]))

    def _programs(self):
        yield from self._database()
        yield from self._stand_ins()
        yield self._service("plan-service", self.ports.plan, [
            f"--krr_url=http://127.0.0.1:{self.ports.krr}",
            f"--bundle_key_file={self.keys / 'bundle.jwk'}",
            f"--bundle_jwks_file={self.keys / 'bundle.jwks'}",
            f"--rules_dir={ROOT / 'plan-service/rules'}"])
        yield self._service("referral-service", self.ports.referral, [
            f"--plan_service=127.0.0.1:{self.ports.plan}",
            f"--signing_key_file={self.keys / 'internal/referral-service.jwk'}",
            f"--rules_dir={ROOT / 'referral-service/rules'}"])
        yield self._service("notification-service", self.ports.notification, [
            f"--plan_service=127.0.0.1:{self.ports.plan}",
            f"--referral_service=127.0.0.1:{self.ports.referral}",
            f"--smtp_url=smtp://127.0.0.1:{self.ports.smtp}",
            f"--public_url={self.url}",
            f"--signing_key_file={self.keys / 'internal/notification-service.jwk'}",
            f"--mail_key_file={self.keys / 'index.key'}",
            f"--rules_dir={ROOT / 'notification-service/rules'}"])
        yield self._gateway()

    def _database(self):
        yield database(self.folder / "db", self._log("database"))

    def _stand_ins(self):
        """What the real world brings: identity provider, contact register, mail relay."""
        yield Process("identity-provider", [
            "node", ROOT / "tools/idp/main.mjs", f"--idporten_port={self.ports.idporten}",
            f"--helseid_port={self.ports.helseid}", "--public_host=localhost",
            f"--persons={self.persons_file}", f"--data={self.folder / 'idp'}",
            f"--client_secret_file={self.keys / 'oidc-client-secret'}",
            f"--redirect_uri={self.url}/callback",
            f"--backchannel_logout_uri={self.url}/logout/backchannel", f"--post_logout_redirect_uri={self.url}/"],
            self._log("identity-provider"),
            lambda: self._answers(f"{self.idporten_url}/.well-known/openid-configuration")
            and self._answers(f"{self.helseid_url}/.well-known/openid-configuration"))
        yield Process("contact-register", [
            "/usr/bin/python3", ROOT / "tools/krr/krr.py", f"--port={self.ports.krr}",
            f"--persons={self.persons_file}"],
            self._log("contact-register"), lambda: self._accepts(self.ports.krr))
        yield Process("mail-sink", [
            "/usr/bin/python3", ROOT / "tools/mailsink/mailsink.py", f"--smtp-port={self.ports.smtp}",
            f"--http-port={self.ports.mail_http}", f"--folder={self.mail_folder}"],
            self._log("mail-sink"), lambda: self._accepts(self.ports.smtp) and self._accepts(self.ports.mail_http))

    def _database_flags(self, name):
        schema = SCHEMAS[name][0]
        return [f"--db_socket={self.folder / 'db/s.sock'}", f"--db_user={schema}", f"--db_name={schema}",
                f"--db_password_file={self.keys / (name + '.db-password')}"]

    def _tls_flags(self, name):
        if self.certificates is None:
            return []
        flags = [f"--tls_cert_file={self.certificates / name}.crt", f"--tls_key_file={self.certificates / name}.key",
                 f"--tls_server_ca_file={self.certificates / 'ca.crt'}"]
        if name != "gateway":
            flags += [f"--tls_client_ca_file={self.certificates / 'ca.crt'}", f"--flagfile={ROOT / name / 'peers.flags'}"]
        return flags

    def _service(self, name, port, flags):
        command = [
            BIN / name, f"--listen=127.0.0.1:{port}", "--workers=8",
            f"--internal_jwks_file={self.keys / 'internal/jwks.json'}",
            f"--clock_shift_file={self.clock_file}", f"--reference_file={self.reference_file}",
            *self._database_flags(name), *self._tls_flags(name), *flags]
        if name != "notification-service":
            command += [f"--person_key_file={self.keys / 'person.key'}",
                        f"--document_keys_file={self.keys / 'document.keys'}", "--own_keys"]
        return Process(name, command, self._log(name), lambda: self._serving(port))

    def _gateway(self):
        command = [
            BIN / "gateway", f"--listen=127.0.0.1:{self.ports.gateway}",
            f"--plan_service=127.0.0.1:{self.ports.plan}",
            f"--referral_service=127.0.0.1:{self.ports.referral}",
            f"--notification_service=127.0.0.1:{self.ports.notification}",
            f"--signing_key_file={self.keys / 'internal/gateway.jwk'}",
            f"--person_key_file={self.keys / 'person.key'}",
            f"--session_keys_file={self.keys / 'session.keys'}",
            f"--public_url={self.url}", f"--web_root={ROOT / 'web/dist'}",
            f"--idporten_issuer={self.idporten_url}", f"--helseid_issuer={self.helseid_url}",
            f"--client_secret_file={self.keys / 'oidc-client-secret'}",
            f"--reference_file={self.reference_file}", *self._database_flags("gateway"), *self._tls_flags("gateway")]
        return Process("gateway", command, self._log("gateway"),
                       lambda: self._answers(f"http://127.0.0.1:{self.ports.gateway}/readyz"))

    @staticmethod
    def _answers(url):
        try:
            return requests.get(url, timeout=2).ok
        except requests.RequestException:
            return False

    @staticmethod
    def _accepts(port):
        with socket.socket() as s:
            return s.connect_ex(("127.0.0.1", port)) == 0

    def _serving(self, port):
        """grpc.health.v1: an empty request asks for the process; field 1 = 1 means SERVING."""
        with self.channel(port) as channel:
            check = channel.unary_unary("/grpc.health.v1.Health/Check")
            try:
                return check(b"", timeout=2) == b"\x08\x01"
            except grpc.RpcError:
                return False
