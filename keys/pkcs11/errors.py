"""What a token refuses, in our words: errors of PKCS#11 come without any."""

import struct
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from pkcs11 import exceptions as p11
from pkcs11.exceptions import PKCS11Error

from keys.errors import SignerError

__all__ = ["FOREIGN", "signer_error"]

FOREIGN: Final = (PKCS11Error, ValueError, NotImplementedError, struct.error)
"""What python-pkcs11 raises: beside its own errors those of attributes that it cannot read."""

_WRONG_PIN: Final = (
    "{where} refused the PIN",
    "nothing is tried again, since a token locks after a few wrong PINs; check the PIN first",
)
_NO_PIN: Final = (
    "{where} has no PIN that may be used",
    "set the user's PIN with the token's own tool, as softhsm2-util or pkcs11-tool",
)
_GONE: Final = ("{where} is gone", "put it back, then run the same command again")
_LOST: Final = (
    "the session with {where} is lost",
    "see that the token is there and runs, then run the same command again",
)
_FULL: Final = ("{where} is full", "remove what is needed no more with the token's own tool")
_PROTECTED: Final = (
    "{where} is write-protected",
    "take the protection away with the token's own tool, or use another token",
)
_CANNOT: Final = (
    "{where} cannot do what this key needs ({name})",
    "take a token that has ECDSA on P-256, or EdDSA on Ed25519, and makes such keys itself",
)
_OTHER: Final = (
    "{where} failed ({name})",
    "look into the token's own log; it may also be full or write-protected",
)

_WORDS: Final[Mapping[type[Exception], tuple[str, str]]] = MappingProxyType(
    {
        p11.PinIncorrect: _WRONG_PIN,
        p11.PinInvalid: _WRONG_PIN,
        p11.PinLenRange: _WRONG_PIN,
        p11.PinLocked: (
            "the PIN of {where} is locked",
            "unlock it with the PIN of its security officer and the token's own tool",
        ),
        p11.PinExpired: _NO_PIN,
        p11.PinTooWeak: _NO_PIN,
        p11.UserPinNotInitialized: _NO_PIN,
        p11.DeviceRemoved: _GONE,
        p11.SlotIDInvalid: _GONE,
        p11.TokenNotPresent: _GONE,
        p11.TokenNotRecognised: _GONE,
        p11.KeyHandleInvalid: _LOST,
        p11.ObjectHandleInvalid: _LOST,
        p11.SessionClosed: _LOST,
        p11.SessionCount: _LOST,
        p11.SessionHandleInvalid: _LOST,
        p11.UserNotLoggedIn: _LOST,
        p11.DeviceMemory: _FULL,
        p11.SessionReadOnly: _PROTECTED,
        p11.TokenWriteProtected: _PROTECTED,
        p11.DomainParamsInvalid: _CANNOT,
        p11.FunctionNotSupported: _CANNOT,
        p11.KeySizeRange: _CANNOT,
        p11.KeyTypeInconsistent: _CANNOT,
        p11.MechanismInvalid: _CANNOT,
        p11.MechanismParamInvalid: _CANNOT,
        p11.TemplateInconsistent: _CANNOT,
    }
)


def signer_error(error: Exception, where: str) -> SignerError:
    """Put an error of python-pkcs11 into words; `where` names the token or the module."""
    message, hint = _WORDS.get(type(error), _OTHER)
    return SignerError(message.format(where=where, name=type(error).__name__), hint=hint)
