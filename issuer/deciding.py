"""Whose certificate has to follow their records, and how: anew, corrected, or only if two agree."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from issuer.course import course_of
from issuer.drafts import digest_of, draft
from issuer.register import proposals
from issuer.register.due import DuePerson
from issuer.register.former import Former, former_of, retire, revoke_all
from issuer.register.people import load_doses, members_of
from issuer.register.proposals import Fall, Proposal, ProposalState
from issuer.succession import falls
from spec.certificate import Certificate, Timestamp
from spec.vaccines import VaccineTable

__all__ = ["Changed", "Deciding"]

Changed = tuple[DuePerson, Certificate, bytes]
"""A person with what the next certificate has to say, and the digest of that."""


@dataclass(slots=True)
class _Case:
    """One person, and what they have."""

    person: DuePerson
    facts: Certificate | None
    """What their records amount to; None where no dose is left."""
    digest: bytes | None
    former: list[Former]
    """Their own, and those of whoever is merged into them."""

    @property
    def standing(self) -> Former | None:
        """The certificate that is theirs now."""
        own = [one for one in self.former if one.person_id == self.person.id and one.counts]
        return own[-1] if own else None

    @property
    def fall(self) -> Fall | None:
        """What would fall, if anything."""
        standing = self.standing
        if standing is None or standing.facts_digest == self.digest:
            return None
        former = standing.facts
        if not falls(former, self.facts):
            return None
        return Fall(
            person_id=self.person.id,
            certificate_id=standing.id,
            facts_digest=self.digest,
            doses_before=len(former.doses),
            doses_after=0 if self.facts is None else len(self.facts.doses),
        )


class Deciding:
    """Decides for a batch of due persons, within the transaction that reserves for them."""

    def __init__(
        self, connection: Connection, issuer: str, table: VaccineTable, now: Timestamp
    ) -> None:
        self._connection = connection
        self._issuer = issuer
        self._table = table
        self._now = now

    def changed(self, people: Sequence[DuePerson]) -> list[Changed]:
        """Those whose certificate does not say yet what their records say, and may say it.

        Where nothing new is to be said, what merges left behind is taken out of use; where no dose
        is left and two persons agreed, everything is.
        """
        roots = [person for person in people if person.merged_into is None]
        self._families: defaultdict[int, list[int]] = defaultdict(list)
        self._members = members_of(self._connection, [person.id for person in roots])
        for member, root in self._members.items():
            self._families[root].append(member)
        cases = list(self._cases(roots))
        allowed = self._allowed(cases)
        self._retire_unchanged([case for case in cases if case.fall is None])
        return [
            (case.person, case.facts, case.digest)
            for case in cases
            if case.facts is not None and case.digest is not None and self._is_new(case, allowed)
        ]

    def _cases(self, roots: Sequence[DuePerson]) -> Iterator[_Case]:
        ids = [person.id for person in roots]
        doses = load_doses(self._connection, ids)
        former = former_of(self._connection, [*ids, *self._members])
        for person in roots:
            facts = None
            if given := doses.get(person.id):
                facts = draft(
                    issuer=self._issuer,
                    name=person.name,
                    birth_date=person.birth_date,
                    id_number=person.id_number,
                    course=course_of(given, self._table),
                )
            family = [person.id, *self._families[person.id]]
            mine = [one for key in family for one in former.get(key, ())]
            yield _Case(person, facts, None if facts is None else digest_of(facts), mine)

    def _allowed(self, cases: Sequence[_Case]) -> set[int]:
        """The persons whose certificate falls by agreement; for the others, it is proposed."""
        falling = {case.person.id: fall for case in cases if (fall := case.fall) is not None}
        standing = [one.id for case in cases if (one := case.standing) is not None]
        known = proposals.open_of(self._connection, standing) if standing else {}
        if not falling and not known:
            return set()
        agreed = {
            person_id: known[fall.certificate_id]
            for person_id, fall in falling.items()
            if _agreed(known.get(fall.certificate_id), fall)
        }
        asked = [fall for person_id, fall in falling.items() if person_id not in agreed]
        families = {key: [key, *self._families[key]] for key in falling}
        proposals.propose(self._connection, asked, known, families, self._now)
        people = [case.person.id for case in cases]
        keep = [fall.certificate_id for fall in falling.values()]
        proposals.close_others(self._connection, people, keep)
        self._empty(
            [case for case in cases if case.facts is None and case.person.id in agreed], agreed
        )
        proposals.carried_out(self._connection, agreed.values())
        return set(agreed)

    def _empty(self, cases: Sequence[_Case], agreed: dict[int, Proposal]) -> None:
        """Revoke the certificates of persons of whom no dose is left."""
        for case in cases:
            proposal = agreed[case.person.id]
            reason = (
                f"{proposal.reason} (proposed by {proposal.proposed_by}, "
                f"agreed by {proposal.decided_by})"
            )
            revoke_all(self._connection, case.former, reason, self._now)

    def _is_new(self, case: _Case, allowed: set[int]) -> bool:
        standing = case.standing
        if standing is not None and standing.facts_digest == case.digest:
            return False
        return case.fall is None or case.person.id in allowed

    def _retire_unchanged(self, cases: Sequence[_Case]) -> None:
        """Take the certificates of merged persons out of use where the other's stays as it is."""
        left = {
            case.person.id: case.facts
            for case in cases
            if case.facts is not None
            and (standing := case.standing) is not None
            and standing.facts_digest == case.digest
            and any(one.person_id != case.person.id for one in case.former)
        }
        members = {member: root for member, root in self._members.items() if root in left}
        if left:
            keep = [one.id for case in cases for one in case.former if one.person_id in left]
            retire(self._connection, left, left.__getitem__, members, self._now, keep)


def _agreed(proposal: Proposal | None, fall: Fall) -> bool:
    return (
        proposal is not None
        and proposal.state is ProposalState.APPROVED
        and proposal.facts_digest == fall.facts_digest
    )
