"""Extract the translatable strings and update the .po and .mo files.

`make messages` runs it. The output depends on the code and the translations alone, so
that a second run changes nothing.
"""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from itertools import takewhile
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
LANGUAGES = ("lv", "ru")
SKIPPED_DIRS = {"tests", "migrations", "locale", "static"}
KEYWORDS = DEFAULT_KEYWORDS | {
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
}
HEADER = """{terms}msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""


def source_files() -> Iterator[Path]:
    """Yield the Python files and templates of the project."""
    for package in sorted(ROOT.glob("*/__init__.py")):
        for path in sorted(package.parent.rglob("*.*")):
            skipped = SKIPPED_DIRS.intersection(path.relative_to(ROOT).parts)
            if path.suffix in (".py", ".html", ".txt") and not skipped:
                yield path


def python_source(path: Path) -> bytes:
    """Return the file as Python source; a template as `templatize` converts it."""
    if path.suffix == ".py":
        return path.read_bytes()
    lines = templatize(path.read_text()).splitlines()
    return "\n".join(line.strip() for line in lines).encode()


def extract_messages() -> Catalog:
    """Return a catalogue of all strings marked for translation."""
    found = Catalog()
    for path in source_files():
        for _line, message, _comments, context in extract(
            "python", BytesIO(python_source(path)), keywords=KEYWORDS
        ):
            found.add(message, context=context)
    return found


def catalogue_path(language: str, suffix: str = "po") -> Path:
    """Return the path of the .po or .mo file of a language."""
    return HERE / language / "LC_MESSAGES" / f"django.{suffix}"


def load_catalogue(language: str) -> Catalog:
    """Return the catalogue of a language, from its .po file."""
    with catalogue_path(language).open("rb") as file:
        return read_po(file, locale=language, domain="django")


def list_of_terms(language: str) -> str:
    """Return the comment at the top of the .po file: one term for one thing."""
    with catalogue_path(language).open() as file:
        return "".join(takewhile(lambda line: line.startswith("#"), file))


def compile_catalogue(language: str) -> bytes:
    """Return the bytes of the .mo file of a language."""
    messages = load_catalogue(language)
    messages.creation_date = messages.revision_date = datetime(2000, 1, 1, tzinfo=UTC)
    file = BytesIO()
    write_mo(file, messages)
    return file.getvalue()


def is_translated(message: Message) -> bool:
    """Return whether the message has a translation, in all its plural forms."""
    text = message.string
    return all(text) if isinstance(text, tuple | list) else bool(text)


def write_catalogue(language: str, messages: Catalog) -> bytes:
    """Return the .po file of a language with these messages."""
    header = HEADER.format(language=language, terms=list_of_terms(language))
    file = BytesIO(header.encode())
    file.seek(0, 2)
    write_po(
        file, messages, omit_header=True, no_location=True, sort_output=True,
        ignore_obsolete=True, width=88,
    )  # fmt: skip
    return file.getvalue().rstrip() + b"\n"


def update(language: str) -> int:
    """Write both files of a language; return how many strings are not translated."""
    messages = load_catalogue(language)
    messages.update(extract_messages(), no_fuzzy_matching=True)
    catalogue_path(language).write_bytes(write_catalogue(language, messages))
    catalogue_path(language, "mo").write_bytes(compile_catalogue(language))
    return sum(1 for message in messages if message.id and not is_translated(message))


if __name__ == "__main__":
    missing = {language: update(language) for language in LANGUAGES}
    for language, count in missing.items():
        sys.stdout.write(f"{language}: {count} without a translation\n")
    sys.exit(any(missing.values()))
