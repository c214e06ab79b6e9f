"""How two spellings are compared: the folded key of a product, a store or a reseller. The printed text is always kept beside it."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

# Letters that no decomposition takes apart.
LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "’": "'", "‘": "'", "´": "'", "–": "-", "—": "-"}
)
INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad"))


@lru_cache(maxsize=1 << 16)
def fold(text: str) -> str:
    """`text` for comparison: NFC, blanks of every kind collapsed and trimmed, case and accents folded. `Poznań ` → `poznan`."""
    plain = collapse(text).casefold().translate(LETTERS)
    return plain if plain.isascii() else "".join(sign for sign in unicodedata.normalize("NFD", plain) if not unicodedata.combining(sign))


def collapse(text: str) -> str:
    """`text` in NFC with every run of blanks (also no-break ones) as one blank, none at the ends; invisible signs left out."""
    return " ".join(unicodedata.normalize("NFC", text).translate(INVISIBLE).split())


def bare_code(key: str) -> str:
    """A folded code without the suffix ` total` and without a bar and what follows it: `000910748 | 98-no colour` → `000910748`."""
    return key.removesuffix(" total").split("|", 1)[0].strip()
