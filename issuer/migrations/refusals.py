"""What the database itself refuses, by triggers, on SQLite and on PostgreSQL."""

from alembic import op

__all__ = ["refuse"]


def refuse(name: str, table: str, event: str, condition: str | None, message: str) -> None:
    """Let the database refuse UPDATE or DELETE of a table's rows, where a condition holds.

    `name` is the trigger's own; `message` is what the database says. All are texts of ours.
    """
    if op.get_bind().dialect.name == "postgresql":
        _in_postgresql(name, table, event, condition, message)
    else:
        _in_sqlite(name, table, event, condition, message)


def _in_sqlite(name: str, table: str, event: str, condition: str | None, message: str) -> None:
    when = f"WHEN {condition}" if condition else ""
    op.execute(
        f"CREATE TRIGGER {name} BEFORE {event} ON {table} {when} "
        f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
    )


def _in_postgresql(name: str, table: str, event: str, condition: str | None, message: str) -> None:
    """A trigger calls a function there; emptying a whole table is an event of its own."""
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{message}'; END $$"
    )
    when = f"WHEN ({condition})" if condition else ""
    op.execute(
        f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW {when} "
        f"EXECUTE FUNCTION {name}()"
    )
    if event == "DELETE":
        op.execute(
            f"CREATE TRIGGER {name}_all BEFORE TRUNCATE ON {table} FOR EACH STATEMENT "
            f"EXECUTE FUNCTION {name}()"
        )
