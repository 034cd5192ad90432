"""Texts that staff begin a statement of reasons with, in the language of the person."""

from moderation import cases
from moderation.models import Case, ReasonTemplate


def template_for(case: Case) -> ReasonTemplate | None:
    """Return the text for the gravest report of a case; None without one."""
    category = cases.category_of(case)
    if category is None:
        return None
    rows = ReasonTemplate.objects.filter(is_offered=True, category=category.name)
    return rows.first()


def facts_for(language: str, template: ReasonTemplate | None, written: str) -> str:
    """Return what a person reads: what was written, or the template in `language`.

    A template that is chosen and not changed is read in one's own language.
    """
    if template is None:
        return written
    texts = {template.text_en, template.text_lv, template.text_ru}
    is_changed = bool(written.strip()) and _bare(written) not in map(_bare, texts)
    return written if is_changed else template.text_in(language)


def _bare(text: str) -> str:
    return " ".join(text.split())
