"""Rights over HTTP, for every operation of the description and every level: none is forgotten."""

import re
from pathlib import Path
from typing import Any

import pytest

from issuer.access.rights import Action, Level, allowed
from tests.issuer.api.service import ACCOUNTS, DESCRIPTION, Service
from tests.issuer.test_rights import actor

OPERATIONS = list(DESCRIPTION.operations())
FREE = ("anybody", "probe", "signed_in")
LEVELS = {"nation": "nation", "province": "hue", "district": "hue-474", "site": "vinh-ninh",
          "auditor": "auditor"}  # fmt: skip


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Service:
    return Service(tmp_path_factory.mktemp("rights"))


def send(service: Service, path: str, method: str, op: dict[str, Any], by: str | None) -> Any:
    """A request of the right shape from outside, so that only the right can refuse it."""
    more: dict[str, Any] = {}
    if "requestBody" in op:
        more = {"data": b"{}", "content_type": next(iter(op["requestBody"]["content"]))}
    return service.call(method, re.sub(r"\{\w+\}", "1", path), by=by, **more)


def test_the_accounts_of_the_table_have_the_levels() -> None:
    assert {level: ACCOUNTS[name][0] for level, name in LEVELS.items()} == {
        level.value: level for level in Level
    }


@pytest.mark.parametrize("op", OPERATIONS, ids=lambda one: one[2]["operationId"])
def test_who_has_no_right_is_refused(service: Service, op: tuple[str, str, Any]) -> None:
    path, method, operation = op
    right = operation["x-right"]
    if right in FREE:
        return
    before = service.trail()
    for level, name in LEVELS.items():
        may = allowed(actor(Level(level), ACCOUNTS[name][1]), Action(right), [ACCOUNTS[name][1]])
        if not may:
            assert send(service, path, method, operation, name).problem == (403, "not-allowed")
    assert send(service, path, method, operation, None).problem == (401, "unsigned")
    assert service.trail() == before
    service.world.clock.advance(10)  # the rates of the one address


@pytest.mark.parametrize("op", OPERATIONS, ids=lambda one: one[2]["operationId"])
def test_whom_the_table_lets_in_is_not_refused_by_level(
    service: Service, op: tuple[str, str, Any]
) -> None:
    path, method, operation = op
    right = operation["x-right"]
    if right in FREE:
        return
    levels = [one for one in Level if allowed(actor(one), Action(right), [actor(one).area])]
    assert levels
    for level in levels:
        answer = send(service, path, method, operation, LEVELS[level])
        assert answer.status not in (401, 500)
        if answer.status == 403:  # there, not at all
            assert "{" in path


@pytest.mark.parametrize("op", OPERATIONS, ids=lambda one: one[2]["operationId"])
def test_the_body_of_somebody_without_a_right_is_not_read(
    service: Service, op: tuple[str, str, Any]
) -> None:
    path, method, operation = op
    if operation["x-right"] in FREE or "requestBody" not in operation:
        return
    answer = service.call(
        method, re.sub(r"\{\w+\}", "1", path), by=None, data=b"\xff" * 100_000,
        content_type="text/plain",
    )  # fmt: skip
    assert answer.problem == (401, "unsigned")
    assert not list(Path(service.folder).iterdir())
    service.world.clock.advance(10)
