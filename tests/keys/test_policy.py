"""The entry policy as a published target: kept in the home, fetched, changed and taken away."""

import json
from pathlib import Path

import pytest

from keys import client
from keys.authority import Authority
from keys.errors import AuthorityError, TrustBundleError
from keys.home import POLICY_FILE
from keys.kept.stored_bundle import StoredBundle
from spec.errors import MalformedError
from tests.keys.commands import SECRET as OPTIONS
from tests.keys.commands import Command
from tests.keys.homes import DAY, SECRET, after, fetch, found_and_publish, root_of, served
from tests.vectors.policies import example, rule

POLICY = json.dumps(example(), ensure_ascii=False).encode()


@pytest.fixture
def home(tmp_path: Path) -> Authority:
    return found_and_publish(tmp_path / "authority")


def test_it_is_published_fetched_and_kept_by_every_publication(
    home: Authority, tmp_path: Path
) -> None:
    trust = tmp_path / "trust"
    with served(home.public) as url:
        assert fetch(trust, url, root_of(home)).policy is None
        home.set_policy(POLICY)
        home.publish(after(60), SECRET)
        policy = fetch(trust, url, moment=after(60)).policy
        assert policy is not None
        assert [one.id for one in policy.rules] == ["green-14"]
        assert client.load(trust).policy == policy
        home.tick(after(DAY), SECRET)
        assert fetch(trust, url, moment=after(DAY)).policy == policy
        home.set_policy(json.dumps(example(rule("other"))).encode())
        home.publish(after(2 * DAY), SECRET)
        changed = fetch(trust, url, moment=after(2 * DAY)).policy
        assert changed is not None
        assert changed.rules[0].id == "other"
        home.set_policy(None)
        home.publish(after(3 * DAY), SECRET)
        assert fetch(trust, url, moment=after(3 * DAY)).policy is None


@pytest.mark.parametrize("policy", [b"", b"{}", b"\xff", POLICY[:-1], POLICY + b" " * 300_000])
def test_what_is_none_is_not_kept(home: Authority, policy: bytes) -> None:
    home.set_policy(POLICY)
    with pytest.raises(AuthorityError):
        home.set_policy(policy)
    assert home.policy() == POLICY


def test_a_damaged_one_is_not_published(home: Authority, tmp_path: Path) -> None:
    (home.home / POLICY_FILE).write_bytes(POLICY[:100])
    with pytest.raises(AuthorityError, match="damaged"):
        home.publish(after(60), SECRET)
    with served(home.public) as url:
        assert fetch(tmp_path / "trust", url, root_of(home), after(60)).policy is None


def test_a_mirror_cannot_change_it(home: Authority, tmp_path: Path) -> None:
    home.set_policy(POLICY)
    home.publish(after(60), SECRET)
    (target,) = (home.public / "targets").glob(f"*{POLICY_FILE}")
    target.write_bytes(POLICY.replace(b"14", b"00"))
    with served(home.public) as url, pytest.raises(TrustBundleError):
        fetch(tmp_path / "trust", url, root_of(home), after(60))


def test_a_mirror_cannot_hold_it_back(home: Authority, tmp_path: Path) -> None:
    home.set_policy(POLICY)
    home.publish(after(60), SECRET)
    (target,) = (home.public / "targets").glob(f"*{POLICY_FILE}")
    target.unlink()
    with served(home.public) as url, pytest.raises(TrustBundleError):
        fetch(tmp_path / "trust", url, root_of(home), after(60))


def test_the_stored_bundle_keeps_it(home: Authority, tmp_path: Path) -> None:
    home.set_policy(POLICY)
    home.publish(after(60), SECRET)
    trust = tmp_path / "trust"
    with served(home.public) as url:
        fetch(trust, url, root_of(home), after(60))
    data = (trust / client.BUNDLE_FILE).read_bytes()
    stored = StoredBundle.from_cbor(data)
    assert (stored.policy, stored.to_cbor()) == (POLICY, data)
    at = data.index(b"green-14")
    with pytest.raises(MalformedError):
        StoredBundle.from_cbor(data[:at] + b"green-07" + data[at + 8 :])


def test_the_command(keys: Command, tmp_path: Path) -> None:
    file = tmp_path / "policy.json"
    file.write_bytes(POLICY)
    keys("init", *OPTIONS)
    keys("generate", "--sign-at-once", *OPTIONS)
    assert keys("publish", "--policy", str(file), *OPTIONS).code == 0
    home = Authority.open(tmp_path / "authority")
    assert home.policy() == POLICY
    file.write_bytes(b"{}")
    broken = keys("publish", "--policy", str(file), *OPTIONS)
    assert broken.code == 2
    assert "exactly the members" in broken.err
    assert "section 18" in broken.err
    assert home.policy() == POLICY
    both = keys("publish", "--policy", str(file), "--without-policy", *OPTIONS)
    assert both.code == 2
    assert keys("publish", "--policy", str(tmp_path / "none"), *OPTIONS).code == 2
    assert keys("publish", "--without-policy", *OPTIONS).code == 0
    assert home.policy() is None
