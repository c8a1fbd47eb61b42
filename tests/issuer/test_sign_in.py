"""Signing in: right and wrong passwords, waiting, tokens that end."""

import threading
from pathlib import Path

import pytest

from issuer.access import accounts, audit, passwords
from issuer.access.accounts import AccountError, check_area, find_account, insert_account
from issuer.access.passwords import hash_password, is_password
from issuer.access.rights import NATION, Area, Level
from issuer.access.sign_in import (
    SESSION_SECONDS,
    MustWaitError,
    SignInError,
    actor_of,
    authenticate,
    issue_token,
    sign_in,
    sign_out,
)
from issuer.register.database import Register
from tests.issuer.world import World

PASSWORD = "five words and a 7"


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path)
    add(world, "lan", Level.PROVINCE, Area(province="79"))
    return world


def add(world: World, name: str, level: Level, area: Area) -> int:
    with world.register.writing() as connection:
        return insert_account(
            connection, name, hash_password(PASSWORD), level, area, world.clock.now()
        )


def fail(world: World, times: int, name: str = "lan") -> None:
    for _ in range(times):
        with pytest.raises(SignInError):
            sign_in(world.register, name, "wrong", world.clock)


def who(world: World, token: str) -> str | None:
    with world.register.reading() as connection:
        found = actor_of(connection, token, world.clock.now())
    return None if found is None else found[0].name


def test_a_right_password_opens_a_session(world: World) -> None:
    token = sign_in(world.register, "lan", PASSWORD, world.clock)
    assert (token.actor.level, token.actor.area) == (Level.PROVINCE, Area(province="79"))
    assert who(world, token.text) == "lan"


def test_the_database_holds_neither_password_nor_token(world: World) -> None:
    token = sign_in(world.register, "lan", PASSWORD, world.clock)
    world.register.close()
    stored = b"".join(path.read_bytes() for path in world.folder.glob("register.sqlite3*"))
    assert PASSWORD.encode() not in stored
    assert token.text.encode() not in stored
    assert token.text[4:].encode() not in stored
    assert b"$argon2id$" in stored


@pytest.mark.parametrize(
    ("name", "password"),
    [("lan", PASSWORD + " "), ("lan", ""), ("LAN", PASSWORD), ("nobody", PASSWORD)],
)
def test_all_else_is_refused_in_the_same_words(world: World, name: str, password: str) -> None:
    with pytest.raises(SignInError, match="name or the password is wrong"):
        sign_in(world.register, name, password, world.clock)


