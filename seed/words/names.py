"""Common names: first names, and family names in the form that goes with them."""

_NAMES = """
Anna Dace Elīna Ilze Inese Irina Jeļena Kristīne Laura Līga Marta Olga Sanita Zane
Balode Bērziņa Eglīte Ivanova Jansone Kalniņa Krūmiņa Liepiņa Ozoliņa Petrova Zariņa
Aleksandrs Andris Artūrs Edgars Gatis Igors Jānis Juris Kaspars Mārtiņš Sergejs Toms
Balodis Bērziņš Eglītis Ivanovs Jansons Kalniņš Krūmiņš Liepiņš Ozoliņš Petrovs Zariņš
"""
_lines = [line.split() for line in _NAMES.strip().splitlines()]
WOMEN, MEN = (_lines[0], _lines[1]), (_lines[2], _lines[3])
