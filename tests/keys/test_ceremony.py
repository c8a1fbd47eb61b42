"""The root ceremony: who has signed what, by both thresholds, and every file that is refused."""

import json
from dataclasses import replace
from typing import Any

import pytest
from tuf.api.exceptions import UnsignedMetadataError

from keys.publication.role_keys import STATUS, STATUS_KEY_FIELD
from keys.root import words as root_words
from keys.root.ceremony import PartialSignature, check_present, complete, count
from keys.root.custodians import (
    MAX_NAME_LENGTH,
    CeremonyError,
    custodian_key,
)
from keys.root.draft import MAX_ROOT_LENGTH, RootFile, next_root
from tests.keys.ceremonies import (
    AN,
    BINH,
    CHI,
    DUNG,
    LATER,
    NOBODY,
    ONLINE,
    Custodian,
    draft_of,
    first_root,
    together,
)

# Who has to sign: custodians and threshold before, custodians and threshold after, those who
# sign, and how many are missing by the one and by the other.
TRIO, OTHERS = (AN, BINH, CHI), (CHI, DUNG, NOBODY)
COUNTS = [
    (TRIO, 2, TRIO, 2, (), (2, 2)),
    (TRIO, 2, TRIO, 2, (AN,), (1, 1)),
    (TRIO, 2, TRIO, 2, (AN, BINH), (0, 0)),
    (TRIO, 2, TRIO, 2, (AN, AN), (1, 1)),
    (TRIO, 2, TRIO, 3, (AN, BINH), (0, 1)),
    (TRIO, 3, TRIO, 1, (AN, BINH), (1, 0)),
    (TRIO, 2, OTHERS, 2, (AN, BINH), (0, 2)),
    (TRIO, 2, OTHERS, 2, (AN, CHI), (0, 1)),
    (TRIO, 2, OTHERS, 2, (CHI, DUNG), (1, 0)),
    (TRIO, 2, OTHERS, 2, (AN, CHI, DUNG), (0, 0)),
]


@pytest.mark.parametrize(("before", "old", "after", "new", "signers", "missing"), COUNTS)
def test_both_thresholds_count(
    before: tuple[Custodian, ...],
    old: int,
    after: tuple[Custodian, ...],
    new: int,
    signers: tuple[Custodian, ...],
    missing: tuple[int, int],
) -> None:
    present = first_root(old, *before)
    draft = draft_of(present, *after, threshold=new)
    partial = together(*(one.sign(draft, present) for one in signers))
    assert tuple(one.missing for one in count(draft, present, partial)) == missing
    if any(missing):
        with pytest.raises(CeremonyError, match="more of the custodians") as caught:
            complete(draft, present, partial)
        assert "root verify" in (caught.value.hint or "")
        return
    root = complete(draft, present, partial)
    for by in (present.root, draft.root):  # as a TUF client verifies it
        by.verify_delegate("root", root.signed_bytes, root.signatures)
    assert RootFile.from_json(root.to_bytes(), "2.root.json").sha256 == draft.sha256


@pytest.mark.parametrize(("given_keys", "default"), [(1, 1), (2, 2), (3, 2), (4, 3), (5, 3)])
def test_a_majority_is_the_default(given_keys: int, default: int) -> None:
    custodians = (AN, BINH, CHI, DUNG, NOBODY)[:given_keys]
    assert draft_of(first_root(1, AN), *custodians).root.roles["root"].threshold == default


def test_without_new_custodians_only_version_and_end_change() -> None:
    present = first_root(2, *TRIO)
    draft = draft_of(present)
    assert (draft.version, draft.root.expires) == (2, LATER)
    assert (draft.root.keys, draft.root.roles) == (present.root.keys, present.root.roles)
    assert draft.metadata.signatures == {}


def test_new_role_keys_and_none_that_nobody_names_stay() -> None:
    present = first_root(1, AN)
    role_keys = {"timestamp": BINH.key, STATUS: CHI.key}
    root = next_root(present.root, LATER, custodians=(), threshold=None, role_keys=role_keys)
    assert root.roles["timestamp"].keyids == [BINH.key.keyid]
    assert root.roles["snapshot"].keyids == [ONLINE.key.keyid]
    assert root.unrecognized_fields == {STATUS_KEY_FIELD: CHI.key.keyid}
    assert root.keys.keys() == {one.key.keyid for one in (AN, BINH, ONLINE)}


@pytest.mark.parametrize(
    ("custodians", "threshold", "words"),
    [
        ((AN, BINH), 3, "a threshold of 3 of 2 keys"),
        ((), 2, "a threshold of 2 of 1 keys"),
        ((AN, BINH), 0, "a threshold of 0 of 2 keys"),
        ((AN, BINH, AN), None, "Office An .* is given twice"),
        ((AN, ONLINE), None, "also the key of another role"),
    ],
)
def test_drafts_that_cannot_be(
    custodians: tuple[Custodian, ...], threshold: int | None, words: str
) -> None:
    with pytest.raises(CeremonyError, match=words):
        draft_of(first_root(1, AN), *custodians, threshold=threshold)


# Signatures that do not count

PRESENT = first_root(2, *TRIO)
DRAFT = draft_of(PRESENT)
OTHER_DRAFT = draft_of(PRESENT, threshold=3)
GOOD = AN.sign(DRAFT, PRESENT)


def edited(draft: RootFile) -> RootFile:
    """The draft with an end changed by hand after it was signed."""
    document = json.loads(draft.metadata.to_bytes())
    document["signed"]["expires"] = "2099-01-01T00:00:00Z"
    return RootFile.from_json(json.dumps(document).encode(), "2.root.json")


