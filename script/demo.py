"""The main job before your eyes: issue, verify, scan, revoke. Started by `script/demo`."""

import argparse
import json
import os
import shlex
import signal
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import segno

from benchmarks.frames import empty_scene, frame_of
from issuer.csv_file import open_csv
from issuer.intake import take_in
from issuer.issuing import Issuing
from issuer.records import Rules
from issuer.register.database import Register
from issuer.signing import AuthorityKeys
from keys.authority import Authority
from keys.clock import Clock, FixedClock
from keys.secrets import FileSecrets
from script.demo_codes import folder_of, forge_without_key, texts_by_key
from script.demo_people import LAST_YEAR, MONTHS_AGO, PEOPLE, SPOILED, Person, records_csv
from script.demo_stage import Service, Stage, StageError, title
from script.demo_worst_day import revoke_one, survive_theft
from spec.certificate import Timestamp
from spec.cose import Algorithm
from spec.vaccines import VaccineTable

_DAY: Final = 86_400
_LAST_YEAR: Final = 400
"""Days ago: a certificate of then, valid for a year, has ended."""
_MONTHS_AGO: Final = 300
"""Days ago: a certificate of then is still valid, under the same key."""
_PROJECT: Final = Path(__file__).resolve().parent.parent
_STOPPED: Final = 130
"""The exit status that shells give to a program ended by Ctrl-C."""

_FRAMES: Final = (
    # file, whose certificate, how it was photographed, seed, on paper, what has to come out
    ("1-two-doses", "two doses", "glare", 3, False, "ok green"),
    ("2-one-dose", "one dose", "tilted", 5, False, "ok yellow"),
    ("3-janssen-1-of-1", "Janssen", "mixed", 2, False, "ok green"),
    ("4-abdala-2-of-3", "Abdala two of three", "noisy", 4, True, "ok yellow"),
    ("5-forged", "forged", "blurred", 1, False, "bad_signature"),
    ("6-expired", "expired", "moving", 6, True, "expired"),
    ("7-another-code", "menu", "plain", 7, True, "not_a_certificate"),
)
_NO_CODE: Final = "8-nothing-shown"


def main() -> int:
    """Run the demo; 0 when every certificate came out as it had to."""
    options = argparse.ArgumentParser(prog="script/demo", description=__doc__)
    options.add_argument("--once", action="store_true", help="end by itself, without a window")
    options.add_argument(
        "--into",
        type=Path,
        default=_PROJECT / "demo-output",
        metavar="DIR",
        help="where the files go; default: demo-output beside this script's folder",
    )
    chosen = options.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(_STOPPED))
    try:
        return play(Stage(chosen.into.absolute()), once=chosen.once)
    except KeyboardInterrupt:
        print("\nscript/demo: stopped", file=sys.stderr)
        return _STOPPED
    except StageError as error:
        print(f"script/demo: {error}", file=sys.stderr)
        print("hint: name a folder of your own with --into DIR", file=sys.stderr)
        return 2


def play(stage: "Stage", *, once: bool) -> int:
    """Issue, verify, scan, revoke; 0 when every certificate came out as it had to."""
    stage.clear()
    issue(stage)
    with Service(stage) as service:
        ask(stage, service)
        right = scan(stage, service)
        revoke_one(stage)
        survive_theft(stage)
        tell_files(stage)
        if right and not once:
            stay(stage, service)
    return 0 if right else 1


def issue(stage: Stage) -> None:
    """Keys, trust, and certificates from dose records."""
    title("An authority, which has issued certificates for more than a year")
    found_authority(stage, Timestamp(int(time.time()) - _LAST_YEAR * _DAY))
    stage.run("dosepass-keys generate --sign-at-once --yes --passphrase-file passphrase.txt")
    stage.run("dosepass-keys publish --passphrase-file passphrase.txt")
    stage.run("dosepass-keys status")

    title("Dose records in, certificates out; a row with a fault stops only itself")
    (stage.folder / "records.csv").write_text(records_csv(PEOPLE + SPOILED))
    print("\n$ cat records.csv")
    print((stage.folder / "records.csv").read_text(), end="")
    stage.run(
        "dosepass-issuer issue records.csv --out certificates --passphrase-file passphrase.txt",
        expect=1,
    )
    stage.run(
        "dosepass-issuer issue records.csv --out certificates --passphrase-file passphrase.txt",
        expect=1,
    )
    print("\nThe second run issued nothing twice. Two older certificates are drawn as well:")
    stage.run("dosepass-issuer print --all --out certificates")


def found_authority(stage: Stage, then: Timestamp) -> None:
    """Make the authority as of last year, and two certificates of which one has ended since."""
    clock, secrets = FixedClock(then), FileSecrets(stage.passphrase)
    authority = Authority.create(stage.home, "VN", secrets, clock)
    authority.generate(Algorithm.ES256, secrets, then, at_once=True)
    authority.publish(then, secrets)
    later = FixedClock(Timestamp(then + (_LAST_YEAR - _MONTHS_AGO) * _DAY))
    with closing(Register.open(stage.home / "register.sqlite3")) as register:
        _issue_to(LAST_YEAR, stage, register, authority, clock)
        _issue_to(MONTHS_AGO, stage, register, authority, later)


