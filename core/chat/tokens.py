"""A question as words: what was typed, and the folded key that is compared. Pure text, no meaning yet."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from core.catalogue import folding

_WORDS = re.compile(
    r"""\d{4}-(?:W\d{1,2}|Q[1-9]|H[1-9])\b          # 2025-W09, 2024-Q3
      | \d{4}-\d{1,2}(?:-\d{1,2})?(?![\d-])         # 2025-06, 2025-06-09
      | \d{1,2}[./]\d{1,2}[./]\d{4}(?!\d)           # 14.02.2025
      | \d{1,2}[./](?:19|20)\d\d(?!\d)              # 05/2024
      | \d{1,3}(?:[.,]\d{3})+(?:[.,]\d{1,2})?(?!\d) # 50,000
      | \d+[.,]\d+                                  # 0.8
      | \d+\s?(?=(?:ml|g|cl)\b)                     # 100 of 100ml
      | [^\W_]+                                     # words in any script, codes
      | [%€$£?]""",
    re.VERBOSE | re.IGNORECASE,
)
_SELL_IN = re.compile(r"\bsell-in\b", re.IGNORECASE)  # else “did we sell in 2024” and “sell-in” are the same two words
_TIMES = re.compile(r"(\d{1,2})x(\d{1,3})")


@dataclass(frozen=True)
class Token:
    """One word. `text` as typed, `key` folded; `start`, `end`: its place in the question."""

    text: str
    key: str
    start: int
    end: int

    @property
    def capital(self) -> bool:
        return self.text[:1].isupper()


@lru_cache(maxsize=20_000)
def fold(text: str) -> str:
    """Lower case without accents and with one blank between words: `Łódź` → `lodz`, `MÄRZ` → `marz`."""
    return folding.fold(text)


def tokenise(question: str) -> tuple[Token, ...]:
    """The words, numbers and dates of `question` in order; other punctuation separates and is left out."""
    found: list[Token] = []
    for match in _WORDS.finditer(_SELL_IN.sub("sellin ", unicodedata.normalize("NFC", question))):
        text = match.group().strip()
        if (sizes := _TIMES.fullmatch(text)) is not None:
            found += [Token(part, part.lower(), match.start(), match.end()) for part in (sizes[1], "x", sizes[2])]
        else:
            found.append(Token(text, fold(text), match.start(), match.end()))
    return tuple(found)


def keys(phrase: str) -> tuple[str, ...]:
    """The folded words of a phrase, as they appear in a question."""
    return tuple(token.key for token in tokenise(phrase))


def as_number(key: str) -> Decimal | None:
    """`50,000` → 50000, `0.8` → 0.8, `50k` → 50000, `ten` → 10; None: no number."""
    if key in NUMBER_WORDS:
        return NUMBER_WORDS[key]
    if match := re.fullmatch(r"(\d+(?:[.,]\d+)?)(k|m|mio|mln)", key):
        return Decimal(match[1].replace(",", ".")) * (1_000 if match[2] == "k" else 1_000_000)
    if re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+(?:[.,]\d{1,2})?", key):
        whole, cents = (key[:-3], key[-2:]) if re.search(r"[.,]\d{2}$", key) else (key, "0")
        return Decimal(re.sub(r"[.,]", "", whole) + "." + cents)
    return Decimal(key.replace(",", ".")) if re.fullmatch(r"\d+(?:[.,]\d+)?", key) else None


NUMBER_WORDS: dict[str, Decimal] = {
    word: Decimal(number)
    for number, words in {
        0: "zero null",
        1: "one ein eine un une jeden",
        2: "two zwei deux dwa dwie tva",
        3: "three drei trois trzy tre",
        4: "four vier quatre cztery fyra",
        5: "five funf fuenf cinq piec fem",
        6: "six sechs szesc sex",
        7: "seven sieben sept siedem sju",
        8: "eight acht huit osiem atta",
        9: "nine neun neuf dziewiec nio",
        10: "ten zehn dix dziesiec tio",
        12: "twelve zwolf zwoelf douze dwanascie tolv",
        15: "fifteen funfzehn quinze",
        20: "twenty zwanzig vingt dwadziescia tjugo",
        30: "thirty dreissig trente trzydziesci trettio",
        50: "fifty funfzig cinquante",
        100: "hundred hundert cent sto hundra",
    }.items()
    for word in words.split()
}
