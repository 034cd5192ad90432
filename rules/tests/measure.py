"""How well the rules find what they are for: `python -m rules.tests.measure`.

Runs the rules over the labelled posts and writes docs/rules.md. It needs no database.
"""

import os
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from math import log
from pathlib import Path
from typing import Any, NamedTuple

import django

FILE = Path(__file__).parents[2] / "docs" / "rules.md"
BEGIN, END = "<!-- measured -->\n", "<!-- end -->\n"
START = datetime(2031, 5, 1, tzinfo=UTC)
# What staff would have listed; the labelled posts were not written for these lists
# alone: some of the spam has other words, and some honest posts have these.
PARAMETERS: dict[str, dict[str, Any]] = {
    "words": {
        "lv": [
            "ātr* kredīt*",
            "kazino",
            "viegla nauda",
            "bez galvotāja",
            "kriptovalūt*",
        ],
        "ru": [
            "быстр* кредит*",
            "казино",
            "легкие деньги",
            "без поручителей",
            "заработок в интернете",
            "криптовалют*",
        ],
        "en": ["quick loan*", "fast loan*", "payday loan*", "easy money", "casino"],
        "any": ["bitcoin", "биткоин", "forex"],
    },
    "fraud_links": {"domains": ["pakas.example", "pay-omni.example", "drosi.example"]},
}
PARAMETERS["fraud_links"]["domains"].append("krāpšana.example")


class Score(NamedTuple):
    """What one rule has found among the labelled posts."""

    labelled: int
    found: int
    right: int

    @property
    def precision(self) -> float:
        """Which part of what it finds is labelled."""
        return self.right / self.found if self.found else 0

    @property
    def recall(self) -> float:
        """Which part of what is labelled it finds."""
        return self.right / self.labelled if self.labelled else 0


class Row:
    """Stands for a row: an id, and of an item a category and a price."""

    price_field, currency, images = "price", "EUR", ""

    def __init__(self, data: dict) -> None:
        self.pk, self.seq = data["id"], 1
        self.category, self.price = data.get("category", ""), data.get("price")


def post_of(data: dict):
    """Return the post of a labelled one; each has its own author."""
    from rules.posts import Post

    at = START + timedelta(minutes=data["id"])
    return Post(Row(data), data["kind"], data["id"], data["texts"], at)


def measure() -> dict[str, Score]:
    """Return the score of each rule that texts and prices alone decide."""
    from rules.registry import RULES
    from rules.tests.labelled.compose import read

    rows = read()
    return {
        name: _score(name, rows, found_by(name, rows))
        for name, rule in RULES.items()
        if rule.measured
    }


def found_by(name: str, rows: list[dict]) -> set[int]:
    """Return the ids of the labelled posts that a rule finds."""
    from rules.registry import RULES

    rule = RULES[name]
    values = rule.clean(PARAMETERS.get(name, {}))
    posts = [post_of(row) for row in rows]
    if name == "price":
        return _odd_prices(posts, values)
    return {post.row.pk for post, finding in rule.check_past(posts, values) if finding}


def _odd_prices(posts: list, values: dict) -> set[int]:
    """As the daily job and the rule, with levels from all of these posts."""
    from rules.checks.price import judge
    from rules.models import PriceLevel
    from rules.price_levels import level_of

    prices = defaultdict(list)
    for post in posts:
        if post.row.price:
            prices[post.kind, post.row.category].append(log(post.row.price))
    levels = {}
    for key, logarithms in prices.items():
        median, deviation = level_of(logarithms)
        levels[key] = PriceLevel(
            count=len(logarithms), median=median, deviation=deviation
        )
    return {
        post.row.pk
        for post in posts
        if judge(post.row.price, levels.get((post.kind, post.row.category)), values)
    }


def _score(name: str, rows: list[dict], found: set[int]) -> Score:
    labelled = {row["id"] for row in rows if name in row["labels"]}
    return Score(len(labelled), len(found), len(labelled & found))


# --- The page -------------------------------------------------------------------------


def render() -> str:
    """Return the measured part of docs/rules.md."""
    from rules.registry import RULES

    scores = measure()
    lines = ["| rule | default | precision | recall | labelled | found |"]
    lines.append("|---|---|---|---|---|---|")
    for name, rule in RULES.items():
        default = f"on, {rule.outcome}" if rule.enabled else f"off ({rule.outcome})"
        if score := scores.get(name):
            lines.append(
                f"| `{name}` | {default} | {score.precision:.2f} | {score.recall:.2f} "
                f"| {score.labelled} | {score.found} |"
            )
        else:
            lines.append(f"| `{name}` | {default} | – | – | – | – |")
    return "\n".join([*lines, "", *_explanations()])


def _explanations() -> list[str]:
    from rules.registry import RULES

    lines = []
    for name, rule in RULES.items():
        lines += [f"### `{name}`", "", rule.summary, ""]
        lines += [
            f"Outcomes: {', '.join(rule.outcomes)}. New markets: {rule.advice}",
            "",
        ]
        if rule.parameters:
            lines += ["| parameter | default | |", "|---|---|---|"]
        for parameter, kind in rule.parameters.items():
            default = kind.default if kind.default != () else "none"
            shown = str(default).lower() if isinstance(default, bool) else default
            lines.append(f"| `{parameter}` | {shown} | {kind.help} |")
        lines.append("")
    return lines


def page() -> str:
    """Return docs/rules.md with the present figures."""
    before, _, rest = FILE.read_text("utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{render()}{END}{after}"


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.development")
    django.setup()
    FILE.write_text(page(), "utf-8")
