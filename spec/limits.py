"""Every limit of the format in one place, each with its reason (specification, section 10)."""

from typing import Final

MAX_TEXT_LENGTH: Final = 1024
"""Characters of a QR text. The largest certificate in Vietnamese letters that the other limits
allow takes 811, and a code of 1024 (version 21 at level M) is about the densest webcams read."""

MAX_NESTING: Final = 8
"""Levels of nested CBOR arrays and maps. Ours need 3; the rest is room for unknown claims."""

MAX_NAME_LENGTH: Final = 100
"""Characters of a name in NFC. The longest registered Vietnamese names have fewer than 60."""

MAX_ISSUER_LENGTH: Final = 32
"""Characters of an issuer's name, such as `VN` or `VN-79`."""

ID_SUFFIX_LENGTH: Final = 4
"""Last characters of the identity number: enough to compare with a card, too few to be one."""

MAX_DOSES: Final = 12
"""Doses on one certificate: a course of 3 and boosters twice a year for four years."""

MAX_VACCINE_CODE: Final = 65_535
"""Vaccine codes are small integers, so that the common ones take one byte."""

MAX_STATUS_POSITION: Final = 2**32 - 1
"""Status positions of one issuer, over all its lists: four thousand million certificates."""

STATUS_LIST_SIZE: Final = 2**18
"""Positions in one status list: 64 KiB at two bits each, a few kilobytes once compressed."""

CLOCK_TOLERANCE: Final = 300
"""Seconds by which a verifier's clock may lag behind the issuer's without a refusal."""
