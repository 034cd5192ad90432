"""How alike two texts are: a digest, a 64-bit simhash and a ratio.

Two texts whose simhashes differ in at most three bits share one of four bands of 16
bits, so an index on each band finds all candidates.
"""

import hashlib
from collections.abc import Iterable
from difflib import SequenceMatcher
from typing import NamedTuple

from search.text import normalize

BITS, BANDS = 64, 4
BAND_BITS = BITS // BANDS
MAX_WORDS = 300  # that are compared; the time of a ratio grows with their square
# Each bit of a byte in a lane of its own, so that one addition counts eight bits: eight
# times as fast as a loop over the bits. A lane holds the count of all words.
LANE_BITS = 16
LANES = [sum((byte >> n & 1) << LANE_BITS * n for n in range(8)) for byte in range(256)]


class Print(NamedTuple):
    """What is stored of a text to find it again."""

    digest: str  # SHA-256 of the normalized text
    bands: tuple[int, int, int, int]


def words_of(text: str) -> list[str]:
    """Return the normalized words that are compared."""
    return normalize(text).split()[:MAX_WORDS]


def print_of(words: list[str]) -> Print:
    """Return the print of normalized words."""
    digest = hashlib.sha256(" ".join(words).encode()).hexdigest()
    return Print(digest, bands_of(simhash(words)))


def simhash(words: list[str]) -> int:
    """Return 64 bits of which similar lists of words share most."""
    # Single words: of short texts, pairs of words would change too many bits with each
    # changed word, and the order of the words is compared by `ratio`.
    different = set(words)
    sums = [0] * (BITS // 8)
    for word in different:
        digest = hashlib.blake2b(word.encode(), digest_size=BITS // 8).digest()
        for place, byte in enumerate(digest):
            sums[place] += LANES[byte]
    bits = 0
    for total in reversed(sums):
        for n in reversed(range(8)):
            ones = total >> LANE_BITS * n & (1 << LANE_BITS) - 1
            bits = bits << 1 | (2 * ones > len(different))
    return bits


def bands_of(bits: int) -> tuple[int, int, int, int]:
    """Return the four bands of 64 bits, the lowest first."""
    mask = (1 << BAND_BITS) - 1
    one, two, three, four = (bits >> BAND_BITS * n & mask for n in range(BANDS))
    return one, two, three, four


def distance(one: Iterable[int], other: Iterable[int]) -> int:
    """Return in how many bits two lists of bands differ."""
    return sum((a ^ b).bit_count() for a, b in zip(one, other, strict=True))


def ratio(one: list[str], other: list[str]) -> float:
    """Return how alike two lists of words are, from 0 to 1."""
    matcher = SequenceMatcher(None, one[:MAX_WORDS], other[:MAX_WORDS], autojunk=False)
    return matcher.ratio()
