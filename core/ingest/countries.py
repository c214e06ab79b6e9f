"""Countries named in words ('Lithuania', 'Lietuva', 'Łotwa') or by a code in front of a store's name ('LV Riga …') as ISO codes."""

from __future__ import annotations

import re
from functools import cache

from babel import Locale

from core.ingest.normalising import collapse, fold, is_absent

LANGUAGES = ("en", "lt", "lv", "et", "pl", "nl", "de", "es", "fr", "it", "uk", "af", "sv", "fi", "da")


@cache
def _names() -> dict[str, str]:
    return {
        fold(name): code
        for language in reversed(LANGUAGES)
        for code, name in Locale(language).territories.items()
        if len(code) == 2 and code.isalpha()
    }


def country_of(*texts: str | None) -> str | None:
    """The ISO 3166 code of the first text that names a country or begins with one's code; None where none does."""
    for text in texts:
        prefix = re.match(r"([A-Z]{2})\s", text or "")
        if code := _names().get(fold(text or "")):
            return code
        if prefix and prefix.group(1) in Locale("en").territories:
            return prefix.group(1)
    return None


SPELLED = {"uk": "GB", "england": "GB", "scotland": "GB", "wales": "GB", "great britain": "GB", "el": "GR", "usa": "US", "holland": "NL"}


def country_code(text: str | None) -> str | None:
    """A destination as its ISO code: `nl`, `UK`, `Germany`, `Deutschland`; what no rule reads stays as printed, upper case; None for nothing."""
    word = fold(text or "")
    if not word or is_absent(text):
        return None
    return SPELLED.get(word) or _names().get(word) or (word.upper() if len(word) == 2 else collapse(text or "").upper())
