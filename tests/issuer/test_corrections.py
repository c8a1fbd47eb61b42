"""Correction requests, walked through as the person concerned, and as those who answer."""

import multiprocessing
from pathlib import Path
from typing import Any

import pytest

from issuer.access.accounts import find_account
from issuer.access.rights import Area, NotAllowedError
from issuer.desk import corrections
from issuer.desk.answering import ANSWER_SECONDS
from issuer.desk.attachment_store import AttachmentStore
from issuer.desk.attachments import attach
from issuer.desk.claims import ClaimedError
from issuer.desk.corrected import ValuesError
from issuer.desk.correction_views import (
    RequestFilter,
    RequestPage,
    RequestStatus,
    list_requests,
    show_request,
    status_of,
)
from issuer.desk.corrections import Applied, Asker, CorrectionAsk, CorrectionError
from issuer.desk.evidence import Evidence, EvidenceError
from issuer.desk.rejections import Rejection, rejection_words
from issuer.desk.request_numbers import RequestNumberError, new_number, parse_number
from issuer.records import Rules
from issuer.register.desk_models import RequestState
from issuer.register.person_changes import ChangeError
from issuer.register.sites import ListedSite, list_sites
from keys.errors import HintedError
from tests.issuer.desk import TABLE, Desk
from tests.issuer.test_paper_kinds import png
from tests.issuer.world import World, row, stranger

WHO = {"full_name": "Nguyễn Thị Hoà", "birth_date": "31/12/1990", "id_number": "079190000123"}
FIRST = row(site="46001")
SECOND = row(site="46001", injected_on="20/08/2021", lot="AZ-2")
PAPER, RECORD = Evidence.ATTACHMENT, Evidence.SITE_RECORD


def ask(desk: Desk, who: str = "tram", doses: tuple[int, ...] = (1,), **more: Any) -> str:
    """Enter a request of the person in Huế; gives its number."""
    parts: dict[str, Any] = {"asker": Asker.PERSON, "stated": WHO, "doses": doses, **more}
    number: str = desk.do(
        corrections.open_request, who, CorrectionAsk(**parts), rules=desk.rules, table=TABLE
    )
    return number


def approve(desk: Desk, who: str, number: str, evidence: Evidence = RECORD, **more: Any) -> Applied:
    done: Applied = desk.do(
        corrections.approve, who, number, evidence, rules=desk.rules, table=TABLE, **more
    )
    return done


def stands(desk: Desk, number: str) -> RequestStatus:
    """What the asker sees by the number."""
    with desk.world.register.reading() as connection:
        return status_of(connection, number, desk.world.clock.now())


def listed(desk: Desk, who: str, **wanted: Any) -> RequestPage:
    with desk.acting() as connection:
        now = desk.world.clock.now()
        return list_requests(connection, desk.actors[who], now, RequestFilter(**wanted))


def seen(desk: Desk) -> list[tuple[str, str]]:
    """Name and colour of what verifies after the next batch."""
    desk.world.issuing().run()
    return [(one.name, one.colour.word) for one in desk.world.issued()]


@pytest.mark.usefixtures("either_database")
def test_x5_without_the_slip_the_sites_own_record_is_enough(desk: Desk) -> None:
    desk.world.issue(row(site="46001", full_name="Nguyễn Thị Bửu"))
    number = ask(desk, changes={"full_name": "Nguyễn Thị Bảo"}, stated={
        **WHO, "full_name": "Nguyễn Thị Bảo"})  # fmt: skip
    done = approve(desk, "tram", number)
    assert done.evidence == "site"
    assert seen(desk) == [("Nguyễn Thị Bảo", "yellow")]
    assert desk.world.states() == ["revoked", "issued"]
    assert stands(desk, number).state is RequestState.APPROVED


def test_x5_a_record_of_the_site_bears_it_out_for_the_province(desk: Desk) -> None:
    desk.world.take_in(row(site="46001", full_name="Nguyễn Thị Hoa"))
    desk.world.issue(row(site="46001", injected_on="20/08/2021"))
    number = ask(desk, changes={"full_name": "NGUYỄN THỊ HÒA"})
    assert approve(desk, "hue", number).evidence == "record 2"
    assert seen(desk) == [("NGUYỄN THỊ HÒA", "yellow")]


