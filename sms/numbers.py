"""Phone numbers: one spelling for each (E.164), and mobile numbers only."""

import re
from dataclasses import dataclass
from unicodedata import category, decimal

from django.conf import settings

from sms.exceptions import PhoneInvalid, PhoneNotSupported

MAX_CHARS = 40  # of what people type; E.164 has 15 digits at most
HIDDEN_DIGITS = 4  # of a prefix: one provider sells numbers in blocks of 10,000
SEPARATORS = re.compile(r"[ ()./-]")
DIGITS = re.compile(r"\+?[0-9]+")
LOOK_ALIKES = {
    "＋": "+",
    "（": "(",
    "）": ")",
    "−": "-",
    "．": ".",
    "／": "/",
    "\t": " ",
}


@dataclass(frozen=True)
class PhoneNumber:
    """A number that may receive text messages."""

    e164: str  # "+37121234567"
    region: str  # "LV"

    @property
    def prefix(self) -> str:
        """The number without its last four digits."""
        return self.e164[:-HIDDEN_DIGITS]


def parse(text: str, default_region: str = "") -> PhoneNumber:
    """Return the mobile number that `text` spells, in any usual way.

    A number without a country is one of `default_region`, or else of `PHONE_REGION`.
    Raises `PhoneInvalid`, and `PhoneNotSupported` for a country outside `SMS_COUNTRIES`
    and for what is no mobile number (fixed, premium, shared cost, toll-free, VoIP,
    pager, personal).
    """
    # On first use: its tables of all countries are large.
    import phonenumbers

    written = _in_ascii(text)
    try:
        number = phonenumbers.parse(written, default_region or settings.PHONE_REGION)
    except phonenumbers.NumberParseException as error:
        raise PhoneInvalid from error
    if not phonenumbers.is_valid_number(number):
        raise PhoneInvalid
    region = phonenumbers.region_code_for_number(number) or ""
    if region not in settings.SMS_COUNTRIES:
        raise PhoneNotSupported
    if not _is_mobile(phonenumbers.number_type(number), region):
        raise PhoneNotSupported
    form = phonenumbers.PhoneNumberFormat.E164
    return PhoneNumber(phonenumbers.format_number(number, form), region)


def shortened(e164: str) -> str:
    """Return a number as logs and lists show it, without its last digits."""
    return f"{e164[:-HIDDEN_DIGITS]}…"


def _in_ascii(text: str) -> str:
    """Return the typed digits in ASCII, and 00 as +. Raises `PhoneInvalid`."""
    if len(text) > MAX_CHARS:
        raise PhoneInvalid
    digits = SEPARATORS.sub("", "".join(map(_character, text)))
    if not DIGITS.fullmatch(digits):
        raise PhoneInvalid
    return f"+{digits[2:]}" if digits.startswith("00") else digits


def _character(char: str) -> str:
    if char.isascii():
        return LOOK_ALIKES.get(char, char)
    if (digit := decimal(char, -1)) != -1:  # not ², which is no decimal digit
        return str(digit)
    kind = category(char)
    if kind == "Cf":  # marks of direction, which phones copy along with a number
        return ""
    return {"Pd": "-", "Zs": " "}.get(kind) or LOOK_ALIKES.get(char, char)


def _is_mobile(kind: int, region: str) -> bool:
    from phonenumbers import PhoneMetadata, PhoneNumberType

    if kind == PhoneNumberType.FIXED_LINE_OR_MOBILE:
        # Only where a country numbers both alike (as in North America). Elsewhere the
        # number lies in a range that the country gives to fixed lines too.
        metadata = PhoneMetadata.metadata_for_region(region)
        return bool(metadata and metadata.same_mobile_and_fixed_line_pattern)
    return kind == PhoneNumberType.MOBILE
