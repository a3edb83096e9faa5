"""Real mail servers in a folder of their own, without systemd: Dovecot (mailboxes over IMAP, and who may
log in) and Postfix (a relay that accepts, delivers, and reports what it cannot deliver). Need root."""

import os
import pathlib
import pwd
import shutil
import smtplib
import socket
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tools.suite.process import Process, wait_for  # noqa: E402
from tools.suite.suite import free_port  # noqa: E402

PASSWORD = "hemmelig"
NOBODY = pwd.getpwnam("nobody")


def _accepts(port):
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) == 0


def certificate(folder):
    """A certificate for localhost that signs itself: (certificate, key)."""
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-keyout", folder / "key.pem", "-out", folder / "cert.pem", "-days", "2",
                    "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
                   check=True, capture_output=True)
    return folder / "cert.pem", folder / "key.pem"


class Dovecot:
    """Every name is a user with PASSWORD. With a certificate, login needs TLS."""

    def __init__(self, folder, tls=None):
        self.folder = pathlib.Path(folder)
        self.port, self.auth_port = free_port(), free_port()
        self._mail = self.folder / "mail"
        self._mail.mkdir(parents=True)
        # Dovecot's helpers run as other users.
        for path in (self.folder.parent, self.folder, self._mail):
            path.chmod(0o755)
        os.chown(self._mail, NOBODY.pw_uid, NOBODY.pw_gid)
        security = "ssl = no\ndisable_plaintext_auth = no\n" if not tls else (
            f"ssl = required\nssl_cert = <{tls[0]}\nssl_key = <{tls[1]}\ndisable_plaintext_auth = yes\n")
        (self.folder / "dovecot.conf").write_text(f"""
base_dir = {self.folder}/run
state_dir = {self.folder}/state
log_path = {self.folder}/log
protocols = imap
listen = 127.0.0.1
{security}
mail_location = maildir:{self._mail}/%u
first_valid_uid = 1
auth_mechanisms = plain login
passdb {{
  driver = static
  args = password={PASSWORD}
}}
userdb {{
  driver = static
  args = uid={NOBODY.pw_uid} gid={NOBODY.pw_gid} home={self._mail}/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {self.port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
service auth {{
  inet_listener {{
    address = 127.0.0.1
    port = {self.auth_port}
  }}
}}
""")
        self._process = Process("dovecot", ["dovecot", "-F", "-c", self.folder / "dovecot.conf"],
                                self.folder / "out", lambda: _accepts(self.port))

    def maildir(self, user):
        """A user's mailbox; delivering is putting a file into "new"."""
        folder = self._mail / user
        for part in (folder, *(folder / name for name in ("new", "cur", "tmp"))):
            part.mkdir(exist_ok=True)
            os.chown(part, NOBODY.pw_uid, NOBODY.pw_gid)
        return folder

    def start(self):
        self._process.start()
        wait_for(self._process)

    def stop(self):
        self._process.stop()

    def password_file(self):
        file = self.folder / "password"
        if not file.exists():
            file.touch(mode=0o600)
            file.write_text(PASSWORD + "\n")
        return file

    def flags(self, what, user, host="127.0.0.1"):
        return [f"--{what}_imap_url=imap://{host}:{self.port}/INBOX", f"--{what}_imap_user={user}",
                f"--{what}_imap_password_file={self.password_file()}"]

    def journal_flags(self):
        return ["--journal_address=journal@example.no", *self.flags("journal", "journal")]


class Postfix:
    """Accepts mail by STARTTLS and login at Dovecot, delivers it to Dovecot's mailboxes by `users`
    (a Postfix regexp table: pattern → mailbox), and sends a report about everybody else. What goes to
    slow@… waits for ever, which it reports after a second."""

    def __init__(self, folder, dovecot, tls, users):
        self.folder = pathlib.Path(folder)
        self.port = free_port()
        self._conf = self.folder / "conf"
        self._conf.mkdir(parents=True)
        for name, owner in (("queue", "root"), ("data", "postfix")):
            (self.folder / name).mkdir()
            shutil.chown(self.folder / name, owner)
        (self._conf / "users").write_text("".join(f"/{pattern}/ {box}/\n" for pattern, box in users.items()))
        (self._conf / "transport").write_text("/^slow@/ retry:4.4.1 the other server does not answer\n")
        (self._conf / "main.cf").write_text(f"""
compatibility_level = 3.6
queue_directory = {self.folder}/queue
data_directory = {self.folder}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file_prefixes = {self.folder}
maillog_file = {self.folder}/maillog
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = localhost
mydestination =
alias_maps =
local_recipient_maps =
virtual_mailbox_domains = example.no, fjordvik.example
virtual_mailbox_base = {dovecot.folder}/mail
virtual_mailbox_maps = regexp:{self._conf}/users
virtual_uid_maps = static:{NOBODY.pw_uid}
virtual_gid_maps = static:{NOBODY.pw_gid}
virtual_minimum_uid = 1
transport_maps = regexp:{self._conf}/transport
delay_warning_time = 1s
minimal_backoff_time = 1s
queue_run_delay = 1s
# Takes everybody and reports afterwards, as a relay that hands on to others does.
smtpd_reject_unlisted_recipient = no
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_tls_cert_file = {tls[0]}
smtpd_tls_key_file = {tls[1]}
smtpd_tls_security_level = may
smtpd_tls_auth_only = yes
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:{dovecot.auth_port}
""")
        (self._conf / "master.cf").write_text(f"""
127.0.0.1:{self.port} inet n - n - - smtpd
cleanup  unix n - n - 0 cleanup
qmgr     unix n - n 300 1 qmgr
tlsmgr   unix - - n 1000? 1 tlsmgr
rewrite  unix - - n - - trivial-rewrite
bounce   unix - - n - 0 bounce
defer    unix - - n - 0 bounce
trace    unix - - n - 0 bounce
error    unix - - n - - error
retry    unix - - n - - error
virtual  unix - n n - - virtual
proxymap unix - - n - - proxymap
anvil    unix - - n - 1 anvil
postlog  unix-dgram n - n - 1 postlogd
""")
        for path in (self.folder, self._conf):
            path.chmod(0o755)

    def start(self):
        subprocess.run(["postfix", "-c", self._conf, "start"], check=True, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with smtplib.SMTP("127.0.0.1", self.port, timeout=20) as smtp:
            smtp.noop()

    def stop(self):
        subprocess.run(["postfix", "-c", self._conf, "stop"], stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def log(self):
        return (self.folder / "maillog").read_text(errors="replace")
