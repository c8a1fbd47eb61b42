"""Rotating, retiring, and a stolen key: whole lives over a real register and a real client."""

import resource
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from keys.algorithms import verifier_for
from keys.authority import Authority
from keys.bundle import STATUS_INDEX
from keys.errors import (
    AuthorityError,
    HintedError,
    KeyScheduleError,
    PublishError,
    SecretError,
    SignerError,
)
from keys.ledger import REGISTER_FILE, LedgerError
from keys.pkcs11.uri import Pkcs11Uri
from keys.publication.status_tokens import STATUS_KEY_FILES
from keys.schedule import HANDOVER, choose_signing_key, state_of
from keys.secrets import FixedSecret
from spec.certificate import Timestamp
from spec.cose import Algorithm
from spec.genuine_list import is_genuine
from spec.limits import STATUS_LIST_SIZE
from spec.status_list import Status, status_at
from spec.trust_list import KeyState
from tests.keys.homes import DAY, HOUR, SECRET, after, at, fetch, root_of
from tests.keys.registers import certificates, digest_of, issue, revoke
from tests.keys.tokens import SECRET as PIN_SECRET
from tests.keys.tokens import release_tokens, tokens_in
from tests.simulation.thief import Thief
from verifier.pipeline import check

WRONG = FixedSecret(b"wrong passphrase")


def verdicts(
    authority: Authority, directory: Path, moment: Timestamp, judged_at: Timestamp | None = None
) -> list[str]:
    """Fetch at a moment, and judge every issued certificate."""
    bundle = fetch(directory, authority.public.as_uri(), root_of(authority), moment)
    return [
        check(row.text, bundle, judged_at or moment).code.value
        for row in certificates(authority.home)
        if row.text
    ]


def states(authority: Authority, moment: Timestamp) -> list[str]:
    return [state_of(record, moment).name.lower() for record in authority.records()]


def test_certificates_and_a_revocation_reach_a_verifier(
    authority: Authority, directory: Path
) -> None:
    issue(authority, 3, after(HOUR))
    publication = authority.publish(after(2 * HOUR), SECRET)
    assert publication.lists == 1
    assert verdicts(authority, directory, after(2 * HOUR)) == ["ok"] * 3
    revoke(authority, [certificates(authority.home)[1].position], after(3 * HOUR))
    assert verdicts(authority, directory, after(4 * HOUR)) == ["ok"] * 3
    authority.publish(after(5 * HOUR), SECRET)
    assert verdicts(authority, directory, after(5 * HOUR)) == ["ok", "revoked", "ok"]


def test_unassigned_positions_read_invalid(authority: Authority, directory: Path) -> None:
    issue(authority, 3, after(HOUR))
    authority.publish(after(2 * HOUR), SECRET)
    bundle = fetch(directory, authority.public.as_uri(), root_of(authority), after(2 * HOUR))
    valid = [
        index
        for index in range(STATUS_LIST_SIZE)
        if status_at(bundle.status.lists[0], index) is Status.VALID
    ]
    assert valid == sorted(row.position for row in certificates(authority.home))


def test_only_a_changed_list_gets_a_new_name(authority: Authority) -> None:
    issue(authority, 2, after(HOUR))
    authority.publish(after(2 * HOUR), SECRET)
    before = set((authority.public / "targets" / "status").glob("*.0.cwt"))
    authority.publish(after(3 * HOUR), SECRET)
    assert set((authority.public / "targets" / "status").glob("*.0.cwt")) == before
    revoke(authority, [certificates(authority.home)[0].position], after(4 * HOUR))
    authority.publish(after(5 * HOUR), SECRET)
    assert len(set((authority.public / "targets" / "status").glob("*.0.cwt")) - before) == 1


