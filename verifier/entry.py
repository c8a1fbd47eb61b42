"""Finds the rules of the place that a verifier stands at: in a file, or in the bundle."""

from pathlib import Path

from keys.bundle import TrustBundle
from keys.errors import HintedError
from spec.entry_policy import MAX_POLICY_BYTES, EntryPolicy, EntryPolicyError
from spec.entry_rules import EntryRules

__all__ = ["NoEntryRulesError", "entry_rules", "load_policy"]


class NoEntryRulesError(HintedError):
    """A place is named, and there are no rules for it: nobody may pass by that mistake."""

    code = "no_entry_rules"


def load_policy(path: Path) -> EntryPolicy:
    """Read an entry policy from a file; raises NoEntryRulesError."""
    try:
        with path.open("rb") as file:
            return EntryPolicy.from_json(file.read(MAX_POLICY_BYTES + 1))
    except OSError as error:
        raise NoEntryRulesError(
            f"{path} cannot be read: {error.strerror}", hint="name the file of an entry policy"
        ) from None
    except EntryPolicyError as error:
        raise NoEntryRulesError(
            f"{path}: {error}", hint="section 18 of the specification says what it must look like"
        ) from None


def entry_rules(
    bundle: TrustBundle, place: str | None, policy: EntryPolicy | None = None
) -> EntryRules | None:
    """The rules of a place by a policy, or by the one in the bundle; None where no place is named.

    Raises NoEntryRulesError.
    """
    if place is None:
        return None
    policy = policy or bundle.policy
    if policy is None:
        raise NoEntryRulesError(
            "a place is named, and its authority publishes no entry policy",
            hint="give one with --policy FILE, or leave --place out",
        )
    try:
        return EntryRules.of(policy, place)
    except EntryPolicyError as error:
        raise NoEntryRulesError(str(error), hint="name one of these with --place") from None