WRONG = [
    ("over another draft", DRAFT, AN.sign(OTHER_DRAFT, PRESENT), "signs another draft"),
    ("an edited draft", edited(DRAFT), GOOD, "or it was changed since"),
    ("of another version", DRAFT, replace(GOOD, version=3), "signs another draft"),
    ("by a stranger", DRAFT, replace(GOOD, keyid=DUNG.key.keyid), "custodian of neither root"),
    ("under another name", DRAFT, replace(GOOD, keyid=CHI.key.keyid), "Office Chi .* not hold"),
    ("of nothing", DRAFT, replace(GOOD, sig="00" * 64), "Office An .* does not hold"),
    (
        "of a hand-made name",
        DRAFT,
        replace(GOOD, keyid=BINH.key.keyid),
        "Office Bình .* does not hold",
    ),
]


@pytest.mark.parametrize(
    ("draft", "signature", "words"), [pytest.param(*row[1:], id=row[0]) for row in WRONG]
)
def test_a_signature_that_does_not_count_is_refused(
    draft: RootFile, signature: PartialSignature, words: str
) -> None:
    with pytest.raises(CeremonyError, match=words) as caught:
        count(draft, PRESENT, together(signature))
    assert caught.value.hint


def test_signatures_within_the_draft_count_too() -> None:
    root = complete(DRAFT, PRESENT, together(GOOD, BINH.sign(DRAFT, PRESENT)))
    signed = RootFile.from_json(root.to_bytes(), "2.root.json")
    assert [one.missing for one in count(signed, PRESENT, {})] == [0, 0]


def test_a_stranger_cannot_sign() -> None:
    with pytest.raises(CeremonyError, match="no custodian's"):
        DUNG.sign(DRAFT, PRESENT)


def test_a_custodian_who_leaves_signs_with_the_present_root_at_hand() -> None:
    draft = draft_of(PRESENT, *OTHERS)
    with pytest.raises(CeremonyError, match="no custodian's") as caught:
        AN.sign(draft)
    assert "--previous" in (caught.value.hint or "")
    assert AN.sign(draft, PRESENT).keyid == AN.key.keyid


def test_the_order_of_roots() -> None:
    third = draft_of(DRAFT)
    with pytest.raises(CeremonyError, match="root 3 does not follow root 1"):
        count(third, PRESENT, {})
    with pytest.raises(CeremonyError, match="root 1 does not follow root 1"):
        count(PRESENT, PRESENT, {})
    with pytest.raises(CeremonyError, match="root 2 is not signed by its own custodians"):
        check_present(DRAFT)
    with pytest.raises(CeremonyError, match="root 2 is not signed by its own custodians"):
        count(third, DRAFT, {})


def test_the_root_of_another_authority_is_no_present_root() -> None:
    assert [one.missing for one in count(DRAFT, first_root(1, DUNG), together(GOOD))] == [1, 1]
    root = complete(DRAFT, PRESENT, together(GOOD, BINH.sign(DRAFT)))
    with pytest.raises(UnsignedMetadataError):
        first_root(1, DUNG).root.verify_delegate("root", root.signed_bytes, root.signatures)


def test_a_root_that_no_client_would_read() -> None:
    custodians = [Custodian.named("x" * MAX_NAME_LENGTH) for _ in range(130)]
    present = first_root(1, *custodians[:1])
    draft = draft_of(present, *custodians, threshold=130)
    partial = together(*(one.sign(draft) for one in custodians))
    with pytest.raises(CeremonyError, match=f"longer than {MAX_ROOT_LENGTH} bytes"):
        complete(draft, present, partial)


# Words


def test_the_words_for_what_a_draft_changes() -> None:
    root = next_root(
        PRESENT.root,
        LATER,
        custodians=[one.key for one in OTHERS],
        threshold=3,
        role_keys={"timestamp": AN.key},
    )
    lines = root_words.changes(RootFile(metadata=_metadata(root), signed_bytes=b""), PRESENT)
    assert set(lines) == {
        "end: 2023-10-01T08:00:00Z becomes 2025-10-01T08:00:00Z",
        f"custodian removed: Office An ({AN.key.keyid[:12]})",
        f"custodian removed: Office Bình ({BINH.key.keyid[:12]})",
        f"custodian added: Office Dũng ({DUNG.key.keyid[:12]})",
        f"custodian added: {NOBODY.key.keyid[:12]}",
        "signatures needed: 2 of 3 becomes 3 of 3",
        f"timestamp key: {ONLINE.key.keyid[:12]} becomes Office An ({AN.key.keyid[:12]})",
    }
    assert root_words.changes(DRAFT, PRESENT) == [
        "end: 2023-10-01T08:00:00Z becomes 2025-10-01T08:00:00Z",
        "signatures needed: 2 of 3",
        "keys of the other roles: unchanged",
    ]


def _metadata(root: Any) -> Any:
    return type(DRAFT.metadata)(root)


def test_a_custodian_under_a_new_name_is_told() -> None:
    renamed = replace(AN, key=custodian_key(AN.private_key, "Somebody"))
    lines = root_words.changes(draft_of(PRESENT, renamed, BINH, CHI), PRESENT)
    short = AN.key.keyid[:12]
    assert f"custodian renamed: Office An ({short}) becomes Somebody ({short})" in lines


def test_the_words_for_what_a_draft_says() -> None:
    lines = root_words.contents(DRAFT)
    assert lines[0] == "root 2, ends at 2025-10-01T08:00:00Z"
    assert lines[1] == "signatures needed: 2 of 3 of these custodians"
    assert [line.strip().rsplit(" ", 1)[0] for line in lines[2:5]] == [
        "Office An",
        "Office Bình",
        "Office Chi",
    ]
    assert lines[-1] == f"fingerprint: {DRAFT.fingerprint}"
    assert [len(group) for group in DRAFT.fingerprint.split(" ")] == [4] * 16