def test_a_rotation_turns_nobody_away(authority: Authority, directory: Path) -> None:
    issue(authority, 2, after(HOUR))
    done = authority.rotate(after(10 * DAY), SECRET)
    assert done.made is not None
    assert done.made.signs_from == after(11 * DAY)
    assert states(authority, after(10 * DAY)) == ["active", "pending"]
    issue(authority, 2, after(11 * DAY - 1), first=2)
    issue(authority, 2, after(11 * DAY), first=4)
    authority.tick(after(11 * DAY), SECRET)
    assert states(authority, after(11 * DAY + HANDOVER)) == ["retired", "active"]
    rows = certificates(authority.home)
    assert [row.kid for row in rows] == [
        *[authority.records()[0].kid.hex()] * 4,
        *[done.made.kid.hex()] * 2,
    ]
    assert verdicts(authority, directory, after(11 * DAY)) == ["ok"] * 6


def test_a_second_rotation_does_nothing(authority: Authority) -> None:
    authority.rotate(after(10 * DAY), SECRET)
    before = digest_of(authority.home)
    again = authority.rotate(after(10 * DAY + HOUR), SECRET)
    assert (again.made, again.publication) == (None, None)
    assert digest_of(authority.home) == before


def test_a_rotation_that_was_cut_off_is_completed(authority: Authority) -> None:
    (authority.public / "metadata" / "timestamp.json").rename(authority.home / "away")
    (authority.public / "metadata" / "timestamp.json").mkdir()
    with pytest.raises(PublishError):
        authority.rotate(after(10 * DAY), SECRET)
    (authority.public / "metadata" / "timestamp.json").rmdir()
    (authority.home / "away").rename(authority.public / "metadata" / "timestamp.json")
    assert authority.records()[1].published_at is None
    done = authority.rotate(after(10 * DAY + HOUR), SECRET)
    assert done.made is None
    assert authority.records()[1].published_at == after(10 * DAY + HOUR)
    assert len(authority.records()) == 2


def test_ticks_make_one_successor_in_time(authority: Authority) -> None:
    for day in (1, 60, 92, 93, 94, 100, 119, 121):
        authority.tick(after(day * DAY), SECRET)
        authority.tick(after(day * DAY + 60), SECRET)
    first, second = authority.records()
    assert second.created_at <= after(95 * DAY)
    assert second.signs_from < first.signs_until
    for day in range(1, 200):
        assert choose_signing_key(authority.records(), after(day * DAY))


