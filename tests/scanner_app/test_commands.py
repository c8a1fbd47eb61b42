"""Which keys count in the window, and which a reader has typed there by mistake."""

import pytest

from scanner_app.commands import Commands

Pressed = list[tuple[float, str | None]]


@pytest.mark.parametrize(
    ("pressed", "commands"),
    [
        ([], []),
        ([(0.0, "q")], ["q"]),
        ([(0.0, "l"), (1.0, "l")], ["l", "l"]),
        ([(0.0, "q"), (0.1, "l")], []),
        ([(0.0, "d"), (0.03, "q"), (0.06, "f"), (0.09, "enter")], []),
        ([(0.1 * number, "q") for number in range(20)], []),
        ([(0.0, "d"), (0.1, "q"), (1.0, "q")], ["q"]),
    ],
    ids=["none", "one", "slowly", "two at once", "a reader", "a held key", "after a reader"],
)
def test_only_a_key_alone_is_a_command(pressed: Pressed, commands: list[str]) -> None:
    keys = Commands()
    looks: Pressed = [*pressed, *((number / 100 + 0.005, None) for number in range(300))]
    given = [keys.after(key, now) for now, key in sorted(looks, key=lambda look: look[0])]
    assert [command for command in given if command] == commands
