"""A real PostgreSQL of the tests' own: a private server on a socket, a database for every test.

Nothing of a server that the machine may run already is touched. The server never runs as root,
which PostgreSQL refuses; where the tests do, it runs as `postgres` or `nobody`.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest
from psycopg import sql

from issuer.register.database import Register

__all__ = ["DATABASE_FILE", "LEAST_VERSION", "Server", "postgresql_programs"]

LEAST_VERSION: Final = 15
DATABASE_FILE: Final = "register.url"
"""In a folder of a test: the URL of the database that stands in place of a SQLite file."""

_PLACES: Final = (
    "usr/lib/postgresql/*/bin",
    "usr/pgsql-*/bin",
    "usr/local/pgsql/bin",
    "opt/homebrew/opt/postgresql@*/bin",
)
"""Where Debian, Fedora, a build from source and Homebrew put the programs."""

_USER: Final = "dosepass"
_SERVANTS: Final = ("postgres", "nobody")
_PATIENCE: Final = 60.0
_HASTE: Final = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
"""For a server whose data nobody needs after a power cut. The register asks for the last again."""

_SEND_AWAY: Final = """
SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_FORM: Final = """
SELECT (SELECT md5(string_agg(format('%s %s %s', relname, relkind, relnatts), ',' ORDER BY relname))
        FROM pg_class WHERE relnamespace = 'public'::regnamespace),
       (SELECT string_agg(format('%s %s', tgname, tgenabled), ',' ORDER BY tgname) FROM pg_trigger
        WHERE NOT tgisinternal),
       (SELECT string_agg(version_num, ',') FROM alembic_version)
"""
"""What tells whether a test left tables, indexes, triggers and version as they were."""

_EMPTY: Final = """
DO $$ DECLARE it record; BEGIN
    SET LOCAL session_replication_role = replica;  -- else the triggers hold what must stay
    FOR it IN SELECT tablename AS name FROM pg_tables
              WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
        EXECUTE format('DELETE FROM %I', it.name);
    END LOOP;
    FOR it IN SELECT sequencename AS name FROM pg_sequences WHERE schemaname = 'public' LOOP
        PERFORM setval(quote_ident(it.name)::regclass, 1, false);
    END LOOP;
END $$
"""


def postgresql_programs(root: Path = Path("/")) -> Path:
    """Where the programs are. Without them a test is skipped, but fails where CI=true is set."""
    found = {
        version: folder
        for place in _PLACES
        for folder in root.glob(place)
        if (version := _version(folder)) >= LEAST_VERSION
    }
    if found:
        return found[max(found)]
    missing = f"PostgreSQL {LEAST_VERSION} is not installed (apt-get install postgresql)"
    if os.environ.get("CI") == "true":
        pytest.fail(f"{missing}, and CI=true lets no test be skipped for that")
    pytest.skip(missing)


def _version(programs: Path) -> int:
    """The major version of the programs in a folder; 0 where they are not to be run."""
    try:
        said = subprocess.run([programs / "postgres", "--version"], check=True, capture_output=True)  # noqa: S603 - our own words
    except (OSError, subprocess.CalledProcessError):
        return 0
    digits = said.stdout.split()[2].partition(b".")[0]
    return int(digits) if digits.isdigit() else 0