def test_nobodys_password_costs_the_same_work(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []

    class Hasher:
        def verify(self, known: str, _: str) -> bool:
            tried.append(known)
            return True

    monkeypatch.setattr(passwords, "_HASHER", Hasher())
    assert not is_password("anything", None)
    assert len(tried) == 1


def test_after_five_wrong_ones_even_the_right_one_waits(world: World) -> None:
    fail(world, accounts.FREE_TRIES)
    with pytest.raises(MustWaitError) as caught:
        sign_in(world.register, "lan", PASSWORD, world.clock)
    assert caught.value.seconds == 30
    world.clock.advance(30)
    assert sign_in(world.register, "lan", PASSWORD, world.clock)
    fail(world, accounts.FREE_TRIES - 1)  # the count began anew
    assert sign_in(world.register, "lan", PASSWORD, world.clock)


def test_the_wait_doubles_up_to_a_quarter_of_an_hour() -> None:
    waits = [accounts.wait_after(tries) for tries in range(1, 14)]
    assert waits == [0, 0, 0, 0, 30, 60, 120, 240, 480, 900, 900, 900, 900]
    assert accounts.wait_after(10**9) == 900


def test_many_wrong_ones_stand_in_the_audit_trail(world: World) -> None:
    fail(world, accounts.FREE_TRIES)
    with world.register.reading() as connection:
        (entry,) = audit.entries(connection)
    assert (entry.actor, entry.action, entry.subject) == ("-", "session.locked", "account lan")


def test_guesses_at_the_same_time_cannot_outrun_the_count(world: World) -> None:
    outcomes: list[type] = []

    def guess() -> None:
        register = Register.open(world.folder / "register.sqlite3")
        try:
            authenticate(register, "lan", "wrong", world.clock)
        except (SignInError, MustWaitError) as error:
            outcomes.append(type(error))
        finally:
            register.close()

    threads = [threading.Thread(target=guess) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count(SignInError) == accounts.FREE_TRIES
    assert outcomes.count(MustWaitError) == 12 - accounts.FREE_TRIES


def test_a_session_ends_by_itself(world: World) -> None:
    token = sign_in(world.register, "lan", PASSWORD, world.clock)
    world.clock.advance(SESSION_SECONDS - 1)
    assert who(world, token.text) == "lan"
    world.clock.advance(1)
    assert who(world, token.text) is None


@pytest.mark.parametrize("token", ["", "dpt_", "dpt_" + "A" * 43, "é" * 50, "x" * 100_000])
def test_a_token_that_nobody_gave(world: World, token: str) -> None:
    assert who(world, token) is None


def test_signing_out_ends_this_session_alone(world: World) -> None:
    first, second = (sign_in(world.register, "lan", PASSWORD, world.clock) for _ in range(2))
    with world.register.writing() as connection:
        sign_out(connection, first.text, first.actor, world.clock.now())
    assert (who(world, first.text), who(world, second.text)) == (None, "lan")


def test_a_closed_account_is_out_at_once_and_comes_back(world: World) -> None:
    token = sign_in(world.register, "lan", PASSWORD, world.clock)
    with world.register.writing() as connection:
        accounts.close_account(connection, token.actor.account_id, world.clock.now())
    assert who(world, token.text) is None
    fail(world, 1)
    with pytest.raises(SignInError):
        sign_in(world.register, "lan", PASSWORD, world.clock)
    with world.register.writing() as connection:
        accounts.open_again(connection, token.actor.account_id)
    assert sign_in(world.register, "lan", PASSWORD, world.clock)


def test_another_password_ends_the_sessions_of_the_former(world: World) -> None:
    token = sign_in(world.register, "lan", PASSWORD, world.clock)
    with world.register.writing() as connection:
        accounts.change_password_hash(
            connection, token.actor.account_id, hash_password("another long one")
        )
    assert who(world, token.text) is None
    fail(world, 1)
    assert sign_in(world.register, "lan", "another long one", world.clock)


def test_a_token_for_software_lasts_as_long_as_it_was_made_for(world: World) -> None:
    with world.register.writing() as connection:
        account = find_account(connection, "lan")
        assert account is not None
        token = issue_token(connection, account, world.clock.now(), 90 * 86_400)
    world.clock.advance(90 * 86_400 - 1)
    assert who(world, token.text) == "lan"
    world.clock.advance(1)
    assert who(world, token.text) is None


def test_a_hash_with_old_parameters_is_renewed(world: World) -> None:
    weak = passwords.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    with world.register.writing() as connection:
        accounts.change_password_hash(connection, 1, weak)
    sign_in(world.register, "lan", PASSWORD, world.clock)
    with world.register.reading() as connection:
        account = find_account(connection, "lan")
    assert account is not None
    assert "m=19456" in account.password_hash


@pytest.mark.parametrize(
    ("name", "level", "area"),
    [
        ("", Level.NATION, NATION),
        ("Lan", Level.NATION, NATION),
        ("lan ", Level.NATION, NATION),
        ("-lan", Level.NATION, NATION),
        ("l" * 65, Level.NATION, NATION),
        ("lân", Level.NATION, NATION),
        ("lan", Level.NATION, Area(province="79")),
        ("lan", Level.PROVINCE, NATION),
        ("lan", Level.PROVINCE, Area(province="7")),
        ("lan", Level.PROVINCE, Area(province="٧٩")),
        ("lan", Level.PROVINCE, Area(province="79", site="79001")),
        ("lan", Level.DISTRICT, Area(province="79")),
        ("lan", Level.DISTRICT, Area(district="7600")),
        ("lan", Level.SITE, Area(province="79", district="760")),
        ("lan", Level.SITE, Area(site="")),
        ("lan", Level.SITE, Area(site="../79001 x")),
        ("lan", Level.AUDITOR, Area(district="760")),
    ],
)
def test_no_account_has_such_a_name_or_area(name: str, level: Level, area: Area) -> None:
    with pytest.raises(AccountError):
        check_area(name, level, area)


def test_a_name_is_given_once(world: World) -> None:
    with pytest.raises(AccountError, match="of that name"):
        add(world, "lan", Level.NATION, NATION)
