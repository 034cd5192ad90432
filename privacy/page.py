"""The readable page of an archive: one HTML file without anything from elsewhere."""

from collections.abc import Iterable
from itertools import islice
from typing import IO, Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.privacy import Table, columns

MAX_ROWS = 1000  # of a kind: a browser shows no more in good time
MAX_TEXT_CHARS = 2000


class Page:
    """Writes the page to an open binary file, row by row. All values are escaped."""

    def __init__(self, file: IO[bytes]):
        self._file = file

    def begin(self, person: Any, counts: dict[str, int]) -> None:
        """Write the head, and the list of the files."""
        context = {
            "site": settings.SITE_NAME,
            "name": person.display_name,
            "counts": {kind: n for kind, n in counts.items() if n},
        }
        self._write(render_to_string("privacy/begin.html", context))

    def table(
        self, table: Table, kind: str, count: int, rows: Iterable[dict[str, Any]]
    ) -> None:
        """Write the rows of one kind, `MAX_ROWS` at most."""
        title = capfirst(str(table.model._meta.verbose_name_plural))
        self._write(format_html('<h2 id="{}">{}</h2><table>', kind, title))
        labels = columns(table.model)
        for number, row in enumerate(islice(rows, MAX_ROWS)):
            if number == 0:
                names = [capfirst(str(labels[name].verbose_name)) for name in row]
                self._cells("th", names)
            self._cells("td", [_as_text(value) for value in row.values()])
        self._write("</table>")
        if count > MAX_ROWS:
            sentence = ngettext(
                "The file has %(count)s row more.",
                "The file has %(count)s rows more.",
                count - MAX_ROWS,
            )
            more = sentence % {"count": count - MAX_ROWS}
            self._write(format_html("<p>{}</p>", more))

    def end(self) -> None:
        """Write the end of the page."""
        self._write("</body></html>\n")

    def _cells(self, tag: str, texts: list[str]) -> None:
        cells = (format_html("<{0}>{1}</{0}>", tag, text) for text in texts)
        self._write(f"<tr>{''.join(cells)}</tr>\n")

    def _write(self, html: str) -> None:
        self._file.write(html.encode())


def _as_text(value: Any) -> str:
    """Return a value for people, cut at `MAX_TEXT_CHARS`."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, dict) and set(value) == {"id", "name"}:
        return str(value["name"])
    return str(value)[:MAX_TEXT_CHARS]
