"""What people write, in Latvian, Russian and English."""

LANGUAGES = ("lv", "ru", "en")
