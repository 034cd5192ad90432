"""Links to sites that are known for fraud, or made to look like others."""

from django.utils.translation import gettext_lazy as _

from rules.base import Finding, Outcome, Post, Rule, Spans, Values
from rules.matching.links import find_links, is_below, is_deceptive, to_ascii
from rules.parameters import Entries, Switch


def problem_with(domain: str) -> str:
    """Return why an entry is no domain, or an empty text."""
    name = to_ascii(domain.strip())
    links = list(find_links(name))
    if len(links) != 1 or links[0].host != name or not name.isascii():
        return f"{domain!r} is not a domain such as example.com."
    return ""


class FraudLinks(Rule):
    """See `summary`."""

    name = "fraud_links"
    label = _("Links to fraud")
    summary = (
        "Links to the listed domains and what is below them, also in punycode, with a "
        "name before an `@`, or with a full stop at the end. With `deceptive` also "
        "links that show another host before an `@`, or mix Latin and Cyrillic letters."
    )
    advice = "refuse, with the domains that staff and the banks report."
    enabled = True
    outcomes = (Outcome.FLAG, Outcome.HOLD, Outcome.MASK, Outcome.REFUSE)
    measured = True
    parameters = {
        "domains": Entries(
            "Domains, such as example.com.",
            problem_with,
            stored_as=lambda domain: to_ascii(domain.strip()),
        ),
        "deceptive": Switch(True, "Find links that are made to look like others."),
    }

    def check(self, post: Post, values: Values) -> Finding | None:
        domains = frozenset(values["domains"])
        spans: Spans = {}
        listed = deceptive = 0
        for name, text in post.texts.items():
            for link in find_links(text):
                is_listed = is_below(link.host, domains)
                # A full stop without a blank after it makes a "link" of two words.
                is_trap = values["deceptive"] and link.is_certain and is_deceptive(link)
                if not is_listed and not is_trap:
                    continue
                listed += is_listed
                deceptive += not is_listed
                spans.setdefault(name, []).append((link.start, link.end))
        if not spans:
            return None
        return Finding(f"{listed} listed links, {deceptive} deceptive ones", spans)