def test_two_ticks_at_once_make_one_key(authority: Authority) -> None:
    def tick() -> None:
        Authority.open(authority.home).tick(after(100 * DAY), SECRET)

    with at(after(100 * DAY)):
        threads = [threading.Thread(target=tick) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(authority.records()) == 2


def test_a_tick_that_must_not_wait(authority: Authority) -> None:
    with (
        authority.locked(),
        pytest.raises(AuthorityError, match="another command is at work"),
    ):
        authority.tick(after(DAY), SECRET, wait=False)
    authority.tick(after(DAY), SECRET, wait=False)


def test_a_tick_after_a_long_outage_begins_anew(authority: Authority) -> None:
    done = authority.tick(after(400 * DAY), SECRET)
    assert done.made is not None
    assert done.made.signs_from == after(401 * DAY)
    assert states(authority, after(401 * DAY)) == ["retired", "active"]


def test_a_retired_key_signs_no_more_and_its_certificates_stand(
    authority: Authority, directory: Path
) -> None:
    issue(authority, 2, after(HOUR))
    authority.generate(Algorithm.ES256, SECRET, after(2 * HOUR), at_once=True)
    (first, second) = authority.records()
    issue(authority, 1, after(2 * HOUR), first=2)
    authority.retire(second.kid, after(3 * HOUR))
    assert choose_signing_key(authority.records(), after(4 * HOUR)).kid == first.kid
    authority.publish(after(4 * HOUR), SECRET)
    assert verdicts(authority, directory, after(5 * HOUR)) == ["ok"] * 3
    before = digest_of(authority.home)
    assert not authority.retire(second.kid, after(5 * HOUR)).plan.publish
    assert digest_of(authority.home) == before


def forgeries(authority: Authority, texts: list[str]) -> list[str]:
    """Certificates of other people, at genuine and other positions, signed with the real key."""
    passphrase = authority.home.parent / "passphrase.txt"
    passphrase.write_text("correct horse battery\n")
    thief = Thief(authority.records()[0], authority.home, passphrase, seed=1)
    return [thief.forge(text, after(2 * HOUR)) for text in texts for _ in range(5)]


def test_the_worst_day(authority: Authority, directory: Path) -> None:
    issue(authority, 4, after(HOUR))
    revoke(authority, [certificates(authority.home)[0].position], after(HOUR + 60))
    authority.publish(after(2 * HOUR), SECRET)
    kid = authority.records()[0].kid
    forged = forgeries(authority, [row.text for row in certificates(authority.home)])
    bundle = fetch(directory, authority.public.as_uri(), root_of(authority), after(2 * HOUR))
    assert "ok" in [check(text, bundle, after(2 * HOUR)).code.value for text in forged]

    done = authority.compromise([kid], after(3 * HOUR), SECRET)
    assert done.made is not None
    assert done.publication is not None
    assert done.publication.genuine == {kid: 4}
    assert states(authority, after(3 * HOUR)) == ["compromised", "pending"]
    assert verdicts(authority, directory, after(3 * HOUR)) == ["revoked", "ok", "ok", "ok"]
    bundle = fetch(directory, authority.public.as_uri(), None, after(3 * HOUR))
    codes = [check(text, bundle, after(3 * HOUR)).code.value for text in forged]
    assert codes == ["key_compromised"] * len(forged)
    with pytest.raises(KeyScheduleError):
        authority.active_signer(after(3 * HOUR), SECRET)

    again = authority.compromise([kid], after(4 * HOUR), SECRET)
    assert again.made is None
    assert len(authority.records()) == 2
    assert authority.records()[0].compromised_at == after(3 * HOUR)

    issue(authority, 1, after(2 * DAY), first=9)
    authority.tick(after(2 * DAY), SECRET)
    assert verdicts(authority, directory, after(2 * DAY)) == ["revoked", "ok", "ok", "ok", "ok"]


def test_a_compromise_that_signs_at_once_makes_one_key(authority: Authority) -> None:
    kid = authority.records()[0].kid
    for hour in (3, 4):
        authority.compromise([kid], after(hour * HOUR), SECRET, at_once=True)
    assert states(authority, after(3 * HOUR)) == ["compromised", "active"]


def test_the_digests_are_those_of_the_payloads(authority: Authority, directory: Path) -> None:
    issue(authority, 3, after(HOUR))
    (record,) = authority.records()
    authority.compromise([record.kid], after(2 * HOUR), SECRET)
    bundle = fetch(directory, authority.public.as_uri(), root_of(authority), after(2 * HOUR))
    digests = bundle.keys[record.kid].genuine[0]
    for row in certificates(authority.home):
        assert is_genuine(digests, row.position, row.payload)
        assert not is_genuine(digests, row.position, row.payload + b"\0")


def test_keys_in_a_token_are_followed_by_keys_in_it(authority: Authority, tmp_path: Path) -> None:
    with tokens_in(tmp_path) as tokens:
        tokens.make("dosepass")
        first = authority.generate(
            Algorithm.ES256, PIN_SECRET, after(HOUR), at_once=True, token="pkcs11:token=dosepass"
        )
        authority.publish(after(2 * HOUR), SECRET)
        made = authority.rotate(after(DAY), PIN_SECRET).made
        assert made is not None
        uris = [Pkcs11Uri.from_text(record.uri) for record in (first, made)]
        assert [uri.token for uri in uris] == ["dosepass"] * 2
        assert uris[0].object != uris[1].object
        assert uris[0].id != uris[1].id
        signer = authority.active_signer(after(2 * DAY), PIN_SECRET)
        assert signer.kid == made.kid
        verifier_for(made.public_key)(signer.sign(b"message"), b"message")
        release_tokens()
        with pytest.raises(SecretError, match="no PIN"):
            authority.rotate(after(100 * DAY), SECRET)
        assert len(authority.records()) == 3
        # The token is gone with the thief: the mark goes online all the same.
        with tokens.away():
            release_tokens()
            done = authority.compromise([made.kid], after(3 * DAY), PIN_SECRET)
            assert done.not_made is None, "the first key still signs"
            kids = [record.kid for record in authority.records()]
            done = authority.compromise(kids, after(4 * DAY), PIN_SECRET)
        assert isinstance(done.not_made, SignerError)
        assert states(authority, after(4 * DAY)) == ["compromised"] * 3
        again = authority.compromise(kids, after(5 * DAY), PIN_SECRET)
        assert again.made is not None


@contextmanager
def no_room(size: int) -> Iterator[None]:
    """A disk that takes no file beyond a size, as a full one would."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("size", [0, 100, 400, 1000, 2000, 4000])
@pytest.mark.parametrize("operation", ["publish", "tick", "rotate", "compromise"])
def test_a_full_disk_loses_nothing(
    authority: Authority, directory: Path, operation: str, size: int
) -> None:
    issue(authority, 2, after(HOUR))
    authority.publish(after(2 * HOUR), SECRET)
    kid = authority.records()[0].kid
    moment = after(100 * DAY)

    def run() -> None:
        if operation == "compromise":
            authority.compromise([kid], moment, SECRET)
        else:
            getattr(authority, operation)(moment, SECRET)

    with no_room(size), pytest.raises(HintedError) as caught:
        run()
    assert caught.value.hint
    assert not list(authority.home.glob(".spool*"))
    run()
    assert len(authority.records()) == (1 if operation == "publish" else 2)
    assert verdicts(authority, directory, moment) == ["ok"] * 2


@pytest.mark.parametrize("operation", ["publish", "tick", "rotate", "compromise"])
def test_a_wrong_passphrase_changes_nothing(authority: Authority, operation: str) -> None:
    issue(authority, 1, after(HOUR))
    authority.publish(after(2 * HOUR), SECRET)
    before = digest_of(authority.home)
    arguments = [[authority.records()[0].kid]] if operation == "compromise" else []
    with pytest.raises(SignerError, match="the passphrase does not open"):
        getattr(authority, operation)(*arguments, after(100 * DAY), WRONG)
    assert digest_of(authority.home) == before


def test_a_register_restored_from_an_old_backup_is_not_published(
    authority: Authority, tmp_path: Path
) -> None:
    issue(authority, 2, after(HOUR))
    shutil.copy(authority.home / REGISTER_FILE, tmp_path / "backup")
    revoke(authority, [certificates(authority.home)[0].position], after(2 * HOUR))
    authority.publish(after(3 * HOUR), SECRET)
    shutil.copy(tmp_path / "backup", authority.home / REGISTER_FILE)
    before = digest_of(authority.home)
    with pytest.raises(PublishError, match="older than what is published") as caught:
        authority.publish(after(4 * HOUR), SECRET)
    assert "backup" in (caught.value.hint or "")
    assert digest_of(authority.home) == before
    (authority.home / REGISTER_FILE).unlink()
    with pytest.raises(PublishError, match="fewer status lists"):
        authority.publish(after(4 * HOUR), SECRET)


def test_a_register_by_its_url(authority: Authority, tmp_path: Path) -> None:
    issue(authority, 2, after(HOUR))
    (authority.home / REGISTER_FILE).rename(tmp_path / "elsewhere.sqlite3")
    url = f"sqlite:///{tmp_path / 'elsewhere.sqlite3'}"
    assert authority.publish(after(2 * HOUR), SECRET, url).lists == 1
    with pytest.raises(LedgerError):
        authority.publish(after(3 * HOUR), SECRET, f"sqlite:///{tmp_path / 'nowhere.sqlite3'}")


def test_a_register_that_is_none(authority: Authority) -> None:
    (authority.home / REGISTER_FILE).write_bytes(b"not a database" * 100)
    before = digest_of(authority.home)
    with pytest.raises(LedgerError):
        authority.publish(after(HOUR), SECRET)
    assert digest_of(authority.home) == before


DAMAGED = ["1.root.json", "1.snapshot.json", "timestamp.json"]


@pytest.mark.parametrize("name", DAMAGED)
@pytest.mark.parametrize("content", [b"", b"{}", b"\xff"])
def test_a_damaged_repository_is_told(authority: Authority, name: str, content: bytes) -> None:
    (authority.public / "metadata" / name).write_bytes(content)
    before = digest_of(authority.home)
    with pytest.raises(PublishError) as caught:
        authority.publish(after(HOUR), SECRET)
    assert caught.value.hint
    assert before.items() <= digest_of(authority.home).items(), "nothing that was there changed"
    assert [w.code for w in authority.outlook(after(HOUR)).warnings] == ["repository"]


def test_a_missing_published_file_is_told_and_mended(authority: Authority, directory: Path) -> None:
    (path,) = (authority.public / "targets").glob("*.trust-list.cbor")
    path.write_bytes(b"damaged")
    assert [w.code for w in authority.outlook(after(HOUR)).warnings] == ["repository"]
    authority.publish(after(HOUR), SECRET)
    assert authority.outlook(after(HOUR)).warnings == ()
    assert fetch(directory, authority.public.as_uri(), root_of(authority), after(HOUR)).keys


def test_a_clock_that_was_put_back(authority: Authority) -> None:
    authority.publish(after(DAY), SECRET)
    before = digest_of(authority.home)
    with pytest.raises(PublishError, match="clock"):
        authority.publish(after(HOUR), SECRET)
    assert digest_of(authority.home) == before
    assert [w.code for w in authority.outlook(after(HOUR)).warnings] == ["clock_behind"]


def test_a_lost_status_key_is_made_anew(authority: Authority, directory: Path) -> None:
    issue(authority, 1, after(HOUR))
    (path,) = authority.private.glob(STATUS_KEY_FILES)
    path.unlink()
    with pytest.raises(SignerError, match="the passphrase does not open"):
        authority.publish(after(2 * HOUR), WRONG)
    authority.publish(after(2 * HOUR), SECRET)
    assert verdicts(authority, directory, after(2 * HOUR)) == ["ok"]


def test_what_a_killed_run_left_is_cleared(authority: Authority) -> None:
    left = authority.home / ".spool-killed"
    left.mkdir()
    (left / "0.bin").write_bytes(b"half")
    (authority.home / ".keys.json.x.part").write_bytes(b"half")
    (authority.private / "signing-0011223344556677.pem").write_bytes(b"")
    authority.tick(after(HOUR), SECRET)
    assert not left.exists()
    assert not (authority.home / ".keys.json.x.part").exists()
    authority.rotate(after(2 * HOUR), SECRET)
    assert authority.active_signer(after(2 * HOUR), SECRET)


def test_the_publication_names_the_index(authority: Authority) -> None:
    publication = authority.publish(after(HOUR), SECRET)
    assert publication.status_until == after(HOUR + 9 * DAY)
    assert publication.fresh_until == after(HOUR + 10 * DAY)
    assert authority.published().newest == after(HOUR)
    assert list((authority.public / "targets" / "status").glob("*." + STATUS_INDEX[7:]))


def test_no_pin_for_the_token_of_a_stolen_key(authority: Authority, tmp_path: Path) -> None:
    """The mark goes online though the new key cannot be made where the stolen one lay."""
    path = authority.home / "keys.json"
    record = authority.records()[0]
    in_token = path.read_text().replace(record.uri, "pkcs11:token=gone;object=x?module-path=/none")
    path.write_text(in_token)
    done = authority.compromise([record.kid], after(HOUR), SECRET)
    assert isinstance(done.not_made, (SignerError, SecretError))
    assert done.publication is not None
    assert states(authority, after(HOUR)) == ["compromised"]
    trust = fetch(tmp_path / "trust", authority.public.as_uri(), root_of(authority), after(HOUR))
    assert trust.keys[record.kid].trusted.state is KeyState.COMPROMISED


def test_a_home_that_cannot_be_written(authority: Authority) -> None:
    (authority.home / ".lock").unlink()
    (authority.home / ".lock").mkdir()
    for act in (
        lambda: authority.publish(after(HOUR), SECRET),
        lambda: authority.tick(after(HOUR), SECRET),
        lambda: authority.retire(authority.records()[0].kid, after(HOUR), alone=True),
    ):
        with pytest.raises(AuthorityError, match="cannot be written") as caught:
            act()
        assert caught.value.hint