def test_x5_nobody_elses_word_is_enough(desk: Desk) -> None:
    desk.world.issue(FIRST)
    number = ask(desk, changes={"full_name": "Lê Lan"})
    for who in ("hue", "bo"):
        with pytest.raises(EvidenceError, match="no record of the site"):
            approve(desk, who, number)
        with pytest.raises(EvidenceError, match="no paper"):
            approve(desk, who, number, PAPER)
    assert stands(desk, number).state is RequestState.OPEN
    assert seen(desk) == [("Nguyễn Thị Hoà", "yellow")]


def test_x9_every_request_has_a_number_a_state_a_clock_an_owner_and_a_reason(desk: Desk) -> None:
    desk.world.issue(FIRST)
    number = ask(desk, changes={"birth_date": "30/12/1990"})
    first = stands(desk, number)
    assert (first.state, first.due_at - first.opened_at) == (RequestState.OPEN, ANSWER_SECONDS)
    assert (first.owner.site, first.site) == ("46001", "TYT Phường Vĩnh Ninh")
    desk.do(corrections.claim_request, "tram", number)
    assert stands(desk, number).state is RequestState.CLAIMED
    desk.do(corrections.put_off, "tram", number, "the book is at the district")
    assert stands(desk, number).note == "the book is at the district"
    desk.world.clock.advance(ANSWER_SECONDS + 1)
    assert stands(desk, number).overdue
    desk.do(corrections.reject, "tram", number, Rejection.DOB_CONTRADICTS)
    last = stands(desk, number)
    assert (last.state, last.reason) == (RequestState.REJECTED, Rejection.DOB_CONTRADICTS)
    assert not last.overdue
    with desk.acting() as connection:
        shown = show_request(connection, desk.actors["hue"], number, desk.world.clock.now(), TABLE)
    assert [one.state for one in shown.steps] == ["open", "later", "rejected"]
    assert [one.split()[1] for one in desk.told()] == [
        "correction.open", "correction.claim", "correction.later", "correction.reject",
        "correction.show",
    ]  # fmt: skip


def test_x9_there_are_thirteen_reasons_with_words(desk: Desk) -> None:
    assert len(Rejection) == 13
    for language in ("vi", "en"):
        words = {rejection_words(one, language) for one in Rejection}
        assert len(words) == 13
    desk.world.issue(FIRST)
    for reason in Rejection:
        number = ask(desk, changes={"birth_date": "30/12/1990"})
        desk.do(corrections.reject, "tram", number, reason)
        assert stands(desk, number).reason is reason


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ({"birth_date": "30/12/1990"}, {"birth_date": "31/12/1990"}),
        ({"id_number": "079190000132"}, {"id_number": "079190000123"}),
        ({"full_name": "Nguyễn Thị Hoạ"}, {"full_name": "Nguyễn Thị Hoà"}),
        ({"sex": "Nam", "id_number": "012345678"}, {"sex": "Nữ"}),
        ({"vaccine": "Pfizer"}, {"vaccine": "AstraZeneca"}),
        ({"injected_on": "15/06/2021"}, {"injected_on": "16/06/2021"}),
        ({"lot": "AZ-9"}, {"lot": "AZ-1"}),
    ],
)
def test_x10_one_wrong_field_is_put_right_and_the_old_certificate_goes(
    desk: Desk, wrong: dict[str, str], right: dict[str, str]
) -> None:
    desk.world.issue({**FIRST, **wrong})
    number = ask(desk, changes=right, person_id=1)
    approve(desk, "tram", number)
    seen(desk)
    record = desk.world.records()[-1]
    assert record.replaced_by is None
    states = desk.world.states()
    if "sex" in right or "lot" in right:  # neither stands in the certificate
        assert states == ["issued"]
    else:
        assert states == ["revoked", "issued"]
    (certificate,) = desk.world.issued()
    assert certificate.name == "Nguyễn Thị Hoà" or "full_name" not in right
    assert str(certificate.doses[0].day) == "2021-06-16"


