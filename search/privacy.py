"""Personal data in the vocabulary: none that lasts."""

from core.privacy import describe_impersonal
from search.models import Word

describe_impersonal(
    Word,
    "word uses",
    because="Single words of public texts, rebuilt every hour from what is public.",
)
