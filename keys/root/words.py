"""What a root says and changes, in lines for the people at a ceremony."""

from collections.abc import Iterator

from tuf.api.metadata import Root

from keys.root.ceremony import Count
from keys.root.draft import RootFile, role_keyids
from keys.times import to_datetime, to_rfc3339
from spec.certificate import Timestamp

__all__ = ["changes", "contents", "has_ended", "progress"]


def contents(draft: RootFile) -> list[str]:
    """All that a root says, one line each."""
    return [
        f"root {draft.version}, ends at {_end_of(draft)}",
        f"signatures needed: {_needed(draft)} of these custodians",
        *(f"  {draft.label(keyid)}" for keyid in draft.custodians()),
        *_role_lines(draft),
        f"fingerprint: {draft.fingerprint}",
    ]


def changes(draft: RootFile, present: RootFile) -> list[str]:
    """What the next root changes against the present one, one line each."""
    return [
        f"end: {_end_of(present)} becomes {_end_of(draft)}",
        *_custodian_changes(draft, present),
        *_role_changes(draft, present),
    ]


def progress(one: Count, present: RootFile, draft: RootFile) -> str:
    """Who has signed by one of the two roots, and how many are missing."""
    by = present if one.version == present.version else draft
    names = ", ".join(map(by.label, one.signed)) or "nobody"
    missing = f"{one.missing} missing" if one.missing else "enough"
    total = len(one.signed) + len(one.waiting)
    return f"root {one.version} asks for {one.threshold} of {total}: signed by {names}; {missing}"


def has_ended(root: RootFile, now: Timestamp) -> bool:
    """Whether a root has ended."""
    return root.root.expires <= to_datetime(now)


def _end_of(root: RootFile) -> str:
    return to_rfc3339(Timestamp(int(root.root.expires.timestamp())))


def _role_lines(draft: RootFile) -> Iterator[str]:
    for role, keyids in sorted(role_keyids(draft.root).items()):
        if role != Root.type:
            yield f"{role} key: {_labels(draft, keyids)}"


def _custodian_changes(draft: RootFile, present: RootFile) -> Iterator[str]:
    before, after = present.custodians(), draft.custodians()
    for keyid in sorted(before.keys() - after.keys()):
        yield f"custodian removed: {present.label(keyid)}"
    for keyid in sorted(after.keys() - before.keys()):
        yield f"custodian added: {draft.label(keyid)}"
    for keyid in sorted(before.keys() & after.keys()):
        if draft.label(keyid) != present.label(keyid):
            yield f"custodian renamed: {present.label(keyid)} becomes {draft.label(keyid)}"
    old, new = _needed(present), _needed(draft)
    yield f"signatures needed: {old} becomes {new}" if old != new else f"signatures needed: {new}"


def _needed(root: RootFile) -> str:
    custodians = root.root.roles[Root.type]
    return f"{custodians.threshold} of {len(custodians.keyids)}"


def _role_changes(draft: RootFile, present: RootFile) -> Iterator[str]:
    before, after = role_keyids(present.root), role_keyids(draft.root)
    changed = [
        role for role in sorted(after) if before.get(role) != after[role] and role != Root.type
    ]
    for role in changed:
        old = _labels(present, before.get(role, ()))
        yield f"{role} key: {old} becomes {_labels(draft, after[role])}"
    if not changed:
        yield "keys of the other roles: unchanged"


def _labels(root: RootFile, keyids: tuple[str, ...]) -> str:
    return ", ".join(map(root.label, keyids)) or "none"
