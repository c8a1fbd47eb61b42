"""Cases of section 3: the prefix, Base45, the length."""

from spec import base45
from spec.verdicts import VerdictCode
from tests.vectors.build import TEXT, claims, signed
from tests.vectors.case import AUTHORITY, Case

__all__ = ["cases"]


def cases() -> list[Case]:
    """Everything that can be wrong with a text before it gives bytes, and what is right."""
    return [*_sound(), *_prefixes(), *_base45(), *_appended()]


def _sound() -> list[Case]:
    certificate = AUTHORITY.certificate()
    longest = AUTHORITY.certificate(unknown={-70_000: b"\0" * 513})
    too_long = AUTHORITY.certificate(unknown={-70_000: b"\0" * 514})
    return [
        Case(
            name="ok-two-doses",
            section="1",
            description="The certificate of the example: two doses of Comirnaty, green.",
            text=TEXT,
            code=VerdictCode.OK,
            certificate=certificate,
        ),
        Case(
            name="text-longest",
            section="10",
            description="A text of 1024 characters, the most that is read.",
            text=AUTHORITY.sign(longest),
            code=VerdictCode.OK,
            certificate=longest,
        ),
        Case(
            name="text-too-long",
            section="10",
            description="A sound certificate whose text has 1026 characters.",
            text="DP1:" + base45.encode(AUTHORITY.sign_message(too_long)),
            cddl=None,
        ),
    ]


def _prefixes() -> list[Case]:
    texts = {
        "text-empty": ("An empty text.", ""),
        "text-of-another-service": ("A web address.", "https://tiemchungcovid19.gov.vn/"),
        "prefix-missing": ("A certificate without its prefix.", TEXT[4:]),
        "prefix-lower-case": ("The prefix in lower case.", "dp1:" + TEXT[4:]),
        "prefix-of-another-version": ("The prefix of a version 2.", "DP2:" + TEXT[4:]),
        "prefix-of-the-eu": ("The prefix of the EU certificate.", "HC1:" + TEXT[4:]),
        "prefix-without-colon": ("The prefix without its colon.", "DP1" + TEXT[4:]),
        "prefix-after-space": ("A space before the prefix.", " " + TEXT),
        "prefix-after-byte-order-mark": ("A byte order mark before the prefix.", "\ufeff" + TEXT),
    }
    return [
        Case(
            name=name,
            section="3",
            description=description,
            text=text,
            code=VerdictCode.NOT_A_CERTIFICATE,
            cddl=None,
        )
        for name, (description, text) in texts.items()
    ]


def _base45() -> list[Case]:
    # The sound text ends in three characters; one byte less of name makes it end in two.
    even, odd = TEXT, signed(claims(name="Nguyễn Thị Minh Chu"))
    texts = {
        "base45-invalid-character": (
            "A number sign, which Base45 lacks.",
            even[:40] + "#" + even[41:],
        ),
        "base45-lower-case": ("The Base45 part in lower case.", "DP1:" + even[4:].lower()),
        "base45-one-lower-case-letter": (
            "One letter in lower case.",
            even.replace("R", "r", 1),
        ),
        "base45-full-width-digit": ("A full-width digit one.", even[:40] + "１" + even[41:]),
        "base45-line-end": ("A line feed after the text.", even + "\n"),
        "base45-nul": ("A NUL character after the text.", even + "\0"),
        "base45-one-character-over": ("One character more than whole groups.", even + "0"),
        "base45-one-character-missing": ("The last character of a pair is cut.", odd[:-1]),
        "base45-group-of-65536": ("A group of three that means 65536.", even[:-3] + "GGW"),
        "base45-group-largest": ("The largest group of three, 91124.", even[:-3] + ":::"),
        "base45-pair-of-256": ("A last pair that means 256.", odd[:-2] + "V5"),
        "base45-pair-largest": ("The largest last pair, 2024.", odd[:-2] + "::"),
        "base45-percent-encoded": ("Spaces written as %20.", even.replace(" ", "%20")),
        "base45-space-lost": ("The first space is lost.", even.replace(" ", "", 1)),
    }
    return [
        Case(name=name, section="3", description=description, text=text, cddl=None)
        for name, (description, text) in texts.items()
    ]


def _appended() -> list[Case]:
    return [
        Case(
            name="base45-empty",
            section="4",
            description="The prefix and nothing else: no bytes.",
            text="DP1:",
            cddl=False,
        ),
        Case(
            name="base45-plus-for-space",
            section="4",
            description="Spaces written as +, which is a character of Base45 too.",
            text=TEXT.replace(" ", "+"),
            cddl=False,
        ),
        Case(
            name="base45-zero-group-appended",
            section="4",
            description="A group of three zeros after the text: two bytes follow the message.",
            text=TEXT + "000",
        ),
        Case(
            name="base45-zero-pair-appended",
            section="4",
            description="A pair of zeros after the text: one byte follows the message.",
            text=TEXT + "00",
        ),
        Case(
            name="base45-group-missing",
            section="4",
            description="The last group is cut: the signature lacks its last two bytes.",
            text=TEXT[:-3],
            cddl=False,
        ),
    ]
