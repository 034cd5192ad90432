"""Personal data of rules: what they found, hashes of texts; no words of people."""

from core.privacy import describe, describe_impersonal
from rules.models import Fingerprint, PriceLevel, RuleHit, RuleSetting

describe(
    RuleHit,
    whose="person",
    purpose="What the rules against spam and abuse have found in posts and messages, "
    "without their words.",
    retention="RULE_HIT_DAYS.",
    exports="rule outcome target_type",
    internal="target_id detail",
    delete=True,
)
describe(
    Fingerprint,
    whose="person",
    purpose="Hashes of texts and pictures, by which repetitions are found.",
    retention="FINGERPRINT_DAYS.",
    exports="target_type",
    internal="target_id digest band1 band2 band3 band4",
    delete=True,
)
describe_impersonal(
    RuleSetting,
    "name enabled outcome parameters failures failed_at",
    because="How the rules are set.",
)
describe_impersonal(
    PriceLevel,
    "item_type category currency price_type count median deviation",
    because="What the items of a category cost.",
)
