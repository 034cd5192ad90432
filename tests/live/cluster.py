"""A PostgreSQL server of a script's own, which the script stops and starts."""

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.live.server import HOST, free_port

DEBIAN = Path("/usr/lib/postgresql")  # whose packages put nothing on the PATH
USERS = ("postgres", "nobody")  # PostgreSQL refuses to run as root
OPTIONS = {
    "fsync": "off",  # the machine does not fail, only the server
    "max_connections": "60",
    "shared_buffers": "32MB",
    "wal_level": "replica",
    "max_wal_senders": "4",
    "hot_standby": "on",
}


def find_program(name: str) -> str:
    """Return the path of a program of PostgreSQL, of the newest version that has it.

    Raises `SystemExit`: without it the script would prove nothing.
    """
    found = sorted(
        DEBIAN.glob(f"*/bin/{name}"),
        key=lambda path: float(path.parts[-3]),
        reverse=True,
    )
    program = str(found[0]) if found else shutil.which(name)
    if program is None:
        raise SystemExit(f"{name} is missing: install PostgreSQL's server.")
    return program


def _unprivileged_user() -> str | None:
    """Return the user to run PostgreSQL as, or None if that is who runs the script."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in USERS if name in names)


class OwnPostgres:
    """A cluster in a temporary directory, on a port that it keeps.

    With a `primary` it is a streaming replica of it.
    """

    def __init__(self, primary: "OwnPostgres | None" = None):
        self.port = free_port()
        self.url = f"postgres://postgres@{HOST}:{self.port}/postgres"
        self._folder = Path(tempfile.mkdtemp(prefix="postgres-"))
        self._data = self._folder / "data"
        self._user = USERS[0] if os.geteuid() == 0 else None
        if (
            self._user
            and subprocess.run(["id", self._user], capture_output=True).returncode
        ):
            self._user = USERS[1]
        if self._user:
            shutil.chown(self._folder, self._user)
        if primary is None:
            options = (
                "-U",
                "postgres",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
            )
            self._run("initdb", "--no-sync", *options, "-D", str(self._data))
        else:
            source = ("-h", HOST, "-p", str(primary.port), "-U", "postgres")
            options = ("-R", "--no-sync", "--checkpoint=fast", "-D", str(self._data))
            self._run("pg_basebackup", *source, *options)

    def start(self) -> None:
        """Start it; return when it accepts connections."""
        own = {"port": self.port, "listen_addresses": HOST} | OPTIONS
        own["unix_socket_directories"] = self._folder
        options = " ".join(f"-c {name}={value}" for name, value in own.items())
        log = self._folder / "log"
        self._control("start", "-w", "-o", options, "-l", str(log))

    def kill(self) -> None:
        """Stop it as a crash does: connections break, nothing is written out."""
        self._control("stop", "-m", "immediate")

    def restart(self) -> None:
        """Stop it as a crash does, and start it with the same options."""
        self.kill()
        self.start()

    def close(self) -> None:
        """Stop it, if it runs, and delete it."""
        if (self._data / "postmaster.pid").exists():
            self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *failure):
        self.close()

    def _control(self, *arguments: str) -> None:
        self._run("pg_ctl", "-D", str(self._data), *arguments)

    def _run(self, program: str, *arguments: str) -> None:
        # No pipes: the server inherits them, and their end would never come.
        subprocess.run(
            [find_program(program), *arguments],
            cwd=self._folder,
            user=self._user,
            env={"PATH": os.defpath, "LANG": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL if program == "pg_ctl" else None,
            check=True,
            timeout=240,  # on a busy machine
        )
