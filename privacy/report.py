"""The record of processing activities (Art. 30 GDPR), from the registry."""

from collections.abc import Iterable, Iterator

from core.privacy import TABLES, Table


def markdown() -> Iterator[str]:
    """Yield the lines of the record: a section for each table with personal data."""
    yield "# Record of processing"
    yield ""
    tables = sorted(TABLES.values(), key=lambda table: table.name)
    for table in tables:
        if table.is_personal:
            yield from _section(table)
    yield "## Tables without personal data"
    yield ""
    for table in tables:
        if not table.is_personal:
            yield f"- `{table.name}`: {table.purpose}"


def _section(table: Table) -> Iterator[str]:
    yield f"## {table.model._meta.verbose_name_plural} (`{table.name}`)"
    yield ""
    yield f"- Purpose: {table.purpose}"
    yield f"- Whose: {_whose(table)}"
    if table.parties:
        yield f"- Also exported to: {', '.join(table.parties)}"
    yield f"- Kept: {table.retention}"
    yield f"- Exported: {_names(table.exports)}"
    yield f"- Not exported: {_names(table.internal)}"
    if table.delete:
        yield "- At erasure: the row is deleted" + (
            " with its files." if table.remove else "."
        )
    else:
        yield f"- Emptied or replaced at erasure: {_names(table.replaced)}"
    for why in dict.fromkeys(table.kept.values()):
        names = _names(name for name, reason in table.kept.items() if reason == why)
        yield f"- Kept after erasure: {names}. {why}"
    yield ""


def _whose(table: Table) -> str:
    found = (w.__doc__ if callable(w) else f"`{w}`" for w in table.whose)
    return ", ".join(str(one).splitlines()[0] for one in found)


def _names(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "nothing"
