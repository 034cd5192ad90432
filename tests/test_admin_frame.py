"""The frame of the admin, which django-unfold has in English, is translated."""

import re
from pathlib import Path

import pytest
import unfold
from django.utils import translation

PACKAGE = Path(unfold.__file__).parent
# Parts for other packages, and an editor, which this project does not install.
ABSENT = {"import_export", "guardian", "simple_history", "constance", "location_field"}
ELSEWHERE = {"toolbar.html", "filters_numeric_slider.html", "add_form.html"}
MARKED = re.compile(
    r"""(?:\{% (?:trans|translate) |(?<!\w)_\()(?P<quote>["'])(?P<text>.+?)(?P=quote)"""
)
NO_SENTENCES = {
    "%(class_name)s %(instance)s",
    "Dataset not found. No action performed.",
}


def texts() -> set[str]:
    found = set()
    for path in (*PACKAGE.rglob("*.html"), *PACKAGE.rglob("*.py")):
        parts = set(path.relative_to(PACKAGE).parts)
        if not parts & ABSENT and "crispy" not in str(path) and not parts & ELSEWHERE:
            found |= {match["text"] for match in MARKED.finditer(path.read_text())}
    return found - NO_SENTENCES


@pytest.mark.parametrize("language", ["lv", "ru"])
def test_no_text_of_the_frame_is_english(language):
    assert len(texts()) > 50
    with translation.override(language):
        same = {text for text in texts() if translation.gettext(text) == text}
    assert same - {"ID"} == set()
