"""The categories that a report names, with the category of the EU's database of each.

Source: the attribute `category` of the DSA Transparency Database, in force since July
2025 (Commission Implementing Regulation (EU) 2024/2835).
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Category:
    """One category of reports."""

    name: str
    group: str
    label: Promise
    eu: str  # without the prefix STATEMENT_CATEGORY_
    severity: int  # 1 to 5; 5 is looked at within hours
    is_illegal: bool = False  # the ground that is proposed to staff
    needs_name: bool = True  # Article 16(2)(c): not for child abuse


GROUPS = {
    "fraud": _("Fraud and spam"),
    "forbidden": _("Not allowed to be offered"),
    "people": _("Against people"),
    "rights": _("Rights of others"),
    "other": _("Something else"),
}
_ALL = (
    Category("scam", "fraud", _("Scam or fraud"), "SCAMS_AND_FRAUD", 4, True),
    Category("spam", "fraud", _("Spam"), "SCAMS_AND_FRAUD", 2),
    Category("duplicate", "fraud", _("Posted several times"), "OTHER_VIOLATION_TC", 1),
    Category(
        "misleading",
        "fraud",
        _("Misleading description, price or pictures"),
        "CONSUMER_INFORMATION",
        2,
    ),
    Category("fake_account", "fraud", _("Fake account"), "SCAMS_AND_FRAUD", 3),
    Category(
        "prohibited",
        "forbidden",
        _("Prohibited goods or services"),
        "UNSAFE_AND_PROHIBITED_PRODUCTS",
        4,
        True,
    ),
    Category(
        "unsafe",
        "forbidden",
        _("Unsafe product"),
        "UNSAFE_AND_PROHIBITED_PRODUCTS",
        4,
        True,
    ),
    Category("animals", "forbidden", _("Animal welfare"), "ANIMAL_WELFARE", 3, True),
    Category("adult", "forbidden", _("Sexual content"), "OTHER_VIOLATION_TC", 3),
    Category("harassment", "people", _("Harassment or insults"), "CYBER_VIOLENCE", 3),
    Category(
        "hate",
        "people",
        _("Hatred"),
        "ILLEGAL_OR_HARMFUL_SPEECH",
        4,
        True,
    ),
    Category("violence", "people", _("Violence or threats"), "VIOLENCE", 5, True),
    Category("self_harm", "people", _("Suicide or self-harm"), "SELF_HARM", 5),
    Category(
        "child_abuse",
        "people",
        _("Sexual abuse of children"),
        "PROTECTION_OF_MINORS",
        5,
        True,
        needs_name=False,
    ),
    Category(
        "security",
        "people",
        _("Danger to public security"),
        "RISK_FOR_PUBLIC_SECURITY",
        5,
        True,
    ),
    Category(
        "intellectual_property",
        "rights",
        _("Copyright, trade marks or designs"),
        "INTELLECTUAL_PROPERTY_INFRINGEMENTS",
        3,
        True,
    ),
    Category(
        "privacy",
        "rights",
        _("Private data of somebody"),
        "DATA_PROTECTION_AND_PRIVACY_VIOLATIONS",
        4,
        True,
    ),
    Category(
        "illegal",
        "other",
        _("Illegal for another reason"),
        "OTHER_VIOLATION_TC",
        3,
        True,
    ),
    Category("other", "other", _("Against the rules"), "OTHER_VIOLATION_TC", 1),
)
CATEGORIES = {category.name: category for category in _ALL}
CHOICES = [(category.name, category.label) for category in _ALL]


def grouped() -> list[dict]:
    """Return the groups with their categories, as the API shows them."""
    return [
        {
            "group": group,
            "label": label,
            "categories": [
                {
                    "value": category.name,
                    "label": category.label,
                    "eu_category": f"STATEMENT_CATEGORY_{category.eu}",
                    "needs_name": category.needs_name,
                }
                for category in _ALL
                if category.group == group
            ],
        }
        for group, label in GROUPS.items()
    ]
