"""Texts in Latvian, Russian and English, in this order."""

LANGUAGES = ("lv", "ru", "en")