def test_x24_a_second_correction_and_a_third(desk: Desk) -> None:
    desk.world.issue(FIRST)
    for name in ("Nguyễn Thị Hoa", "Nguyễn Thị Hồng", "Nguyễn Thị Hoà"):
        approve(desk, "tram", ask(desk, changes={"full_name": name}, person_id=1))
        assert seen(desk) == [(name, "yellow")]
    assert desk.world.states() == ["revoked"] * 3 + ["issued"]


def test_a_dose_that_was_never_uploaded_is_added(desk: Desk) -> None:
    desk.world.issue(FIRST)
    number = ask(desk, doses=(2,), changes={"vaccine": "AZ", "injected_on": "20/08/2021"})
    approve(desk, "tram", number)
    assert seen(desk) == [("Nguyễn Thị Hoà", "green")]
    assert desk.world.states() == ["superseded", "issued"]


def test_somebody_of_whom_the_register_has_nothing(desk: Desk) -> None:
    number = ask(desk, changes={"vaccine": "AZ", "injected_on": "20/08/2021"}, site="46001")
    assert approve(desk, "tram", number).person_id == 1
    assert seen(desk) == [("Nguyễn Thị Hoà", "yellow")]


def test_a_name_for_both_doses(desk: Desk) -> None:
    desk.world.issue(FIRST, SECOND)
    done = approve(desk, "tram", ask(desk, doses=(1, 2), changes={"full_name": "Nguyễn Thị Hoa"}))
    assert len(done.record_ids) == 2
    assert seen(desk) == [("Nguyễn Thị Hoa", "green")]


def test_a_slip_in_the_telephone_number_blocks_no_second_dose(desk: Desk) -> None:
    desk.world.issue(FIRST, {**SECOND, "phone": "0912345679"})
    assert seen(desk) == [("Nguyễn Thị Hoà", "green")]
    approve(desk, "tram", ask(desk, doses=(2,), changes={"phone": "0912345678"}))
    assert seen(desk) == [("Nguyễn Thị Hoà", "green")]
    assert desk.world.states() == ["issued"]


MOBILE, CODED = "Đội lưu động 3", "31999"
HERE, THERE = Area(province="46", district="474"), Area(province="79", district="760")


@pytest.mark.parametrize(
    ("who", "more", "owner"),
    [
        # The site is known.
        ("tram", {"site": "46002"}, Area(province="46", district="475", site="46002")),
        ("saigon", {"site": "46002"}, Area(province="46", district="475", site="46002")),
        ("saigon", {"site": "46002", "province": "79"},
         Area(province="46", district="475", site="46002")),
        # Its code says the province.
        ("saigon", {"site": CODED}, Area(province="31", site=CODED)),
        ("saigon", {"site": CODED, "province": "31", "district": "303"},
         Area(province="31", district="303", site=CODED)),
        # Province and district are named, or one of them.
        ("tram", {"province": "46", "district": "474"}, HERE),
        ("tram", {"province": "79"}, Area(province="79")),
        ("tram", {"district": "760"}, THERE),
        ("tram", {"district": "999"}, Area(district="999")),
        ("bo", {"province": "46"}, Area(province="46")),
        ("bo", {"site": MOBILE, "province": "46", "district": "474"}, HERE),
        ("hue", {"site": MOBILE, "province": "79", "district": "760"}, THERE),
        ("tram", {"site": MOBILE, "province": "46"}, Area(province="46")),
        # Nothing is: it was asked for where its opener works.
        ("tram", {"site": MOBILE}, HERE),
        ("thanh", {"site": MOBILE}, HERE),
        ("hue", {"site": MOBILE}, Area(province="46")),
        ("saigon", {"site": MOBILE}, Area(province="79")),
        ("bo", {"site": MOBILE}, Area()),
        ("tram", {}, HERE),
        ("hue", {}, Area(province="46")),
        ("bo", {}, Area()),
    ],
)  # fmt: skip
def test_whose_it_is(desk: Desk, who: str, more: dict[str, str], owner: Area) -> None:
    number = ask(desk, who, changes={"full_name": "Lê Lan"}, **more)
    assert stands(desk, number).owner == owner
    officers = [name for name in desk.actors if name != "kiem"]
    assert [name for name in officers if listed(desk, name).total] == [
        name for name in officers if desk.actors[name].area.holds(owner)
    ]


