"""The commands about accounts: made, listed, given passwords and tokens, closed."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import click
from sqlalchemy import Connection

from issuer.access import accounts, audit
from issuer.access.accounts import Account, AccountError
from issuer.access.passwords import hash_password
from issuer.access.rights import Area, Level
from issuer.access.sign_in import MAX_TOKEN_DAYS, issue_token
from issuer.commands.options import (
    json_option,
    opened,
    operator_option,
    register_option,
)
from issuer.commands.passwords_asked import ask_new_password, password_option
from keys.authority import Authority
from keys.clock import SystemClock
from keys.console import home_option, say
from keys.times import to_rfc3339

__all__ = ["account_commands"]

_LINE: Final = "{:<24}{:<10}{:<10}{:<8}{}"


@click.group("account")
def account_commands() -> None:
    """Make and close the accounts of those who work with the register."""


def _shared(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (home_option, register_option, operator_option):
        command = option(command)
    return command


@account_commands.command()
@click.argument("name")
@click.option(
    "--level",
    type=click.Choice([level.value for level in Level]),
    required=True,
    help="What it may do.",
)
@click.option("--province", metavar="CODE", help="Its province: 2 digits.")
@click.option("--district", metavar="CODE", help="Its district: 3 digits.")
@click.option("--site", metavar="CODE", help="Its site, as the register lists it.")
@password_option
@_shared
def add(
    name: str,
    level: str,
    province: str | None,
    district: str | None,
    site: str | None,
    password_file: Path | None,
    operator: str,
    register_url: str | None,
    home: Path,
) -> None:
    """Make the account NAME; its password is asked for, or read from a file."""
    authority = Authority.open(home)
    area = Area(province=province, district=district, site=site)
    accounts.check_area(name, Level(level), area)
    password_hash = hash_password(ask_new_password(name, password_file))
    now = SystemClock().now()
    with opened(authority, register_url) as register, register.writing() as connection:
        accounts.insert_account(connection, name, password_hash, Level(level), area, now)
        _tell(connection, operator, "account.add", name, level=level, area=str(area))
    say(f"account {name} can sign in")


@account_commands.command("list")
@json_option
@register_option
@home_option
def list_accounts(as_json: bool, register_url: str | None, home: Path) -> None:
    """List all accounts: name, level, area, state, and since when."""
    with opened(Authority.open(home), register_url) as register, register.reading() as connection:
        for account in accounts.all_accounts(connection):
            click.echo(json.dumps(_as_json(account)) if as_json else _line(account))


@account_commands.command()
@click.argument("name")
@password_option
@_shared
def password(
    name: str, password_file: Path | None, operator: str, register_url: str | None, home: Path
) -> None:
    """Give the account NAME another password; whoever is signed in with it has to sign in anew."""
    authority = Authority.open(home)
    with opened(authority, register_url) as register:
        with register.reading() as connection:
            _account(connection, name)
        password_hash = hash_password(ask_new_password(name, password_file))
        with register.writing() as connection:
            account_id = _account(connection, name).actor.account_id
            accounts.change_password_hash(connection, account_id, password_hash)
            _tell(connection, operator, "account.password", name)


@account_commands.command()
@click.argument("name")
@_shared
def close(name: str, operator: str, register_url: str | None, home: Path) -> None:
    """Close the account NAME: it is signed out and cannot sign in. Nothing it did is lost."""
    with opened(Authority.open(home), register_url) as register, register.writing() as connection:
        account_id = _account(connection, name).actor.account_id
        accounts.close_account(connection, account_id, SystemClock().now())
        _tell(connection, operator, "account.close", name)


@account_commands.command("open")
@click.argument("name")
@_shared
def open_account(name: str, operator: str, register_url: str | None, home: Path) -> None:
    """Let the account NAME sign in again, after it was closed or has to wait."""
    with opened(Authority.open(home), register_url) as register, register.writing() as connection:
        accounts.open_again(connection, _account(connection, name).actor.account_id)
        _tell(connection, operator, "account.open", name)


@account_commands.command()
@click.argument("name")
@click.option(
    "--days",
    type=click.IntRange(1, MAX_TOKEN_DAYS),
    default=90,
    show_default=True,
    help="How long it can be used.",
)
@_shared
def token(name: str, days: int, operator: str, register_url: str | None, home: Path) -> None:
    """Make a token for the software of the account NAME and print it, this once."""
    seconds = int(timedelta(days=days).total_seconds())
    now = SystemClock().now()
    with opened(Authority.open(home), register_url) as register, register.writing() as connection:
        account = _account(connection, name)
        if account.closed_at is not None:
            raise AccountError("that account is closed", hint="dosepass-issuer account open")
        made = issue_token(connection, account, now, seconds)
        _tell(connection, operator, "account.token", name, days=days)
    click.echo(made.text)
    say(f"it works until {to_rfc3339(made.expires_at)}; the register keeps only its hash")


def _account(connection: Connection, name: str) -> Account:
    account = accounts.find_account(connection, name)
    if account is None:
        raise AccountError(
            "there is no account of that name", hint="dosepass-issuer account list shows all"
        )
    return account


def _tell(connection: Connection, operator: str, action: str, name: str, **details: Any) -> None:
    audit.append(
        connection,
        at=SystemClock().now(),
        actor=f"console:{operator}",
        action=action,
        subject=f"account {name}",
        **details,
    )


def _state(account: Account) -> str:
    if account.closed_at is not None:
        return "closed"
    waits = account.locked_until is not None and account.locked_until > SystemClock().now()
    return "waits" if waits else "open"


def _line(account: Account) -> str:
    actor = account.actor
    made = to_rfc3339(account.created_at)
    return _LINE.format(actor.name, actor.level, str(actor.area), _state(account), made)


def _as_json(account: Account) -> dict[str, Any]:
    actor = account.actor
    return {
        "name": actor.name,
        "level": actor.level,
        "province": actor.area.province,
        "district": actor.area.district,
        "site": actor.area.site,
        "state": _state(account),
        "created_at": to_rfc3339(account.created_at),
    }
