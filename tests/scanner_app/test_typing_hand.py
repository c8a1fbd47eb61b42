"""Which keys count in the window, and which a reader has typed there."""

import pytest

from scanner_app.typing_hand import Command, Stroke, Typed, TypingHand

CODE = "DP1:Q LM%F"


def burst(text: str, at: float, *, step: float = 0.002, end: str | None = "enter") -> list[Stroke]:
    """What a reader types: a key every `step` seconds, and its line end."""
    keys = [*text, *([end] if end else [])]
    return [Stroke(key, at + step * number) for number, key in enumerate(keys)]


def heard(strokes: list[Stroke]) -> list[str]:
    """What is known five seconds later, looked at thirty times a second."""
    hand, found, waiting = TypingHand(), [], sorted(strokes, key=lambda stroke: stroke.at)
    for look in range(300):
        now = look / 30
        taken = [stroke for stroke in waiting if stroke.at <= now]
        waiting = waiting[len(taken) :]
        for pressed in hand.after(taken, now):
            match pressed:
                case Command(key=key):
                    found.append(key)
                case Typed(text=text):
                    found.append(f"line {text!r}")
    return found


HEARD = {
    "nothing": ([], []),
    "one key": ([Stroke("q", 0)], ["q"]),
    "a capital is the same key": ([Stroke("Q", 0)], ["q"]),
    "slowly": ([Stroke("l", 0), Stroke("l", 1)], ["l", "l"]),
    "two at once": ([Stroke("q", 0), Stroke("l", 0.1)], []),
    "a key held down": ([Stroke("q", 0.03 * number) for number in range(5)], []),
    "enter alone": ([Stroke("enter", 0)], ["enter"]),
    "the space bar": ([Stroke(" ", 0)], ["space"]),
    "escape": ([Stroke("escape", 0)], ["escape"]),
    "a reader": (burst(CODE, 0), [f"line {CODE!r}"]),
    "a reader without a line end": (burst(CODE, 0, end=None), [f"line {CODE!r}"]),
    "a slow reader": (burst(CODE, 0, step=0.1), [f"line {CODE!r}"]),
    "a reader slower than a hand types nothing": (burst("abc", 0, step=0.3)[:-1], ["a", "b", "c"]),
    "two codes at once": (burst(CODE, 0) + burst("DP1:OTHER", 0.03),
                          [f"line {CODE!r}", "line 'DP1:OTHER'"]),
    "a command after a reader": ([*burst(CODE, 0), Stroke("q", 2)], [f"line {CODE!r}", "q"]),
    "a key just before a reader": ([Stroke("n", 0), *burst(CODE, 1)], ["n", f"line {CODE!r}"]),
    "a sleeve on the keyboard": (burst("qwert", 0), []),
    "a sleeve on enter": ([Stroke("enter", 0), Stroke("enter", 0.05)], []),
    "a cat for an hour": (burst("q" * 9000, 0, step=0.0001), ["line '" + "q" * 8192 + "'"]),
}  # fmt: skip


@pytest.mark.parametrize("name", HEARD)
def test_only_a_key_alone_is_a_command(name: str) -> None:
    strokes, expected = HEARD[name]
    assert heard(strokes) == expected
