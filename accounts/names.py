"""Which names of people are refused: links, hidden characters, names of the site."""

import re
import unicodedata
from string import ascii_lowercase

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.models import User

LINK = re.compile(
    r"://|\bhttps?:|@|[/\\]|\bwww\.|\w{2,}\.[^\W\d_]{2,}"
    r"|\b\w\.(co|com|me|io|ly|lv|net|org|ru)\b|\b\d{1,3}(\.\d{1,3}){3}\b|\d[\d -]{6,}"
)
# What browsers take for a dot in a host name, and what people write in its place.
DOTS = re.compile("[\u3002\uff61]|\\[\\.\\]|\\(\\.\\)")
# Refused as a word of its own, and those of `WITHIN` also at the beginning or the end.
STAFF_WORDS = (
    *("staff", "helpdesk", "official", "webmaster", "postmaster", "noreply", "system"),
    *("security", "customer", "payments", "atbalsts", "klientu", "drošības", "sistēma"),
    *("служба", "система", "поддержки", "безопасности"),
)
WITHIN = (
    *("admin", "moderator", "moderation", "moderācija", "support"),
    *("админ", "модератор", "модерация", "поддержка"),
)
WHOLE = ("root", "help", "info")  # surnames and words of others
# Letters of other scripts and digits, each before the Latin letter that it looks like.
PAIRS = (
    "аa вb еe ёe кk мm нh оo рp сc тt уy хx іi їi јj ѕs ԁd ԛq ԝw һh ӏl "
    "αa βb εe ηn ιi κk νv οo ρp τt υu χx ωw 0o 1l 3e 4a 5s 7t 8b $s |l !l łl ıi ſs"
)
SMALL_CAPITALS = (
    "ᴀa ʙb ᴄc ᴅd ᴇe ꜰf ɢg ʜh ɪi ᴊj ᴋk ʟl ᴍm ɴn ᴏo ᴘp ʀr ꜱs ᴛt ᴜu ᴠv ᴡw ʏy ᴢz"
)
# Letters in dark circles, in dark squares, and of flags: each an alphabet in a row.
SYMBOLS = {
    chr(first + place): letter
    for first in (0x1F150, 0x1F170, 0x1F1E6)
    for place, letter in enumerate(ascii_lowercase)
}
LOOK_ALIKES = str.maketrans(
    {pair[0]: pair[1] for pair in f"{PAIRS} {SMALL_CAPITALS}".split()} | SYMBOLS
)
MIN_SITE_CHARS = 4  # a shorter name of the site is in too many words


def has_link(text: str) -> bool:
    """Return whether mail programs could make a link or an address of `text`."""
    text = DOTS.sub(".", unicodedata.normalize("NFKC", text).casefold())
    return LINK.search(text) is not None


def skeleton(text: str) -> str:
    """Return what the text looks like: letters alone, of those that look alike one.

    Not for display. Texts with the same skeleton are easily mistaken for each other.
    """
    text = unicodedata.normalize("NFKC", text).casefold().translate(LOOK_ALIKES)
    letters = unicodedata.normalize("NFKD", text)  # without accents
    joined = "".join(letter for letter in letters if letter.isalnum())
    return joined.replace("rn", "m").replace("vv", "w").replace("i", "l")


_STAFF_WORDS = frozenset(map(skeleton, STAFF_WORDS))
_WITHIN = tuple(map(skeleton, WITHIN))
_WHOLE = frozenset(map(skeleton, WHOLE))


def imitates_site(text: str) -> bool:
    """Return whether a name looks like that of the site or of its staff.

    A name that begins or ends with such a word does (`admin_riga`, `TheModerator`), or
    that has the name of the site anywhere.
    """
    whole = skeleton(text)
    words = {skeleton(word) for word in re.split(r"[\W_]+", text)} | {whole}
    site = skeleton(settings.SITE_NAME)
    return (
        not words.isdisjoint(_STAFF_WORDS)
        or whole in _WHOLE
        or whole.startswith(_WITHIN)
        or whole.endswith(_WITHIN)
        or (len(site) >= MIN_SITE_CHARS and site in whole)
    )


def refuse_imitations(user: User) -> None:
    """Check the names of a new account. Raises as `refuse_imitation`."""
    refuse_imitation(user, "username")
    refuse_imitation(user, "first_name", "last_name")


def refuse_imitation(user: User, *fields: str) -> None:
    """Check the username, or the first and the last name together.

    Raises `serializers.ValidationError` (400) for the first of `fields`. Staff may have
    such names.
    """
    shown = " ".join(getattr(user, field) for field in fields)
    if not user.is_staff and imitates_site(shown):
        sentence = _("This name could be mistaken for one of the site or its staff.")
        raise serializers.ValidationError({fields[0]: sentence})
