"""What is collected from the XML documents of a workbook."""

import re

from django.utils.translation import gettext as _

from core.exceptions import ValidationFailed

MAX_PARTS = 1_000  # files in the archive, and formats
MAX_STYLES = 65_490  # of Excel
CODE = re.compile(r"_x([0-9A-Fa-f]{4})_")
SHEETS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def no_workbook() -> ValidationFailed:
    """Return the error of a file that cannot be read as a workbook."""
    return ValidationFailed(_("This is not a workbook of Excel (.xlsx)."))


class Collector:
    """What the reader of a document calls; a collector has what it needs of these."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""

    def end(self, name: str) -> None:
        """An element ends."""

    def text(self, data: str) -> None:
        """A part of a text."""


class Attributes(Collector):
    """Collects the attributes of the elements whose name ends with `name`."""

    def __init__(self, name: str) -> None:
        self._name = name.split(" ")[-1]
        self.found: list[dict[str, str]] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name.split(" ")[-1] == self._name:
            self.found.append(attributes)
            if len(self.found) > MAX_PARTS:
                raise no_workbook()


class Several(Collector):
    """Hands each element to several collectors of attributes."""

    def __init__(self, readers: tuple[Attributes, ...]) -> None:
        self._readers = readers

    def start(self, name: str, attributes: dict[str, str]) -> None:
        for reader in self._readers:
            reader.start(name, attributes)


class Styles(Collector):
    """Collects the numbers of the formats of cells, and what custom formats are."""

    def __init__(self) -> None:
        self.formats: list[str] = []
        self.custom: dict[str, str] = {}
        self._is_of_cells = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == f"{SHEETS} cellXfs":
            self._is_of_cells = True
        elif name == f"{SHEETS} xf" and self._is_of_cells:
            self.formats.append(attributes.get("numFmtId", "0"))
        elif name == f"{SHEETS} numFmt":
            number = attributes.get("numFmtId", "")
            self.custom[number] = attributes.get("formatCode", "")
        if len(self.custom) > MAX_PARTS or len(self.formats) > MAX_STYLES:
            raise no_workbook()

    def end(self, name: str) -> None:
        if name == f"{SHEETS} cellXfs":
            self._is_of_cells = False


class Texts(Collector):
    """Collects the text of `<t>`, but for the readings of East Asian words."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._is_text = self._is_reading = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._is_reading = self._is_reading or name == f"{SHEETS} rPh"
        self._is_text = name == f"{SHEETS} t" and not self._is_reading

    def end(self, name: str) -> None:
        self._is_text = False
        if name == f"{SHEETS} rPh":
            self._is_reading = False

    def text(self, data: str) -> None:
        if self._is_text:
            self._parts.append(data)

    def take(self) -> str:
        """Return what was collected since the last call."""
        text, self._parts = "".join(self._parts), []
        return CODE.sub(lambda code: chr(int(code[1], 16)), text)


class SharedTexts(Texts):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def end(self, name: str) -> None:
        super().end(name)
        if name == f"{SHEETS} si":
            self.found.append(self.take())
