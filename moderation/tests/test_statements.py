"""What is published about moderation: statements of reasons, and the yearly figures."""

import json
import re
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from audit.models import Decision
from audit.tests.factories import DecisionFactory
from moderation.categories import CATEGORIES
from moderation.statements import DONE, statement, statements
from moderation.tests.factories import AppealFactory, ReportFactory

pytestmark = pytest.mark.django_db
# The rules of the database of the EU: values of attributes, and lengths of texts.
VALUES = {
    "decision_visibility": r"DECISION_VISIBILITY_CONTENT_(REMOVED|DISABLED|LABELLED)",
    "decision_account": r"DECISION_ACCOUNT_(SUSPENDED|TERMINATED)",
    "decision_monetary": r"DECISION_MONETARY_(SUSPENSION|TERMINATION|OTHER)",
    "decision_provision": r"DECISION_PROVISION_PARTIAL_(SUSPENSION|TERMINATION)",
    "account_type": r"ACCOUNT_TYPE_(BUSINESS|PRIVATE)",
    "decision_ground": r"DECISION_GROUND_(ILLEGAL|INCOMPATIBLE)_CONTENT",
    "content_type": r"CONTENT_TYPE_(IMAGE|PRODUCT|TEXT|OTHER)",
    "source_type": r"SOURCE_(ARTICLE_16|TRUSTED_FLAGGER|VOLUNTARY)",
    "automated_detection": r"Yes|No",
    "automated_decision": r"AUTOMATED_DECISION_(FULLY|PARTIALLY|NOT_AUTOMATED)",
    "incompatible_content_illegal": r"Yes|No",
    "puid": r"[A-Za-z0-9_-]{1,500}",
    "content_type_other": r".{1,500}",
    "illegal_content_legal_ground": r".{1,500}",
    "illegal_content_explanation": r".{1,2000}",
    "incompatible_content_ground": r".{1,500}",
    "incompatible_content_explanation": r".{1,2000}",
    "decision_facts": r".{1,5000}",
}
DATES = {
    *("content_date", "application_date"),
    *("end_date_visibility_restriction", "end_date_account_restriction"),
    *("end_date_monetary_restriction", "end_date_service_restriction"),
}
RESTRICTIONS = {
    *("decision_visibility", "decision_account"),
    *("decision_monetary", "decision_provision"),
}
ALWAYS = {
    *("puid", "category", "content_type", "content_date", "application_date"),
    *("decision_facts", "source_type", "automated_detection", "automated_decision"),
    "decision_ground",
}
EU_CATEGORIES = {
    *("ANIMAL_WELFARE", "CONSUMER_INFORMATION", "CYBER_VIOLENCE"),
    *("CYBER_VIOLENCE_AGAINST_WOMEN", "DATA_PROTECTION_AND_PRIVACY_VIOLATIONS"),
    *("ILLEGAL_OR_HARMFUL_SPEECH", "INTELLECTUAL_PROPERTY_INFRINGEMENTS"),
    "NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS",
    *("NOT_SPECIFIED_NOTICE", "OTHER_VIOLATION_TC", "PROTECTION_OF_MINORS"),
    *("RISK_FOR_PUBLIC_SECURITY", "SCAMS_AND_FRAUD", "SELF_HARM"),
    *("UNSAFE_AND_PROHIBITED_PRODUCTS", "VIOLENCE"),
}


def faults(found: dict) -> list[str]:
    """What the database of the EU would refuse."""
    wrong = [f"{name} is missing" for name in ALWAYS - set(found)]
    for name, value in found.items():
        for each in value if isinstance(value, list) else [value]:
            if name in DATES:
                date.fromisoformat(each)
            elif name == "category":
                if each.removeprefix("STATEMENT_CATEGORY_") not in EU_CATEGORIES:
                    wrong.append(f"{name}: {each}")
            elif not re.fullmatch(VALUES[name], each):
                wrong.append(f"{name}: {each}")
    if not RESTRICTIONS & set(found):
        wrong.append("nothing is restricted")
    if found["content_type"] == ["CONTENT_TYPE_OTHER"]:
        wrong += [] if "content_type_other" in found else ["which other content?"]
    kind = "illegal" if "ILLEGAL" in found["decision_ground"] else "incompatible"
    wrong += [] if any(name.startswith(kind) for name in found) else ["no ground"]
    return wrong


