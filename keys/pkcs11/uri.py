"""`pkcs11:` URIs (RFC 7512): which token and which key in it. They never carry a PIN."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any, Final, TypeAlias
from urllib.parse import quote, unquote_to_bytes

from keys.errors import SignerError

__all__ = ["SCHEME", "Pkcs11Uri"]

SCHEME: Final = "pkcs11:"

_PATH_VALUE: Final = re.compile(r"(?:[A-Za-z0-9._~:\[\]@!$'()*+,=&-]|%[0-9A-Fa-f]{2})*")
_QUERY_VALUE: Final = re.compile(r"(?:[A-Za-z0-9._~:\[\]@!$'()*+,=/?|-]|%[0-9A-Fa-f]{2})*")
_NUMBER: Final = re.compile(r"[0-9]{1,20}")
_VERSION: Final = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3})?")
_TYPES: Final = ("public", "private", "cert", "secret-key", "data")
_QUERY: Final = ("module-name", "module-path")
_PINS: Final = ("pin-source", "pin-value")
_HINT: Final = "write it as in: pkcs11:token=dosepass;object=signing"


@dataclass(frozen=True, kw_only=True, slots=True)
class Pkcs11Uri:
    """What a URI says; None where it says nothing. Every attribute of the path narrows the search.

    The names are those of RFC 7512, section 2.3, with underscores for hyphens.
    """

    token: str | None = None
    manufacturer: str | None = None
    serial: str | None = None
    model: str | None = None
    library_manufacturer: str | None = None
    library_description: str | None = None
    library_version: tuple[int, int] | None = None
    object: str | None = None
    type: str | None = None
    id: bytes | None = None
    slot_manufacturer: str | None = None
    slot_description: str | None = None
    slot_id: int | None = None
    module_name: str | None = None
    module_path: str | None = None

    @classmethod
    def from_text(cls, text: str) -> "Pkcs11Uri":
        """Read a URI as strictly as RFC 7512 is written; raises SignerError.

        Unknown attributes of the path are refused: they narrow what is meant, and a key that was
        found without them may be another. Unknown ones of the query only say how to get there, and
        are passed over, as section 2.3 has it.
        """
        if not text.startswith(SCHEME):
            raise SignerError("not a pkcs11: URI", hint=_HINT)
        if text.endswith("?"):
            raise SignerError("a pkcs11: URI ends with a question mark", hint=_HINT)
        path, _, query = text.removeprefix(SCHEME).partition("?")
        values: dict[str, Any] = {}
        for name, value in _attributes(path, ";", _PATH_VALUE):
            if name not in _READERS or name in _QUERY:
                raise _refused_name(name)
            values[name.replace("-", "_")] = _READERS[name](name, value)
        for name, value in _attributes(query, "&", _QUERY_VALUE):
            if name in _PINS:
                raise _refused_name(name)
            if name in _QUERY:
                values[name.replace("-", "_")] = _READERS[name](name, value)
        return cls(**values)

    def to_text(self) -> str:
        """Write the URI, attributes in the order of the fields; `from_text` reads it back."""
        path: list[str] = []
        query: list[str] = []
        for field in fields(self):
            name, value = field.name.replace("_", "-"), getattr(self, field.name)
            if value is not None:
                into = query if name in _QUERY else path
                into.append(f"{name}={_written(value, '/' if name in _QUERY else '')}")
        return SCHEME + ";".join(path) + ("?" + "&".join(query) if query else "")

    def token_words(self) -> str:
        """Name the token for a person, by the clearest thing that the URI says of it."""
        if self.token is not None:
            return f"the token {self.token}"
        if self.serial is not None:
            return f"the token with serial number {self.serial}"
        return "the token" if self.slot_id is None else f"the token in slot {self.slot_id}"

    def key_words(self) -> str:
        """Name the key for a person."""
        if self.object is not None:
            return f"the key {self.object} in {self.token_words()}"
        which = "the key" if self.id is None else f"the key with id {self.id.hex()}"
        return f"{which} in {self.token_words()}"


def _attributes(text: str, separator: str, allowed: re.Pattern[str]) -> Iterator[tuple[str, bytes]]:
    """Split `name=value` pairs and decode the values; each name may stand once."""
    seen = set()
    for pair in text.split(separator) if text else ():
        name, equals, value = pair.partition("=")
        if not equals or not re.fullmatch(r"[A-Za-z0-9_-]+", name):
            raise SignerError("a pkcs11: URI is made of name=value pairs", hint=_HINT)
        if name in seen:
            raise SignerError(f"{name} stands twice in a pkcs11: URI", hint=_HINT)
        if not allowed.fullmatch(value):
            raise SignerError(
                f"{name} in a pkcs11: URI has a character that must be percent-encoded",
                hint="write every other character than letters, digits, and .-_~ as %XX",
            )
        seen.add(name)
        yield name, unquote_to_bytes(value)


def _text(name: str, value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise SignerError(f"{name} in a pkcs11: URI is not UTF-8", hint=_HINT) from None


def _bytes(name: str, value: bytes) -> bytes:
    return value


def _type(name: str, value: bytes) -> str:
    text = _text(name, value)
    if text not in _TYPES:
        raise SignerError(
            "type in a pkcs11: URI is none of RFC 7512", hint="leave it out, or write type=private"
        )
    return text


def _number(name: str, value: bytes) -> int:
    text = _text(name, value)
    if not _NUMBER.fullmatch(text):
        raise SignerError(f"{name} in a pkcs11: URI is not a number", hint=_HINT)
    return int(text)


def _version(name: str, value: bytes) -> tuple[int, int]:
    text = _text(name, value)
    if not _VERSION.fullmatch(text):
        raise SignerError(f"{name} in a pkcs11: URI is not a version such as 2.6", hint=_HINT)
    major, _, minor = text.partition(".")
    return int(major), int(minor or "0")


_Reader: TypeAlias = Callable[[str, bytes], object]

_READERS: Final[Mapping[str, _Reader]] = MappingProxyType(
    {field.name.replace("_", "-"): _text for field in fields(Pkcs11Uri)}
    | {"id": _bytes, "type": _type, "slot-id": _number, "library-version": _version}
)


def _written(value: object, safe: str) -> str:
    if isinstance(value, bytes):  # every byte encoded: RFC 7512, section 2.3, of id
        return "".join(f"%{byte:02X}" for byte in value)
    if isinstance(value, tuple):
        return ".".join(map(str, value))
    return quote(str(value), safe=safe)


def _refused_name(name: str) -> SignerError:
    if name in _PINS:
        return SignerError(
            "a pkcs11: URI must not say where the PIN is",
            hint=f"leave {name} out; give the PIN with --pin-file, --pin-fd or at the prompt",
        )
    return SignerError(
        f"{name} is not an attribute of the path of a pkcs11: URI that dosepass knows",
        hint="leave it out, unless it tells two keys apart; then name them by id",
    )
