"""How two spellings are compared: the folded key of a product, a store or a reseller. The printed text is always kept beside it."""

from __future__ import annotations

import unicodedata

UNDECOMPOSED = str.maketrans(
    {"ł": "l", "đ": "d", "ð": "d", "ø": "o", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "’": "'", "`": "'"}
)


def fold(text: str) -> str:
    """The text as it is compared: NFC, blanks (also no-break ones) collapsed and trimmed, without case, without accents.

    `GALERIA NORTE` and `Galería  Norte ` give the same key, `Poznan` and `Poznań` too.
    """
    bare = unicodedata.normalize("NFD", " ".join(unicodedata.normalize("NFC", text).split()).casefold())
    unmarked = "".join(c for c in bare if not unicodedata.combining(c))
    return unicodedata.normalize("NFC", unmarked.translate(UNDECOMPOSED))


def bare_code(key: str) -> str:
    """A folded code without the suffix ` total` and without a bar and what follows it: `000910748 | 98-no colour` → `000910748`."""
    return key.removesuffix(" total").split("|", 1)[0].strip()
