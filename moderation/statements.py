"""Statements of reasons for the EU's Transparency Database, without personal data.

Article 24(5) of Regulation (EU) 2022/2065. The attributes are those of the database's
API as in force since 1 July 2025:
https://transparency.dsa.ec.europa.eu/page/api-documentation
"""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from audit.models import Decision
from moderation.categories import CATEGORIES

Outcome = Decision.Outcome
UNKNOWN = "OTHER_VIOLATION_TC"  # of a decision that no report led to
VISIBILITY = {
    Outcome.HIDE: "DECISION_VISIBILITY_CONTENT_DISABLED",
    Outcome.REMOVE: "DECISION_VISIBILITY_CONTENT_REMOVED",
    Outcome.LABEL: "DECISION_VISIBILITY_CONTENT_LABELLED",
}
ACCOUNT = {
    Outcome.SUSPEND: "DECISION_ACCOUNT_SUSPENDED",
    Outcome.BAN: "DECISION_ACCOUNT_TERMINATED",
}
SOURCES = {
    Decision.Source.NOTICE: "SOURCE_ARTICLE_16",
    Decision.Source.OWN_INITIATIVE: "SOURCE_VOLUNTARY",
}
CONTENT_TYPES = {
    "listings.listing": "CONTENT_TYPE_PRODUCT",
    "uploads.upload": "CONTENT_TYPE_IMAGE",
}
PROVISION = {True: "SUSPENSION", False: "TERMINATION"}  # by whether it ends
DONE = {  # in English: what is sent names nobody and quotes nothing
    Outcome.HIDE: "was hidden",
    Outcome.REMOVE: "was removed",
    Outcome.LABEL: "was labelled",
    Outcome.RESTRICT: "was restricted",
    Outcome.SUSPEND: "was suspended for a time",
    Outcome.BAN: "was closed",
}
THINGS = {
    "listings.listing": "An offer of goods",
    "tasks.taskrequest": "A request for help",
    "offerings.offering": "An offer of services",
    "reviews.review": "A review",
    "messaging.message": "A message",
    "uploads.upload": "A picture",
    "accounts.user": "An account",
}


def restrictions(*, since: datetime) -> QuerySet[Decision]:
    """Return the decisions since then that restrict somebody, the oldest first."""
    rows = Decision.objects.filter(created_at__gte=since, outcome__in=DONE)
    return rows.select_related("person").order_by("created_at", "id")


def statements(*, since: datetime) -> Iterator[dict[str, Any]]:
    """Yield one statement for each restriction since then."""
    for decision in restrictions(since=since).iterator():
        yield statement(decision)


def statement(decision: Decision) -> dict[str, Any]:
    """Return what the database takes about a decision."""
    outcome = Outcome(decision.outcome)
    facts = f"{THINGS[decision.target_type]} {DONE[outcome]}."
    made = decision.target_created_at or decision.created_at
    found: dict[str, Any] = {
        "puid": decision.number,
        "category": f"STATEMENT_CATEGORY_{decision.category or UNKNOWN}",
        "content_type": [_content_type(decision)],
        "content_date": _day(made),
        "application_date": _day(decision.created_at),
        "decision_facts": facts,
        "source_type": SOURCES[Decision.Source(decision.source)],
        "automated_detection": _yes(decision.detected_automatically),
        "automated_decision": (
            "AUTOMATED_DECISION_FULLY"
            if decision.decided_automatically
            else "AUTOMATED_DECISION_NOT_AUTOMATED"
        ),
    }
    if found["content_type"] == ["CONTENT_TYPE_OTHER"]:
        found["content_type_other"] = "Account"
    return found | _restriction(decision, outcome) | _ground(decision)


def _content_type(decision: Decision) -> str:
    if decision.target_type == "accounts.user":
        return "CONTENT_TYPE_OTHER"
    return CONTENT_TYPES.get(decision.target_type, "CONTENT_TYPE_TEXT")


def _restriction(decision: Decision, outcome: Outcome) -> dict[str, Any]:
    if outcome == Outcome.RESTRICT:
        return _of_person(decision)
    is_visibility = outcome in VISIBILITY
    found = _end(decision, "visibility" if is_visibility else "account")
    if is_visibility:
        return found | {"decision_visibility": [VISIBILITY[outcome]]}
    return found | {"decision_account": ACCOUNT[outcome]} | _account_type(decision)


def _of_person(decision: Decision) -> dict[str, Any]:
    """Return what a restricted person loses: of money, and of the service.

    Interaction is a part of the service, which is never taken away as a whole: who is
    restricted reads, and ends what has begun.
    """
    found = _account_type(decision)
    kind = PROVISION[decision.until is not None]
    if Decision.Scope.PAYOUTS in decision.scopes:
        found |= _end(decision, "monetary")
        found["decision_monetary"] = f"DECISION_MONETARY_{kind}"
    if set(decision.scopes) - {Decision.Scope.PAYOUTS}:
        found |= _end(decision, "service")
        found["decision_provision"] = f"DECISION_PROVISION_PARTIAL_{kind}"
    return found


def _end(decision: Decision, what: str) -> dict[str, Any]:
    if decision.until is None:
        return {}
    return {f"end_date_{what}_restriction": _day(decision.until)}


def _account_type(decision: Decision) -> dict[str, Any]:
    is_trader = decision.person.seller_type == User.SellerType.TRADER
    return {"account_type": f"ACCOUNT_TYPE_{'BUSINESS' if is_trader else 'PRIVATE'}"}


def _ground(decision: Decision) -> dict[str, Any]:
    label = _label(decision.category)
    if decision.ground == Decision.Ground.ILLEGAL:
        return {
            "decision_ground": "DECISION_GROUND_ILLEGAL_CONTENT",
            "illegal_content_legal_ground": decision.basis or "National law",
            "illegal_content_explanation": label,
        }
    return {
        "decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT",
        "incompatible_content_ground": decision.basis or f"{settings.SITE_NAME}: terms",
        "incompatible_content_explanation": label,
        "incompatible_content_illegal": "No",
    }


def _label(category: str) -> str:
    """Return in English what the category is, of several with it the first."""
    names = [str(each.name) for each in CATEGORIES.values() if each.eu == category]
    return names[0].replace("_", " ").capitalize() if names else "Against the rules"


def _day(at: datetime) -> str:
    day: date = timezone.localtime(at).date()
    return day.isoformat()


def _yes(value: bool) -> str:
    return "Yes" if value else "No"
