"""A key in a real token issues; when the token breaks within a batch, nothing is half issued."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import pytest

from issuer.register.models import CertificateState
from keys.errors import SignerError
from keys.signer import Signer, signer_from_uri
from spec.cose import Algorithm, Kid
from spec.trust_list import PublicKey, TrustedKey
from tests.authority import DAY
from tests.issuer.world import Keys, World, stranger
from tests.keys.tokens import SECRET, URI, Tokens, lose_session, made, tokens_in

RESERVED, ISSUED = CertificateState.RESERVED, CertificateState.ISSUED
PEOPLE, BATCH = 7, 3

Break = Callable[[], object]


class TokenKey:
    """A key in a token that the authority's trust list names, broken after some signatures."""

    def __init__(self, signer: Signer, trusted: TrustedKey) -> None:
        self.signer, self.trusted = signer, trusted
        self.sound = -1
        self.break_it: Break = lambda: None

    @property
    def kid(self) -> Kid:
        return self.signer.kid

    @property
    def public_key(self) -> PublicKey:
        return self.signer.public_key

    def sign(self, message: bytes) -> bytes:
        if self.sound == 0:
            self.break_it()
        self.sound -= 1
        return self.signer.sign(message)


@pytest.fixture
def tokens(tmp_path: Path) -> Iterator[Tokens]:
    with tokens_in(tmp_path / "softhsm") as found:
        found.make("dosepass")
        yield found


@pytest.fixture
def key(tokens: Tokens, world: World, request: pytest.FixtureRequest) -> TokenKey:
    made(getattr(request, "param", Algorithm.ES256))
    signer = signer_from_uri(URI, SECRET)
    held = world.authority.change_key("active", kid=signer.kid, public_key=signer.public_key)
    found = TokenKey(signer, held.trusted)
    world.keys = Keys(found)
    return found


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path)
    people = (stranger(number) for number in range(PEOPLE))
    world.take_in(*people)
    return world


@pytest.mark.parametrize("key", list(Algorithm), indirect=True)
def test_a_key_in_a_token_issues(world: World, key: TokenKey) -> None:
    assert world.issuing(BATCH).run().issued == PEOPLE
    assert len(world.issued()) == PEOPLE
    assert {one.kid for one in world.certificates(ISSUED)} == {key.kid.hex()}


@pytest.mark.parametrize("sound", [0, 1, 4, PEOPLE - 1])
@pytest.mark.parametrize("way", ["removed", "session lost"])
def test_a_token_that_breaks(
    world: World, key: TokenKey, tokens: Tokens, sound: int, way: str
) -> None:
    away: AbstractContextManager[None] = tokens.away() if way == "removed" else nullcontext()
    key.sound = sound
    key.break_it = away.__enter__ if way == "removed" else lambda: lose_session(URI)
    with pytest.raises(SignerError, match="the session with the token dosepass is lost"):
        world.issuing(BATCH).run()
    left = world.certificates(RESERVED)
    assert len(left) == min(BATCH, PEOPLE - sound // BATCH * BATCH)
    assert len(world.certificates(ISSUED)) == sound // BATCH * BATCH
    assert [one.text for one in left] == [None] * len(left)
    away.__exit__(None, None, None)
    _completes(world, {one.id: one.payload for one in left})


def test_a_token_that_stays_away(world: World, key: TokenKey, tokens: Tokens) -> None:
    key.sound, away = 1, tokens.away()
    key.break_it = away.__enter__
    for words in ("is lost", "cannot be loaded or started", "cannot be loaded or started"):
        with pytest.raises(SignerError, match=words):
            world.issuing(BATCH).run()
        assert world.certificates(ISSUED) == []
    left = world.certificates(RESERVED)
    assert len(left) == BATCH
    away.__exit__(None, None, None)
    _completes(world, {one.id: one.payload for one in left})


def test_a_token_in_which_another_key_took_the_place(
    world: World, key: TokenKey, tokens: Tokens, tmp_path: Path
) -> None:
    """The signer finds it when it opens the key anew; no certificate bears a wrong signature."""
    other = tmp_path / "other"

    def exchange() -> None:
        tokens.folder.rename(other)
        tokens.folder.mkdir()
        tokens.make("dosepass")
        made(key.public_key.algorithm)

    key.sound, key.break_it = 1, exchange
    with pytest.raises(SignerError, match="is another key than before"):
        world.issuing(BATCH).run()
    left = {one.id: one.payload for one in world.certificates(RESERVED)}
    assert world.certificates(ISSUED) == []
    tokens.folder.rename(tmp_path / "wrong")
    other.rename(tokens.folder)
    key.break_it = lambda: None
    _completes(world, left)


def _completes(world: World, left: dict[int, bytes]) -> None:
    """The next run signs what was reserved, with the same payloads, and then the rest."""
    world.clock.advance(DAY)
    world.issuing(BATCH).run()
    issued = {one.id: one.payload for one in world.certificates(ISSUED)}
    assert len(issued) == len(world.certificates()) == PEOPLE
    assert left
    assert {number: issued[number] for number in left} == left
    assert len(world.issued()) == PEOPLE
