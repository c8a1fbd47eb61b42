"""No honest holder refused and no forgery let through, in two years with all that can happen."""

from collections import Counter
from pathlib import Path

from tests.simulation.gates import GATES
from tests.simulation.two_years import live


def test_two_years_of_a_country(tmp_path: Path) -> None:
    story = live(tmp_path, seed=2021)

    assert story.faults == []

    # Everybody who was vaccinated has a certificate in the end, though a key was stolen; the
    # doses of the last weeks and certificates that were revoked aside.
    assert story.issued > story.people
    # One key a quarter, and one more for the stolen one.
    assert story.kids >= 8
    assert story.roots == 4

    # The checks could have failed: every kind of visitor came, and was judged both ways.
    total: Counter[str] = sum(story.outcomes.values(), Counter())
    assert total["genuine accepted"] > 8_000
    assert total["genuine undetermined"] > 100, "gates with old data say that they cannot tell"
    assert total["genuine rejected"] == 0
    assert total["taken back rejected"] > 1_000
    assert total["forged (stolen key) accepted"] > 0, "until the theft is known and was heard of"
    assert total["forged (stolen key) rejected"] > 500
    assert total["forged (a stranger's key) accepted"] == 0

    # A gate that follows each publication never has to say that it cannot tell.
    assert story.outcomes[GATES[0].name]["genuine undetermined"] == 0