def _issue_to(
    person: Person, stage: Stage, register: Register, authority: Authority, clock: Clock
) -> None:
    records = stage.folder / "records-of-then.csv"
    records.write_text(records_csv([person]))
    table = VaccineTable.from_json((_PROJECT / "spec/data/vaccines.json").read_bytes())
    rules = Rules.of(table=table, now=clock.now(), sites=None)
    list(take_in(register, open_csv(records), rules, table, clock))
    Issuing(
        register=register,
        issuer=authority.issuer,
        keys=AuthorityKeys(authority, FileSecrets(stage.passphrase)),
        table=table,
        clock=clock,
        life=authority.settings.certificate_life,
    ).run()


def ask(stage: Stage, service: Service) -> None:
    """Ask once as a business: the colour without the name, since it did not ask for it."""
    text = texts_by_key(stage.certificates)["two doses"]
    print(f"\n$ curl {service.url}/v1/verify -H 'Content-Type: application/json' \\")
    print(f"""    -d '{{"text": "{text[:24]}..."}}'""")
    answer = service.verify(text, [])
    shown = ("outcome", "code", "colour", "doses", "words", "expires_at", "disclosed")
    print(json.dumps({name: answer.get(name) for name in shown}, ensure_ascii=False, indent=2))


def scan(stage: Stage, service: Service) -> bool:
    """Photograph the certificates, let the scanner read the frames, compare with what must be."""
    title("Phones and papers before a webcam: tilted, moved, blurred, with glare and noise")
    take_frames(stage)
    stage.run(
        f"dosepass-scanner --pictures camera-frames --service {service.url} --trust trust "
        "--headless --language en --demo-screens scanner-screens",
        expect=1,
    )
    lines = stage.run(
        f"dosepass-scanner --pictures camera-frames --service {service.url} --trust trust "
        "--headless --json",
        expect=1,
        quiet=True,
    )
    found = {}
    for line in lines.splitlines():
        answer = json.loads(line)
        found[answer["source"]] = f"{answer['code']} {answer.get('colour') or ''}".strip()
    expected = {f"{name}.jpg": verdict for name, *_, verdict in _FRAMES}
    wrong = [name for name, verdict in expected.items() if found.get(name) != verdict]
    for name in wrong:
        print(f"script/demo: {name} gave {found.get(name)}, not {expected[name]}", file=sys.stderr)
    return not wrong


def take_frames(stage: Stage) -> None:
    """Hold each card or print before the simulated camera."""
    texts = texts_by_key(stage.certificates)
    issued = texts.keys()
    strange = {
        "forged": forge_without_key(texts["one dose"]),
        "menu": "https://example.org/thuc-don",
    }
    for name, key, kind, seed, paper, _ in _FRAMES:
        if key in issued and not paper:
            picture = cv2.imread(str(folder_of(stage.certificates, key) / "card.png"))
        else:
            picture = _code((texts | strange)[key])
        save(stage.frames / f"{name}.jpg", frame_of(picture, kind, seed, paper=paper))
    save(stage.frames / f"{_NO_CODE}.jpg", empty_scene(seed=8))


def _code(text: str) -> Any:
    """A QR code as a printer would get it."""
    modules = np.array([list(row) for row in segno.make_qr(text, error="m").matrix], np.uint8)
    quiet = np.pad(1 - modules, 4, constant_values=1) * 255
    return cv2.cvtColor(np.kron(quiet, np.ones((8, 8), np.uint8)), cv2.COLOR_GRAY2BGR)


def save(path: Path, frame: Any) -> None:
    """Write a frame as the camera's JPEG."""
    cv2.imwrite(str(path), frame, [cv2.IMWRITE_JPEG_QUALITY, 90])


def tell_files(stage: Stage) -> None:
    """Say where everything lies."""
    title("What is there now")
    for path, what in (
        (stage.certificates, "for each person: qr.png, qr.svg, card.png, certificate.pdf"),
        (stage.frames, "what the camera saw"),
        (stage.screens, "what the officer saw"),
        (stage.home / "public", "the trust bundle, as any web server serves it"),
        (stage.folder / "verifier.log", "the verifier's log, without a personal datum"),
    ):
        print(f"{os.path.relpath(path)}: {what}")


def stay(stage: Stage, service: Service) -> None:
    """Leave the verifier running, for a person to try."""
    scanner = shlex.quote(os.path.relpath(Path(sys.executable).parent / "dosepass-scanner"))
    frames = shlex.quote(os.path.relpath(stage.frames))
    title("Your turn; the verifier runs until Ctrl-C")
    print(f"A webcam:    {scanner} --service {service.url}")
    print(f"Without one: {scanner} --pictures {frames} --service {service.url}")
    print(f"No screen:   {scanner} --pictures {frames} --service {service.url} --headless")
    try:
        signal.pause()
    except KeyboardInterrupt:
        print()


if __name__ == "__main__":
    sys.exit(main())