def test_a_site_of_another_place_gets_nothing_of_its_openers(desk: Desk) -> None:
    """A listed site without a district is not the opener's district's."""
    site = ListedSite(code="79002", name="BV Q2", province="79", district=None, mobile=False)
    with desk.acting() as connection:
        list_sites(connection, [site], desk.world.clock.now())
    number = ask(desk, "thanh", changes={"full_name": "Lê Lan"}, site="79002")
    assert stands(desk, number).owner == Area(province="79", site="79002")
    assert [listed(desk, who).total for who in ("thanh", "hue", "saigon")] == [0, 0, 1]


@pytest.mark.parametrize(
    ("who", "sees"), [("bo", 1), ("hue", 1), ("thanh", 1), ("tram", 1), ("tram2", 0), ("saigon", 0)]
)
def test_who_sees_it(desk: Desk, who: str, sees: int) -> None:
    desk.world.take_in(FIRST)
    ask(desk, "saigon", changes={"full_name": "Lê Lan"})
    assert listed(desk, who).total == sees
    assert listed(desk, who, overdue=True).total == 0
    assert listed(desk, who, mine=True).total == 0


@pytest.mark.parametrize("who", ["tram2", "saigon", "kiem"])
def test_who_decides_nothing(desk: Desk, who: str) -> None:
    desk.world.take_in(FIRST)
    number = ask(desk, changes={"full_name": "Lê Lan"})
    before = desk.told()
    for door, more in (
        (corrections.claim_request, ()),
        (corrections.release_request, ()),
        (corrections.put_off, ("a good reason",)),
        (corrections.reject, (Rejection.NOTHING_MATCHES,)),
    ):
        with pytest.raises(NotAllowedError):
            desk.do(door, who, number, *more)
    with pytest.raises(NotAllowedError):
        approve(desk, who, number)
    assert desk.told() == before


def test_an_auditor_asks_for_nothing(desk: Desk) -> None:
    with pytest.raises(NotAllowedError):
        ask(desk, "kiem", changes={"full_name": "Lê Lan"})


@pytest.mark.parametrize(
    ("changes", "more", "error"),
    [
        ({}, {}, CorrectionError),
        ({"full_name": ""}, {}, CorrectionError),
        ({"colour": "green"}, {}, CorrectionError),
        ({"full_name": "Lê Lan"}, {"doses": ()}, CorrectionError),
        ({"full_name": "Lê Lan"}, {"doses": (0,)}, CorrectionError),
        ({"full_name": "Lê Lan"}, {"doses": (99,)}, CorrectionError),
        ({"full_name": "Lê Lan"}, {"stated": {}}, CorrectionError),
        ({"full_name": "Lê Lan"}, {"stated": {**WHO, "shoe": "38"}}, CorrectionError),
        ({"full_name": "Lê Lan"}, {"person_id": 99}, HintedError),
        ({"injected_on": "16/06/2021"}, {"doses": (1, 2)}, CorrectionError),
        ({"birth_date": "31/02/1990"}, {}, ValuesError),
        ({"id_number": "1234"}, {}, ValuesError),
        ({"vaccine": "Phaizer"}, {}, ValuesError),
        ({"injected_on": "16/06/2031"}, {}, ValuesError),
        ({"sex": "?"}, {}, ValuesError),
    ],
)
def test_what_is_wrong_is_said_at_once_and_by_field(
    desk: Desk, changes: dict[str, str], more: dict[str, Any], error: type[HintedError]
) -> None:
    with pytest.raises(error) as caught:
        ask(desk, changes=changes, **more)
    if isinstance(caught.value, ValuesError):
        assert [one.field for one in caught.value.findings] == list(changes)
    assert desk.world.count("corrections") == 0


