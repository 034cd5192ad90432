"""Read every marked sentence out of the code, and write the catalogues anew.

`make messages` runs it. What is written depends on the code and on the translations
that are there alone, so that a second run changes nothing.
"""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
LANGUAGES = ("lv", "ru")
NOT_READ = {"tests", "migrations", "locale", "static"}
KEYWORDS = DEFAULT_KEYWORDS | {
    "gettext_lazy": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
}
HEADER = """msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""


def sources() -> Iterator[Path]:
    """The Python files and templates of our packages."""
    for package in sorted(ROOT.glob("*/__init__.py")):
        for path in sorted(package.parent.rglob("*.*")):
            skipped = NOT_READ.intersection(path.relative_to(ROOT).parts)
            if path.suffix in (".py", ".html") and not skipped:
                yield path


def code_of(path: Path) -> bytes:
    """The file as Python; a template as Django turns it into Python, unindented."""
    if path.suffix == ".py":
        return path.read_bytes()
    lines = templatize(path.read_text()).splitlines()
    return "\n".join(line.strip() for line in lines).encode()


def marked() -> Catalog:
    """Every sentence marked for translation."""
    found = Catalog()
    for path in sources():
        for _line, words, _notes, context in extract(
            "python", BytesIO(code_of(path)), keywords=KEYWORDS
        ):
            found.add(words, context=context)
    return found


def file_of(language: str, suffix: str = "po") -> Path:
    return HERE / language / "LC_MESSAGES" / f"django.{suffix}"


def catalogue(language: str) -> Catalog:
    with file_of(language).open("rb") as file:
        return read_po(file, locale=language, domain="django")


def compiled(language: str) -> bytes:
    """What the .mo file must hold."""
    words = catalogue(language)
    words.creation_date = words.revision_date = datetime(2000, 1, 1, tzinfo=UTC)
    file = BytesIO()
    write_mo(file, words)
    return file.getvalue()


def update(language: str) -> int:
    """Write both files of a language; count what waits for a translation."""
    words = catalogue(language)
    words.update(marked(), no_fuzzy_matching=True)
    file = BytesIO(HEADER.format(language=language).encode())
    file.seek(0, 2)
    write_po(
        file, words, omit_header=True, no_location=True, sort_output=True,
        ignore_obsolete=True, width=88,
    )  # fmt: skip
    file_of(language).write_bytes(file.getvalue().rstrip() + b"\n")
    file_of(language, "mo").write_bytes(compiled(language))
    return sum(1 for message in words if message.id and not message.string)


if __name__ == "__main__":
    missing = {language: update(language) for language in LANGUAGES}
    for language, count in missing.items():
        sys.stdout.write(f"{language}: {count} without a translation\n")
    sys.exit(any(missing.values()))
