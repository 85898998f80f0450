"""The bundled PostgreSQL: starts, keeps its data, survives being killed, ends with its parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from runtime.postgres import Postgres, PostgresFailed

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Postgres]:
    made = Postgres(tmp_path / "postgres", options={"fsync": "off"})
    yield made
    made.stop()


def test_data_is_kept_between_runs(server: Postgres) -> None:
    assert server.start() is True
    server.ensure_database()
    server.psql("CREATE TABLE kept AS SELECT '客户' AS word")
    assert server.start() is False, "it runs already"
    server.stop()
    assert server.pid() is None
    server.start()
    assert server.psql("SELECT word FROM kept") == "客户"


def test_it_knows_chinese_letters_and_case(server: Postgres) -> None:
    server.start()
    server.ensure_database()
    server.psql("CREATE EXTENSION pg_trgm")
    assert server.psql("SHOW server_encoding") == "UTF8"
    assert server.psql("SELECT cardinality(show_trgm('客户触点')) > 3") == "t", "trigrams of Chinese text"
    assert server.psql("SELECT lower('ÄÉ') || upper('я')") == "äéЯ"


def test_it_recovers_after_being_killed(server: Postgres) -> None:
    server.start()
    server.ensure_database()
    server.psql("CREATE TABLE kept AS SELECT 1")
    pid = server.pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    _until(lambda: server.pid() is None)
    assert (server.data / "postmaster.pid").exists(), "the lock file of the killed server is still there"
    assert server.start() is True
    assert server.psql("SELECT count(*) FROM kept") == "1"


def test_a_lock_file_whose_process_id_another_program_has_got_is_no_obstacle(server: Postgres) -> None:
    server.start()
    server.stop()
    bystander = subprocess.Popen(["sleep", "60"])
    try:
        (server.data / "postmaster.pid").write_text(f"{bystander.pid}\n{server.data}\n1\n5432\n\n\n\nready\n")
        assert server.pid() is None
        assert server.start() is True
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def test_it_listens_on_no_network_address_and_lets_nobody_else_in(server: Postgres) -> None:
    server.start()
    assert server.psql("SHOW listen_addresses", database="postgres") == ""
    folder = server.psql("SHOW unix_socket_directories", database="postgres")
    assert Path(folder).stat().st_mode & 0o077 == 0


def test_a_deep_home_folder_is_no_obstacle(tmp_path: Path) -> None:
    deep = Postgres(tmp_path / ("deep" * 20) / "postgres", options={"fsync": "off"})
    deep.start()
    try:
        assert deep.psql("SELECT 1", database="postgres") == "1"
    finally:
        deep.stop()


@pytest.mark.skipif(sys.platform != "linux", reason="needs prctl")
def test_it_ends_cleanly_when_the_program_that_started_it_is_killed(server: Postgres) -> None:
    program = (
        "import sys, time; from pathlib import Path; from runtime.postgres import Postgres\n"
        "Postgres(Path(sys.argv[1]), options={'fsync': 'off'}).start(child=True)\n"
        "print('up', flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", program, str(server.folder)], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    assert parent.stdout.readline() == b"up\n"
    pid = server.pid()
    assert pid is not None
    parent.kill()
    parent.wait()
    _until(lambda: not _alive(pid))
    assert "database system is shut down" in server.log.read_text()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be refused for being root")
def test_as_root_it_runs_as_somebody_else_also_below_a_private_folder(tmp_path: Path) -> None:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    hidden = Postgres(private / "postgres", options={"fsync": "off"})
    hidden.start()
    try:
        pid = hidden.pid()
        assert pid is not None
        assert psutil.Process(pid).uids().real != 0
        assert hidden.data.stat().st_uid != 0
        hidden.psql("CREATE TABLE t AS SELECT 1", database="postgres")
    finally:
        hidden.stop()


def test_a_folder_that_is_no_database_is_refused(server: Postgres) -> None:
    server.data.mkdir(parents=True)
    (server.data / "letter.txt").write_text("not yours")
    with pytest.raises(PostgresFailed, match="not a database folder"):
        server.start()
    assert (server.data / "letter.txt").read_text() == "not yours"


def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    wrong = Postgres(tmp_path / "postgres", options={"shared_buffers": "lots"})
    with pytest.raises(PostgresFailed, match="shared_buffers"):
        wrong.start()


def _alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _until(condition: object, seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.02)