@pytest.mark.parametrize(
    ("doses", "changes"),
    [
        ((1,), {"id_number": "079190000007"}),
        ((1,), {"injected_on": "20/08/2021"}),
        ((1,), {"injected_on": "18/08/2021"}),
        ((3,), {"vaccine": "Moderna", "injected_on": "20/08/2021"}),
        ((3,), {"vaccine": "AZ", "injected_on": "19/08/2021"}),
    ],
)
def test_what_would_contradict_the_register_is_not_carried_out(
    desk: Desk, doses: tuple[int, ...], changes: dict[str, str]
) -> None:
    desk.world.issue(FIRST, SECOND, stranger(7))
    number = ask(desk, doses=doses, changes=changes)
    with pytest.raises(ChangeError):
        approve(desk, "tram", number)
    assert stands(desk, number).state is RequestState.OPEN
    assert len(desk.world.records()) == 3


def test_a_decision_is_final_and_claims_hold(desk: Desk) -> None:
    desk.world.take_in(FIRST)
    number = ask(desk, changes={"full_name": "Nguyễn Thị Hoa"})
    desk.do(corrections.claim_request, "hue", number)
    with pytest.raises(ClaimedError):
        approve(desk, "tram", number)
    desk.do(corrections.release_request, "hue", number)
    approve(desk, "tram", number)
    for door, more in (
        (corrections.claim_request, ()),
        (corrections.reject, (Rejection.NOTHING_MATCHES,)),
        (corrections.put_off, ("a good reason",)),
    ):
        with pytest.raises(CorrectionError, match="decided already"):
            desk.do(door, "tram", number, *more)


def test_on_the_evidence_of_a_paper(desk: Desk) -> None:
    desk.world.take_in(FIRST)
    number = ask(desk, "saigon", changes={"full_name": "Nguyễn Thị Hoa"})
    store = AttachmentStore(desk.world.folder / "attachments")
    with desk.acting() as connection:
        now = desk.world.clock.now()
        attach(connection, desk.actors["saigon"], store, number, png(), now)
    assert approve(desk, "hue", number, PAPER).evidence == "attachment"


def test_a_number_with_its_check_character() -> None:
    for _ in range(50):
        number = new_number()
        assert parse_number(number.lower().replace("-", " ")) == number
        wrong = number[:-1] + ("2" if number[-1] != "2" else "3")
        with pytest.raises(RequestNumberError):
            parse_number(wrong)
    for text in ("", "YC", "YC-1", "VN-0000-0000", "YC-0000-00000", "YC-!!!!-!!!!"):
        with pytest.raises(RequestNumberError):
            parse_number(text)


def test_a_number_that_was_never_given(desk: Desk) -> None:
    with pytest.raises(CorrectionError, match="no correction request"):
        stands(desk, new_number())


def approve_once(folder: Path, who: str, number: str, start: Any, said: Any) -> None:
    world = World(folder)
    with world.register.reading() as connection:
        account = find_account(connection, who)
    assert account is not None
    rules = Rules.of(table=TABLE, now=world.clock.now())
    start.wait()
    try:
        with world.register.writing() as connection:
            corrections.approve(
                connection, account.actor, number, RECORD, world.clock.now(), rules=rules,
                table=TABLE,
            )  # fmt: skip
        said.put("won")
    except HintedError as error:
        said.put(error.code)


@pytest.mark.usefixtures("either_database")
def test_of_two_who_approve_at_once_exactly_one_wins(desk: Desk) -> None:
    desk.world.take_in(FIRST, SECOND)
    number = ask(desk, changes={"lot": "AZ-2"})
    context = multiprocessing.get_context("spawn")
    start, said = context.Barrier(2), context.Queue()
    both = [
        context.Process(target=approve_once, args=(desk.world.folder, "tram", number, start, said))
        for _ in range(2)
    ]
    for one in both:
        one.start()
    assert sorted(said.get(timeout=60) for _ in both) == ["correction", "won"]
    for one in both:
        one.join()
    assert len(desk.world.records()) == 3