class Server:
    """A server with databases for tests. Use it as a context."""

    def __init__(self, *, durable: bool = False, **settings: str) -> None:
        """Make a server; a `durable` one keeps its promises through a power cut, as in production.

        `settings` are parameters of PostgreSQL, such as `shared_buffers="512MB"`.
        """
        self._programs = postgresql_programs()
        # Not below the folder of a test: no other user may enter it, and a socket's path is short.
        self.folder = Path(tempfile.mkdtemp(prefix="dosepass-pg-"))
        self._data = self.folder / "data"
        self._settings = {
            "listen_addresses": "",
            "unix_socket_directories": f"{self.folder}",
            "max_connections": "60",
            **({} if durable else _HASTE),
            **settings,
        }
        self._servant = _servant()
        self._numbers = count(1)
        self._template: str | None = None
        self._form: object = None
        self._free: list[str] = []
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Server":
        if self._servant:
            shutil.chown(self.folder, self._servant["user"], self._servant["group"])
        self._run(
            "initdb", f"--pgdata={self._data}", f"--username={_USER}", "--auth=trust",
            "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync",
        )  # fmt: skip
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        settings = [word for pair in self._settings.items() for word in ("-c", "=".join(pair))]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own words
                [self._programs / "postgres", "-D", self._data, *settings],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder, **self._servant,
            )  # fmt: skip
        patience = time.monotonic() + _PATIENCE
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > patience:
                raise RuntimeError(f"PostgreSQL does not start: {self.log}")
            time.sleep(0.02)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop it: SIGINT ends every session in order, SIGQUIT is as near to a power cut as any."""
        process, self._process = self._process, None
        assert process is not None
        process.send_signal(how)
        process.wait(_PATIENCE)

    @property
    def log(self) -> str:
        """What the server said."""
        return (self.folder / "log").read_text(errors="replace")

    def url(self, database: str) -> str:
        """The URL of a database, as `--register` takes it."""
        return f"postgresql+psycopg://{_USER}@/{database}?host={self.folder}"

    def make(self, *, empty: bool = False) -> str:
        """Make a database, with the tables of a new register or `empty`, and give its name."""
        template = "template0" if empty else self._prepared()
        name = f"test_{next(self._numbers)}"
        self._execute("CREATE DATABASE {} TEMPLATE {}", name, template)
        return name

    def drop(self, name: str) -> None:
        """Drop a database, whoever is still connected."""
        self._execute("DROP DATABASE {} WITH (FORCE)", name)

    @contextmanager
    def database(self, *, empty: bool = False) -> Iterator[str]:
        """The URL of a database that is there while the block runs, and nobody had before."""
        name = self.make(empty=empty)
        try:
            yield self.url(name)
        finally:
            self.drop(name)

    @contextmanager
    def lent(self) -> Iterator[str]:
        """The URL of a new register, which is emptied afterwards and lent again.

        That takes a tenth of the time of a new one. One whose tables, triggers or version were
        changed is thrown away instead.
        """
        name = self._free.pop() if self._free else self.make()
        try:
            yield self.url(name)
        finally:
            if self._emptied(name):
                self._free.append(name)
            else:
                self.drop(name)

    def _emptied(self, name: str) -> bool:
        """Empty a database, whoever is still connected; False when it is not as it was made."""
        with closing(self._connect(name, autocommit=True)) as connection:
            connection.execute(_SEND_AWAY)
            if connection.execute(_FORM).fetchone() != self._form:
                return False
            connection.execute(_EMPTY)
        return True

    def _prepared(self) -> str:
        """The name of a database in which the migrations ran once, for all to be copied from."""
        if self._template is None:
            template = self.make(empty=True)
            Register.open(self.url(template)).close()
            with closing(self._connect(template)) as connection:
                self._form = connection.execute(_FORM).fetchone()
            self._template = template
        return self._template

    def _execute(self, statement: str, *names: str) -> None:
        quoted = sql.SQL(statement).format(*map(sql.Identifier, names))
        with closing(self._connect(autocommit=True)) as connection:
            connection.execute(quoted)

    def _connect(self, name: str = "postgres", **more: Any) -> "psycopg.Connection[Any]":
        return psycopg.connect(host=f"{self.folder}", user=_USER, dbname=name, **more)

    def _answers(self) -> bool:
        try:
            self._connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def _run(self, program: str, *arguments: str) -> None:
        command = [self._programs / program, *arguments]
        subprocess.run(command, check=True, capture_output=True, cwd=self.folder, **self._servant)  # noqa: S603 - our own words


def _servant() -> dict[str, Any]:
    """Whom the server runs as, for `subprocess`: root must not, everybody else may themselves."""
    if os.geteuid() != 0:
        return {}
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    servant = next(known[name] for name in _SERVANTS if name in known)
    return {"user": servant.pw_name, "group": servant.pw_gid, "extra_groups": []}
