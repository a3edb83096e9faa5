"""A database server as its administrator reaches it, with the MariaDB client programs."""

import os
import pathlib
import subprocess


class Failed(Exception):
    """What went wrong, for people."""


class Server:
    """How to reach a database server with the MariaDB client programs."""

    def __init__(self, socket=None, host=None, port=3306, user="root", password_file=None, ssl_ca=None):
        self.options = [f"--user={user}"]
        self.options += [f"--socket={socket}"] if socket else ["--protocol=tcp", f"--host={host}", f"--port={port}"]
        if ssl_ca:
            self.options += [f"--ssl-ca={ssl_ca}", "--ssl-verify-server-cert"]
        # Not on the command line, where everybody on the machine may read it.
        password = pathlib.Path(password_file).read_text().strip() if password_file else None
        self.environment = {**os.environ, **({"MYSQL_PWD": password} if password else {})}

    def command(self, program, *arguments):
        return [program, "--no-defaults", *self.options, *arguments]

    def run(self, script):
        """Runs SQL and returns what it printed. Nothing of it stands on the command line."""
        done = subprocess.run(self.command("mariadb", "-BN"), env=self.environment, input=script, capture_output=True,
                              text=True)
        if done.returncode != 0:
            raise Failed(done.stderr.strip())
        return done.stdout

    def query(self, sql):
        """Rows as lists of text."""
        return [line.split("\t") for line in self.run(sql + ";\n").splitlines()]


def add_options(parser):
    """The options that say where the server is and who asks."""
    group = parser.add_argument_group("where the database is")
    group.add_argument("--socket")
    group.add_argument("--host", default=os.environ.get("IP_DB_HOST", "127.0.0.1"), help="default: IP_DB_HOST")
    group.add_argument("--port", default=os.environ.get("IP_DB_PORT", "3306"), help="default: IP_DB_PORT")
    group.add_argument("--user", default="root", help="default: root")
    group.add_argument("--password-file")
    group.add_argument("--ssl-ca", default=os.environ.get("IP_DB_SSL_CA"), help="default: IP_DB_SSL_CA")


def server_of(given):
    return Server(given.socket, given.host, given.port, given.user, given.password_file, given.ssl_ca)