@pytest.mark.parametrize("ground", Decision.Ground.values)
@pytest.mark.parametrize("outcome", DONE)
@pytest.mark.parametrize("label", ["listings.listing", "accounts.user"])
def test_each_restriction_is_what_the_database_of_the_eu_takes(
    alice, label, outcome, ground
):
    decision = DecisionFactory(
        person=alice,
        target_type=label,
        outcome=outcome,
        ground=ground,
        category="SCAMS_AND_FRAUD",
        until=timezone.now() + timedelta(days=3),
    )
    assert faults(statement(decision)) == []


@pytest.mark.parametrize(
    ("restricts", "monetary", "provision"),
    [
        ("payouts", "SUSPENSION", None),
        ("posting messages", None, "PARTIAL_SUSPENSION"),
        ("service payouts", "SUSPENSION", "PARTIAL_SUSPENSION"),
    ],
)
def test_a_restriction_says_what_it_takes_away(alice, restricts, monetary, provision):
    decision = DecisionFactory(
        person=alice,
        target_type="accounts.user",
        outcome="restrict",
        restricts=restricts,
        until=timezone.now() + timedelta(days=3),
    )
    found = statement(decision)
    wanted = {"monetary": monetary, "provision": provision}
    for what, value in wanted.items():
        prefix = f"DECISION_{what.upper()}_"
        assert found.get(f"decision_{what}") == (value and prefix + value)
    ends = {name for name in found if name.startswith("end_date")}
    assert ends == {
        f"end_date_{what}_restriction"
        for what, value in (("monetary", monetary), ("service", provision))
        if value
    }


def test_a_restriction_without_an_end_is_a_termination(alice):
    found = statement(DecisionFactory(person=alice, outcome="restrict"))
    assert found["decision_monetary"] == "DECISION_MONETARY_TERMINATION"
    assert found["decision_provision"] == "DECISION_PROVISION_PARTIAL_TERMINATION"


def test_our_categories_are_those_of_the_eu():
    assert {each.eu for each in CATEGORIES.values()} <= EU_CATEGORIES


def test_statements_name_nobody_and_quote_nothing(alice):
    DecisionFactory(person=alice, facts="SECRET", note="SECRET", target_label="SECRET")
    [found] = statements(since=timezone.now() - timedelta(days=1))
    text = json.dumps(found)
    assert "SECRET" not in text
    assert alice.username not in text


def test_what_restricts_nobody_is_not_sent(alice):
    DecisionFactory(person=alice, outcome="no_action")
    DecisionFactory(person=alice, outcome="warn")
    assert list(statements(since=timezone.now() - timedelta(days=1))) == []


def test_the_command_prints_a_line_for_each(alice):
    for _number in range(2):
        DecisionFactory(person=alice)
    out = StringIO()
    call_command("statements", "--since", "2020-01-01", stdout=out)
    assert len([json.loads(line) for line in out.getvalue().splitlines()]) == 2


def test_the_figures_of_a_year_are_for_everybody(api):
    now = timezone.now()
    ReportFactory(status="upheld", decided_at=now + timedelta(hours=2), created_at=now)
    ReportFactory(category="spam")
    AppealFactory(status="upheld", decided_at=now)
    found = api.get(f"/api/transparency/{timezone.localdate().year}").json()
    assert found["reports"] == {
        "total": 2,
        "by_category": {"STATEMENT_CATEGORY_SCAMS_AND_FRAUD": 2},
        "upheld": 1,
        "not_upheld": 0,
        "median_hours": 2.0,
    }
    assert found["decisions"]["by_outcome"] == {"hide": 1}
    assert found["decisions"]["decided_automatically"] == 1
    assert found["appeals"]["upheld"] == 1
    assert api.get("/api/transparency/2019").json()["reports"]["total"] == 0
    out = StringIO()
    call_command("transparency", str(found["year"]), stdout=out)
    assert json.loads(out.getvalue()) == found
