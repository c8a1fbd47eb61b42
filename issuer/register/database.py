"""Opening the register: one engine, transactions, and the schema brought up to date."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import (
    Connection,
    Engine,
    ExceptionContext,
    RootTransaction,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError, SQLAlchemyError

from keys.errors import HintedError
from keys.files import PRIVATE_MODE

__all__ = ["Register", "RegisterError", "StatementLimits", "database_errors"]

_BUSY_MILLISECONDS: Final = 30_000
"""How long a writer waits for another one; a batch of issuing takes well under a second."""

_MIGRATIONS: Final = "issuer:migrations"
_CACHE_KIBIBYTES: Final = 65_536
"""What a command keeps of a SQLite file in memory. A batch of records touches thousands of pages,
all over the indexes; with less room they go to the log several times. Not for each of the many
connections of a service."""
_WRITING: Final = "dosepass_writing"


class RegisterError(HintedError):
    """The register cannot be opened or used."""

    code: ClassVar[str] = "register"


@dataclass(frozen=True, kw_only=True, slots=True)
class StatementLimits:
    """How many seconds one statement may take, and how many of them it may wait for a lock.

    For a service, whose threads are few: others ask meanwhile. One that takes longer fails as if
    the register were locked, and what it was part of is rolled back.
    """

    working: int
    waiting: int


class Register:
    """The database of one issuer: SQLite by default, PostgreSQL by URL."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._writer = engine.execution_options(**{_WRITING: True})

    @classmethod
    def open(cls, where: Path | str, limits: StatementLimits | None = None) -> "Register":
        """Open a SQLite file or a database URL, and make or upgrade its tables.

        `limits` make it the register of a service: of many connections, none of which waits or
        works without end in PostgreSQL.
        Raises RegisterError when the database is of a newer version, or not to be used at all.
        """
        if isinstance(where, Path):
            _make_private(where)
            where = f"sqlite:///{where}"
        register = cls(_engine(where))
        if register.engine.dialect.name == "sqlite":
            _tune_sqlite(register.engine, roomy=limits is None)
        else:
            _tune_postgresql(register.engine, limits)
        with ExitStack() as on_failure:
            on_failure.callback(register.close)
            register._upgrade()
            on_failure.pop_all()
        return register

    def close(self) -> None:
        """Give every connection back."""
        self.engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """What stands at this moment; nothing is written. Raises RegisterError."""
        with database_errors(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """One consistent view from the first query on, however many follow. Raises RegisterError.

        Others write meanwhile. On SQLite, reading is always so.
        """
        engine = self.engine
        if engine.dialect.name == "postgresql":
            engine = engine.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        with database_errors(), engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction: committed at the end, rolled back when anything raises.

        On SQLite it takes the write lock at once, so that what is read inside stays true until
        the commit. Raises RegisterError when the database fails: a full disk, a lock, damage.
        """
        with database_errors(), self._writer.begin() as connection:
            yield connection

    def begin_writing(self, connection: Connection) -> RootTransaction:
        """Begin a transaction that its caller ends: for a preview, which is rolled back."""
        return connection.execution_options(**{_WRITING: True}).begin()

    def _upgrade(self) -> None:
        config = Config()
        config.set_main_option("script_location", _MIGRATIONS)
        scripts = ScriptDirectory.from_config(config)
        with self.reading() as connection:
            current = MigrationContext.configure(connection).get_current_revision()
        if current == scripts.get_current_head():
            return
        if current is not None and current not in {s.revision for s in scripts.walk_revisions()}:
            raise RegisterError(
                "the register was made by a newer version of dosepass",
                hint="upgrade dosepass; the register was left as it is",
            )
        with self.writing() as connection:
            if connection.dialect.name == "postgresql":
                # The limits are for what others wait for; the tables of a country take their time.
                connection.exec_driver_sql(_UNLIMITED)
            config.attributes["connection"] = connection
            command.upgrade(config, "head")


@contextmanager
def database_errors() -> Iterator[None]:
    """Turn what goes wrong with a database into a RegisterError.

    A constraint that did not hold or a statement that makes no sense is a fault of the program,
    and stays what it is.
    """
    try:
        yield
    except (IntegrityError, ProgrammingError):
        raise
    except DBAPIError as error:
        raise RegisterError(
            f"the register cannot be used: {_first_line(error)}",
            hint="check the disk, the rights of the file, or the database URL; then run the same "
            "command again: what was recorded stands",
        ) from None


def _engine(url: str) -> Engine:
    try:
        parts = make_url(url)
        if parts.drivername in ("postgres", "postgresql"):
            # As PostgreSQL's own programs take it; SQLAlchemy would ask for another driver.
            parts = parts.set(drivername="postgresql+psycopg")
        # What stands in a row must not stand in an error.
        # A connection that its server has left is noticed before it is used, and made anew.
        away = parts.get_backend_name() != "sqlite"
        return create_engine(parts, hide_parameters=True, pool_pre_ping=away)
    except (ImportError, SQLAlchemyError) as error:
        raise RegisterError(
            # Only the kind of error: a URL may hold a password.
            f"the register cannot be opened: {type(error).__name__}",
            hint="check the database URL, and that the driver it names is installed",
        ) from None


def _make_private(path: Path) -> None:
    """Make the file readable by its owner alone, before SQLite makes it readable by all."""
    try:
        path.touch(mode=PRIVATE_MODE)
    except OSError as error:
        raise RegisterError(f"the register cannot be opened: {error.strerror}") from None


def _tune_sqlite(engine: Engine, *, roomy: bool) -> None:
    """Make SQLite keep what it promises: foreign keys, durable commits, real transactions.

    A `roomy` connection keeps more pages in memory than SQLite would by itself.
    """

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _: object) -> None:
        # The driver's own habit of starting transactions late would break `writing`.
        connection.isolation_level = None
        for pragma in (
            f"busy_timeout = {_BUSY_MILLISECONDS}",
            "journal_mode = WAL",
            # FULL: a certificate that left the house is still known after a power cut.
            "synchronous = FULL",
            "foreign_keys = ON",
        ):
            connection.execute(f"PRAGMA {pragma}")
        if roomy:
            connection.execute(f"PRAGMA cache_size = -{_CACHE_KIBIBYTES}")

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        writing = connection.get_execution_options().get(_WRITING)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


_DURABLE: Final = """
SELECT set_config('synchronous_commit', 'on', false)
WHERE current_setting('synchronous_commit') = 'off'
"""


_LIMITED: Final = """
SELECT set_config('statement_timeout', %s, false), set_config('lock_timeout', %s, false)
"""
_UNLIMITED: Final = """
SELECT set_config('statement_timeout', '0', true), set_config('lock_timeout', '0', true)
"""


def _tune_postgresql(engine: Engine, limits: StatementLimits | None) -> None:
    """Make a commit durable, however the server is set up, and keep rows out of errors.

    Of an error its first line is left: the others hold the row that it is about.
    """

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _: object) -> None:
        connection.autocommit = True
        connection.execute(_DURABLE)
        if limits is not None:
            connection.execute(_LIMITED, (f"{limits.working}s", f"{limits.waiting}s"))
        connection.autocommit = False

    @event.listens_for(engine, "handle_error")
    def on_error(context: ExceptionContext) -> None:
        raised, original = context.sqlalchemy_exception, context.original_exception
        if isinstance(raised, DBAPIError) and isinstance(raised.orig, BaseException):
            original.args = raised.orig.args = (_first_line(raised),)
            raised.args = (f"({type(original).__name__}) {original}",)


def _first_line(error: DBAPIError) -> str:
    return str(error.orig).partition("\n")[0]
