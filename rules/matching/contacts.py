"""Contact details in a text: phone numbers, e-mail addresses, links, messengers.

Every pattern has bounded quantifiers, so the time grows with the length of the text.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from rules.matching.links import find_links

# Neither Latin nor Cyrillic, nor the marks that such texts have.
RARE = re.compile(r"[^\x00-\u024f\u0400-\u052f\u2010-\u2026\u20ac]")
KEYCAP = "\ufe0f\u20e3"  # behind the digits of emoji


class Span(NamedTuple):
    """What was found, and where."""

    kind: str  # phone, email, link or messenger
    start: int
    end: int


DIGIT = r"[\dOoОо]"  # with the letter O of both scripts, typed for a zero
PHONE = re.compile(
    rf"(?<![\w.,/:€$-])(?P<sign>\+\s?|00(?=[1-9]))?"
    rf"(?P<body>\(?{DIGIT}(?:[\s().\-–—_*]{{0,3}}{DIGIT}){{6,14}})(?![\w%]|[.,:]\d)"
)
LETTERS_O = str.maketrans("OoОо", "0000")
NOT_DIGITS = re.compile(r"\D")
LATVIAN = re.compile(r"(?:371)?[26]\d{7}")
RUSSIAN = re.compile(r"[78]9\d{9}")
FOREIGN = re.compile(r"[1-9]\d{8,14}")  # after a plus sign
NOT_A_PHONE = re.compile(
    r"(?:19|20)\d\d\s?[-–—]\s?(?:19|20)\d\d"  # years
    r"|(?:19|20)\d\d\s(?:19|20)\d\d"
    r"|\d{1,2}[.-]\s?\d{1,2}[.-]\s?\d{4}"  # a date
    r"|(?:19|20)\d\d-\d\d-\d\d"
    r"|\d{1,2}\.\d\d\s?[-–—]\s?\d{1,2}\.\d\d"  # from … to … o'clock
    r"|\d{3}\.\d{3}\.\d\d"  # a number of an article
    r"|\d{1,4}\s?[-–—]\s\d{1,4}(?:\s?[-–—]\s\d{1,4}){0,3}"  # a range with spaces
)
UNIT_AFTER = re.compile(
    r"\s{0,2}(?:€|\$|£|%|₽|eur|euro|eiro|usd|руб|евро|km|км|kg|кг|cm|см|mm|мм|m2|м2|m²"
    r"|м²|w\b|kw|квт|вт|gb|гб|mb|mah|hz|ml|мл|rpm|lpp|стр|gab|шт|pcs)",
    re.IGNORECASE,
)
CODE_BEFORE = re.compile(
    r"(?:\bart(?:ikul[sa]|icle)?|\bkods|\bcode|\bkod|\bмодел[ьи]|\bmodel\w{0,3}|\bsku"
    r"|\bisbn|\bean|\bserial|sērij\w{0,6}|\bарт(?:икул)?|\bкод|серийн\w{0,4}|\bvin"
    r"|\border|pasūtījum\w{0,3}|заказ\w{0,2}|reģ\w{0,10}|\bpart"
    r"|\bkadastr\w{0,6}|кадастр\w{0,8})"
    r"[.:\s]{0,3}(?:nr|no|num\w{0,4}|номер|№)?[.:#№\s]{0,3}$",
    re.IGNORECASE,
)
NAME = r"[A-Za-z0-9][\w.+-]{0,62}"
EMAIL = re.compile(
    rf"(?<![\w.@/]){NAME}\s?@\s?(?P<domain>[\w-]{{1,60}}"
    r"(?:\s?\.\s?[A-Za-z]{2,12}){1,3})(?!\w)"
)
AT = (
    r"(?:[(\[{<]\s?(?:at|ät|et|собака|@|a)\s?[)\]}>]"
    r"|\bat\b|\bet\b|\beta\b|собака|\bпёс\b)"
)
DOT = r"(?:[(\[{<]\s?(?:dot|punkts|точка|\.)\s?[)\]}>]|\bdot\b|\bpunkts\b|\bточка\b)"
# Spelled out: the dot is too, or the sign stands in brackets, or a known provider
# follows. "Look at example.com" is none of these.
PROVIDER = (
    r"(?:gmail|googlemail|inbox|yahoo|outlook|hotmail|icloud|proton(?:mail)?|mail"
    r"|yandex|apollo|tvnet|one|e-apollo)"
)
ZONE = r"[A-Za-z]{2,12}|лв|ком|ру"
SPELLED = re.compile(
    rf"(?<![\w.@])\w[\w.+-]{{0,62}}\s{{0,2}}{AT}\s{{0,2}}(?:"
    rf"[\w-]{{1,60}}(?:\s{{0,2}}{DOT}\s{{0,2}}(?:{ZONE})){{1,3}}"
    rf"|{PROVIDER}\s?\.\s?(?:{ZONE})"
    rf"|(?:джимейл|инбокс|мейл|яндекс)(?:\s{{0,2}}(?:\.|{DOT})\s{{0,2}}(?:{ZONE}))?)"
    r"(?!\w)"
    rf"|(?<![\w.@]){NAME}\s{{0,2}}[(\[{{<]\s?(?:at|собака|@)\s?[)\]}}>]\s{{0,2}}"
    rf"[\w-]{{1,60}}\s?\.\s?(?:{ZONE})(?!\w)",
    re.IGNORECASE,
)
HANDLE = re.compile(
    r"(?<![\w@./])@[A-Za-z][A-Za-z0-9_]{4,31}(?![\w@]|\.[A-Za-z])"
    r"|\b(?:telegram\w{0,2}|tg|телеграмм?\w?|тг|viber|вайбер|signal|whatsapp|ватсап"
    r"|вотсап|instagram|insta|skype|скайп)\s{0,2}[:=–—-]?\s{0,2}@\s?[A-Za-z][\w.]{2,31}"
    r"|\b(?:telegram\w{0,2}|tg|телеграмм?\w?|тг|skype|скайп|instagram|insta)"
    r"\s{0,2}[:=]\s{0,2}[A-Za-z][A-Za-z0-9_.]{4,31}",
    re.IGNORECASE,
)


def find_contacts(text: str) -> list[Span]:
    """Return the contact details in `text`, in order; those that overlap are one."""
    text = plain(text)
    found = [*_emails(text), *_links(text), *_handles(text), *_phones(text)]
    found.sort(key=lambda span: (span.start, -span.end))
    apart: list[Span] = []
    for span in found:
        if not apart or span.start >= apart[-1].end:
            apart.append(span)
        elif span.end > apart[-1].end:
            apart[-1] = apart[-1]._replace(end=span.end)
    return apart


def plain(text: str) -> str:
    """Return `text` with ASCII for other digits and wide forms, as long as before.

    Places are found in the result and masked in the text itself.
    """
    return text.translate(PLAIN) if RARE.search(text) else text


class _Plain(dict[int, str]):
    """The plain characters by the code of each; computed when one is first met."""

    def __missing__(self, code: int) -> str:
        self[code] = found = _plain(chr(code))
        return found


def _plain(character: str) -> str:
    if character.isascii():
        return character
    if character in KEYCAP:
        return " "
    if unicodedata.decomposition(character).startswith(("<super>", "<sub>")):
        return character  # of a unit, such as m²
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    wide = unicodedata.normalize("NFKC", character)
    return wide if len(wide) == 1 and wide.isascii() else character


PLAIN = _Plain()


# The long patterns are tried only in texts that have what each of their matches has:
# that is found ten times as fast.
HAS_AT = re.compile(AT, re.IGNORECASE)
HAS_SIGN = re.compile("[@:=]")
HAS_DIGIT = re.compile(r"\d")


def _emails(text: str) -> Iterator[Span]:
    for pattern, may_match in ((EMAIL, "@" in text), (SPELLED, HAS_AT.search(text))):
        for match in pattern.finditer(text) if may_match else ():
            yield Span("email", *match.span())


def _links(text: str) -> Iterator[Span]:
    for link in find_links(text):
        if link.is_certain:
            yield Span("link", link.start, link.end)


def _handles(text: str) -> Iterator[Span]:
    for match in HANDLE.finditer(text) if HAS_SIGN.search(text) else ():
        yield Span("messenger", *match.span())


def _phones(text: str) -> Iterator[Span]:
    for match in PHONE.finditer(text) if HAS_DIGIT.search(text) else ():
        if _is_phone(match) and not _is_other_number(text, match):
            yield Span("phone", *match.span())


def _is_phone(match: re.Match[str]) -> bool:
    digits = NOT_DIGITS.sub("", match["body"].translate(LETTERS_O))
    if match["sign"]:
        return bool(FOREIGN.fullmatch(digits))
    return bool(LATVIAN.fullmatch(digits) or RUSSIAN.fullmatch(digits))


def _is_other_number(text: str, match: re.Match[str]) -> bool:
    """Return whether it is a price, a date, a size or the number of a thing."""
    if match["sign"]:
        return False
    before = text[max(0, match.start() - 40) : match.start()]
    return bool(
        NOT_A_PHONE.fullmatch(match["body"])
        or UNIT_AFTER.match(text, match.end())
        or CODE_BEFORE.search(before)
    )
