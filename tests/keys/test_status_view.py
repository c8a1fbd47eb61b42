"""How `dosepass-keys status` looks, in its three forms."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from keys.commands.status_view import as_metrics, as_text, timeline
from keys.outlook import PublicState, WarningCode, look_ahead
from keys.schedule import KeyRecord
from keys.settings import Settings
from spec.cose import Kid
from tests.keys.commands import SECRET, Command
from tests.keys.homes import DAY, after
from tests.keys.test_outlook import key, public

SETTINGS = Settings()


def named(record: KeyRecord, digit: str) -> KeyRecord:
    return replace(record, kid=Kid(bytes.fromhex(digit * 16)))


FIRST = named(key(), "1")
SECOND = named(key(made=93, published=93), "2")
STOLEN = named(key(made=180, published=180), "3").compromised(after(240 * DAY))
THIRD = named(key(made=240, published=None), "4")


def drawing(day: int, *records: KeyRecord) -> str:
    return "\n".join(timeline(records, after(day * DAY)))


def test_a_timeline() -> None:
    assert (
        f"\n{drawing(250, FIRST, SECOND, STOLEN, THIRD)}"
        == """
            |2021-11 |2022-02 |2022-05 |2022-08 |2022-11 |2023-02   |2023-06
11111111  .===========-----------------------------------
22222222          ..===========-----------------------------------
33333333                   .=====xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
44444444                         .===========-----------------------------------
                                  ^ now
          . pending   = may sign   - verifies only   x compromised"""
    )


@pytest.mark.parametrize("day", [0, 1, 100, 250, 600, 2000])
@pytest.mark.parametrize(
    "records", [(FIRST,), (THIRD,), (FIRST, SECOND), (FIRST, SECOND, STOLEN, THIRD)]
)
def test_a_timeline_has_eighty_columns(day: int, records: tuple[KeyRecord, ...]) -> None:
    lines = drawing(day, *records).splitlines()
    assert all(len(line) <= 80 for line in lines)
    assert lines[-2].count("^") == 1


def test_the_columns_of_a_life() -> None:
    (line,) = (one for one in drawing(50, FIRST).splitlines() if one.startswith("11111111"))
    assert re.fullmatch(r"11111111  \.=+-+", line)
    (line,) = (one for one in drawing(200, STOLEN).splitlines() if one.startswith("33333333"))
    assert re.fullmatch(r"33333333  \.=+x+", line)


def test_the_text_has_every_part() -> None:
    records = [FIRST, SECOND, STOLEN, THIRD]
    now = after(250 * DAY)
    text = as_text(records, public(250), look_ahead(records, public(250), SETTINGS, now))
    assert [part.split()[0] for part in text.split("\n\n")] == [
        "kid",
        "|2021-11",
        "published",
        "next",
        "warning:",
    ]
    rows = [line.split() for line in text.split("\n\n")[0].splitlines()[1:]]
    assert [row[2] for row in rows] == ["retired", "retired", "compromised", "unpublished"]
    table = text.split("\n\n")[0]
    assert all(len(line) <= 80 for line in table.splitlines())


def test_metrics_are_in_the_format_of_prometheus() -> None:
    records = [FIRST, STOLEN]
    outlook = look_ahead(records, public(2), SETTINGS, after(7 * DAY))
    lines = as_metrics(records, public(2), outlook).splitlines()
    samples = [line for line in lines if not line.startswith("#")]
    form = re.compile(r'dosepass_keys_[a-z_]+(\{[a-z]+="[a-z_]+"\})? -?[0-9]+')
    assert all(form.fullmatch(line) for line in samples)
    families = {line.split()[2] for line in lines if line.startswith("# TYPE")}
    assert families == {re.split("[{ ]", line)[0] for line in samples}
    warned = {line for line in samples if line.startswith("dosepass_keys_warning")}
    assert len(warned) == len(WarningCode)
    assert 'dosepass_keys_warning{code="status_ends"} 1' in warned
    assert 'dosepass_keys_warning{code="root_ends"} 0' in warned
    assert f"dosepass_keys_checked_timestamp_seconds {after(7 * DAY)}" in samples


def test_metrics_of_nothing() -> None:
    nothing = PublicState(ends={}, newest=None)
    text = as_metrics([], nothing, look_ahead([], nothing, SETTINGS, after(0)))
    assert 'dosepass_keys_warning{code="not_published"} 1' in text
    assert "role_end" not in text


def test_the_command(keys: Command) -> None:
    keys("init", *SECRET)
    empty = keys("status")
    assert empty.code == 1
    assert "nothing is published yet" in empty.out
    kid = keys("generate", "--sign-at-once", *SECRET).out.strip()
    keys("publish", *SECRET)
    shown = keys("status", at=DAY)
    assert (shown.code, shown.err) == (0, "")
    assert shown.out.endswith("all is well\n")
    assert kid in shown.out

    document = json.loads(keys("status", "--json", at=7 * DAY).out)
    assert document["at"] == "2021-10-08T08:00:00Z"
    assert document["issuer"] == "VN"
    assert [(one["kid"], one["state"]) for one in document["keys"]] == [(kid, "active")]
    assert set(document["ends"]) == {"root", "snapshot", "status", "targets", "timestamp"}
    assert [one["code"] for one in document["warnings"]] == ["publication_ends", "status_ends"]
    assert document["events"][0]["code"] == "status_ends"
    metrics = keys("status", "--metrics", at=7 * DAY)
    assert metrics.code == 1
    assert 'dosepass_keys_keys{state="active"} 1' in metrics.out


def test_a_damaged_home_is_told(keys: Command) -> None:
    keys("init", *SECRET)
    keys("generate", "--sign-at-once", *SECRET)
    keys("publish", *SECRET)
    Path("authority/public/metadata/timestamp.json").write_text("{")
    shown = keys("status", at=DAY)
    assert shown.code == 1
    assert "(repository)" in shown.out
    Path("authority/keys.json").write_text("{")
    assert keys("status", at=DAY).code == 2
