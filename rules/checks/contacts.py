"""Contact details, by which people leave the site."""

from collections import Counter

from django.utils.translation import gettext_lazy as _

from rules.base import Finding, Outcome, Post, Rule, Values
from rules.matching.contacts import find_contacts
from rules.parameters import Switch
from rules.posts import APPLICATION, MESSAGE, PROFILE

SWITCHES = {MESSAGE: "messages", APPLICATION: "messages", PROFILE: "profiles"}
KINDS = ("phone", "email", "link", "messenger")


class Contacts(Rule):
    """See `summary`."""

    name = "contacts"
    label = _("Contact details")
    summary = (
        "Phone numbers (also with the letter O for 0, separators and the digits of any "
        "script), e-mail addresses (also spelled out), links and messenger handles."
    )
    advice = (
        "mask in markets with payments through the site; off where people call each "
        "other. Set `messages` to false to leave conversations alone."
    )
    outcome = Outcome.MASK
    outcomes = (Outcome.FLAG, Outcome.HOLD, Outcome.MASK, Outcome.REFUSE)
    measured = True
    parameters = {
        **{name: Switch(True, f"Find: {name}.") for name in KINDS},
        "items": Switch(True, "Look at items and reviews."),
        "messages": Switch(True, "Look at messages and applications."),
        "profiles": Switch(True, "Look at names and the texts of profiles."),
    }

    def concerns(self, post: Post, values: Values) -> bool:
        return values[SWITCHES.get(post.kind, "items")]

    def check(self, post: Post, values: Values) -> Finding | None:
        spans = {
            name: [span for span in find_contacts(text) if values[span.kind]]
            for name, text in post.texts.items()
            if text
        }
        counts = Counter(span.kind for found in spans.values() for span in found)
        if not counts:
            return None
        detail = ", ".join(f"{counts[kind]} {kind}" for kind in KINDS if counts[kind])
        places = {
            name: [(span.start, span.end) for span in found]
            for name, found in spans.items()
            if found
        }
        return Finding(detail, places)
