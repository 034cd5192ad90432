"""Composes the labelled posts; `python -m rules.tests.labelled.compose` writes them.

Each post has `labels`: the rules that ought to find it, by its meaning. The random
numbers have a fixed seed, so the file is always the same.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random

from rules.tests.labelled import kinds, words

FILE = Path(__file__).with_name("posts.jsonl")
LANGUAGES = ("lv", "ru", "en")
HONEST = 105  # of each language
COPIES = 12
ODD_PRICES = 9


def compose() -> list[dict]:
    """Return the posts in a fixed order."""
    rows = [row for language in LANGUAGES for row in _of(language, Random(language))]
    rows += [row for language in LANGUAGES for row in _others(language)]
    return [{"id": number, **row} for number, row in enumerate(rows, 1)]


def _of(language: str, rng: Random) -> Iterator[dict]:
    honest = [_advert(language, rng, number) for number in range(HONEST)]
    yield from honest
    yield from (_message(language, text) for text in words.CHAT[language])
    for number, text in enumerate(words.CONTACTS[language]):
        kind = _message if number % 2 else _with
        yield kind(language, text, ["contacts"], rng=rng)
    for text in words.SPAM[language]:
        yield _listing(language, text, ["words"], rng=rng)
    yield from (_listing(language, text, rng=rng) for text in words.WORDY[language])
    for text in words.FRAUD[language]:
        yield _message(language, text, ["fraud_links", *_as_contact(text)])
    for text in words.LINKS[language]:
        yield _message(language, text, ["contacts"])
    for size in words.SIZES:
        yield _listing(language, words.SERIES[language].format(size), rng=rng)
    for number, row in enumerate(rng.sample(honest, COPIES)):
        yield _copy(row, number, language, rng)
    for number, row in enumerate(_priced(honest)[:ODD_PRICES]):
        factor = (0.04, 0.08, 0.15)[number % 3]
        changed = _advert(language, rng, number)
        yield changed | {
            "category": row["category"],
            "kind": row["kind"],
            "price": round(row["price"] * factor, 2),
            "labels": ["price"],
        }


def _others(language: str) -> Iterator[dict]:
    for kind, name, text, has_contact in kinds.OTHERS[language]:
        yield {
            "language": language,
            "kind": kind,
            "texts": {name: text},
            "labels": ["contacts"] if has_contact else [],
        }


def _as_contact(text: str) -> list[str]:
    """A link is a contact detail too. Each of these texts has one."""
    return ["contacts"] if text else []


def _advert(language: str, rng: Random, number: int) -> dict:
    things = words.THINGS[language]
    kind, category, low, high, title, facts = things[number % len(things)]
    sentences = rng.sample(facts, 3) + [
        rng.choice(pool[language])
        for pool in (words.STATES, words.REASONS, words.ENDINGS)
    ]
    rng.shuffle(sentences)
    return {
        "language": language,
        "kind": kind,
        "category": category,
        "price": round(low + (high - low) * rng.betavariate(2, 3), 2),
        "texts": {
            "title": f"{title}" if rng.random() < 0.6 else f"{title}, nr. {number + 2}",
            "description": " ".join(filter(None, sentences)),
        },
        "labels": [],
    }


def _with(language: str, text: str, labels: list[str], *, rng: Random) -> dict:
    row = _advert(language, rng, rng.randrange(100))
    row["texts"]["description"] += f" {text}"
    return row | {"labels": labels}


def _listing(
    language: str, text: str, labels: list[str] | None = None, *, rng: Random
) -> dict:
    row = _advert(language, rng, rng.randrange(8))
    row["texts"] = {"title": text[:40], "description": text}
    return row | {"labels": labels or []}


def _message(
    language: str, text: str, labels: list[str] | None = None, *, rng: object = None
) -> dict:
    return {
        "language": language,
        "kind": "message",
        "texts": {"content": text},
        "labels": labels or [],
    }


def _copy(row: dict, number: int, language: str, rng: Random) -> dict:
    """A repetition as people make them: other letter case, words, order, ends."""
    texts = dict(row["texts"])
    added = rng.choice(words.ADDED[language])
    sentences = texts["description"].split(". ")
    match number % 6:
        case 0:
            texts["description"] = texts["description"].upper().replace(",", "")
        case 1:
            texts["description"] += f" {added}"
        case 2:
            texts["title"] = f"{added} {texts['title']}"
        case 3:
            texts["description"] = ". ".join(sentences[1:] + sentences[:1])
        case 4:
            texts["description"] = ". ".join(sentences[:-1])
        case 5:
            parts = texts["description"].split()
            parts[len(parts) // 2] = added
            texts["description"] = " ".join(parts)
    return row | {"texts": texts, "labels": ["duplicates"]}


def _priced(rows: list[dict]) -> list[dict]:
    return [row for row in rows if row["category"] in {"electronics", "vehicles"}]


def as_lines(rows: list[dict]) -> str:
    """Return the posts as JSON, one in a line."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def read() -> list[dict]:
    """Return the posts of the file."""
    return [json.loads(line) for line in FILE.read_text("utf-8").splitlines()]


if __name__ == "__main__":
    FILE.write_text(as_lines(compose()), "utf-8")
