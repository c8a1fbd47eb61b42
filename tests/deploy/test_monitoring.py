"""Alerts and dashboard speak of metrics, labels and words that the service has."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from spec.verdicts import Outcome, VerdictCode
from tests.deploy.conftest import DEPLOY
from tests.verifier.description import DOCUMENT
from verifier.metrics import COUNTERS, DURATION, FILE_REFUSED, GAUGES, WORKERS

ALERTS = DEPLOY / "prometheus" / "alerts.yaml"
DASHBOARD = DEPLOY / "grafana" / "verifier.json"
HISTOGRAM = {f"{DURATION}_{part}": {"route", "le"} for part in ("bucket", "sum", "count")}
LABELS = (
    {name: set(labels) for name, (_, labels) in COUNTERS.items()}
    | {name: set() for name in (*GAUGES, *WORKERS, FILE_REFUSED)}
    | HISTOGRAM
)
FROM_PROMETHEUS = {"job", "instance"}


def rules() -> list[dict[str, Any]]:
    [group] = yaml.safe_load(ALERTS.read_text())["groups"]
    found: list[dict[str, Any]] = group["rules"]
    return found


def panels() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(DASHBOARD.read_text())["panels"]
    return found


def expressions() -> Iterator[str]:
    yield from (rule["expr"] for rule in rules())
    yield from (target["expr"] for panel in panels() for target in panel["targets"])


@pytest.mark.parametrize("expression", sorted(set(expressions())))
def test_metrics_labels_and_words_are_those_of_the_service(expression: str) -> None:
    named = re.findall(r"(dosepass_\w+)(?:\{([^}]*)\})?", expression)
    assert named
    for metric, matchers in named:
        assert metric in LABELS, metric
        for label, value in re.findall(r'(\w+)\s*[!=~]+\s*"([^"]*)"', matchers):
            assert label in LABELS[metric] | FROM_PROMETHEUS, (metric, label)
            assert set(value.split("|")) <= words_of(label, value), (label, value)


def words_of(label: str, value: str) -> set[str]:
    known: dict[str, set[str]] = {
        "code": set(VerdictCode),
        "outcome": set(Outcome),
        "route": set(DOCUMENT["paths"]),
        "result": {"done", "failed"},
        "status": {"5.."},
        "job": {"$job"},
    }
    return known.get(label, {value})


def test_every_metric_is_on_the_dashboard_or_in_an_alert() -> None:
    text = " ".join(expressions())
    assert {name for name in LABELS if name not in text} <= set(HISTOGRAM)
    assert f"{DURATION}_bucket" in text


def test_alerts_are_whole() -> None:
    assert len({rule["alert"] for rule in rules()}) == len(rules()) > 8
    for rule in rules():
        assert rule.keys() <= {"alert", "expr", "for", "labels", "annotations"}
        assert rule["labels"]["severity"] in ("warning", "critical")
        assert rule["annotations"].keys() == {"summary", "description"}
        assert rule["expr"].count("(") == rule["expr"].count(")")


def test_the_panels_do_not_lie_on_each_other() -> None:
    places = set()
    for panel in panels():
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & places, panel["title"]
        assert max(x for x, _ in cells) < 24
        places |= cells
    assert len({panel["id"] for panel in panels()}) == len(panels())
