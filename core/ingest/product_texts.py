"""What a product text says, in parts: size, form, tester, scent. Vendors of several languages; nothing is known of the catalogue here. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from core.catalogue.folding import fold

Size = tuple[int, float, str]
# Ordered: the first that is found names the form. The words are those of several languages' shelves.
FORMS: tuple[tuple[str, str], ...] = (
    ("candle", r"candles?|swiec[ay]|vela|bougie|(?:geur)?kaars|(?:duft)?kerze|zvake|svece|doftljus|candela|свiчка|свеча|c3"),
    ("refill", r"refills?|recharge|ricarica|navulling|nachfuller|nachfullung|recambio|wklad|uzupelnienie"),
    ("limited", r"limited|limitee|limitada|limitowana|limitiert|gelimiteerd"),
    ("travel", r"travel|travelsize|voyage|viaje|reise|reisegrosse|podrozna|podrozny|kelioninis"),
    ("set", r"sets?|coffret|zestaw|estuche|rinkinys|geschenkset|komplekt|duo|trio|kit|набiр|набор"),
    ("sample", r"vials?|samples?|probka|probnik|muestra|echantillon|minis?|miniature|miniatura|probe|probeflakon|meginys|пробник"),
)
TESTER = re.compile(r"\b(?:testers?|testeur|testeris|testerka|testerflakon|tstr|tster|tst|probador|тестер)\b")
EDITION = r"edition|edicion|edicja|ausgabe|editie|ed"
NOISE = re.compile(
    r"\b(?:edp|edt|edc|eau|de|d|des|du|la|le|parfum|parfumee?|parfumeur|perfume[sd]?|perfum|perfumowana|perfumy|toilette|cologne|spray|vapo"
    r"|vaporisateur|vaporizador|vapor|nat(?:ural)?|unisex|woda|woda|agua|acqua|apa|kvapusis|vanduo|parfumuotas|extrait|no|colour|color"
    r"|size|one|bottle|flakon|flacon|flasche|zapachowa|scented|geur|duft|with|the|and|of|der|die|das|вода|парфумована|парфюмерная"
    r"|парфюмированная|туалетна)\b"
)
CUT_OFF = re.compile(r"\b(?:eau|eau de|eau de p|eau de pa|eau de par|eau de parf|eau de parfu|ed|e)$")
NUMBER = r"(?<![\d.,])(\d{1,4}(?:[.,]\d{1,3})?)"
PACK = re.compile(rf"(?<![\d.,])(\d{{1,2}})\s*[x×*]\s*{NUMBER}(?:\s*(ml|cl|l|gr|g|мл|г|л)(?!\w))?")
PACK_BEHIND = re.compile(rf"{NUMBER}\s*(ml|cl|g)\s*[x×*]\s*(\d{{1,2}})(?!\s*\d|\s*ml)")
SINGLE = re.compile(rf"{NUMBER}\s*(ml|cl|l|gr|g|мл|г|л)(?!\w)")
OUNCES = re.compile(r"(?<![\d.,])(\d{1,2}(?:[.,]\d{1,2})?)\s*(?:us\s*)?(?:fl\.?\s*)?(?:oz|ounces?)\b\.?(?:\s*us\b)?")
OUNCE_SIZES = {
    "3.4": 100,
    "3.38": 100,
    "3.3": 100,
    "2.5": 75,
    "1.7": 50,
    "1.69": 50,
    "1.0": 30,
    "1.01": 30,
    "1": 30,
    "0.34": 10,
    "0.33": 10,
}
OUNCE_SIZES |= {"0.3": 10, "0.07": 2, "0.06": 2}
UNITS = {"cl": (10, "ml"), "l": (1000, "ml"), "л": (1000, "ml"), "мл": (1, "ml"), "gr": (1, "g"), "г": (1, "g")}
SMALLEST_BOTTLE = 5.0  # ml: what is smaller is a vial, whether the text says so or not


@dataclass(frozen=True)
class Parts:
    """A product text in parts. `size`: (pieces, amount, unit) or None where unknown. `scent`: the folded words that are left, numbers among
    them. `sizes`: how many different sizes the text names. `cut_off`: the text ends inside a word or a number."""

    size: Size | None
    form: str
    tester: bool
    scent: tuple[str, ...]
    sizes: int = 0
    cut_off: bool = False

    @property
    def numbers(self) -> tuple[str, ...]:
        """Numbers of the scent, such as the 47 of Station 47; longer ones are item numbers."""
        return tuple(sorted(word for word in self.scent if word.isdigit() and len(word) < 4))

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(word for word in self.scent if not word.isdigit())


def split_text(text: str, brand: Iterable[str] = ()) -> Parts:
    """Brand words, concentration and size taken out; what is left is the scent. `brand`: folded words to ignore."""
    name = _plain(text)
    found, rest = _take_sizes(name)
    size = found[0] if len(found) == 1 else None
    tester = bool(TESTER.search(rest))
    form = next((form for form, words in FORMS if re.search(rf"\b(?:{words})\b", rest)), _implied(size))
    cut_off = not found and bool(CUT_OFF.search(rest.strip()))
    if form in ("travel", "limited"):
        rest = re.sub(rf"\b(?:{EDITION})\b", " ", rest)
    for kind, words in FORMS:
        rest = re.sub(rf"\b(?:{words})\b", " ", rest) if kind != "set" else _without_set_words(rest, words)
    rest = CUT_OFF.sub(" ", rest.strip()) if cut_off else rest
    kept = re.findall(r"[\w']+", NOISE.sub(" ", TESTER.sub(" ", rest)))
    ignored = set(brand)
    return Parts(size, form, tester, tuple(w for w in kept if w not in ignored), len(found), cut_off)


def _plain(text: str) -> str:
    """Folded, with glued words taken apart: some vendors write `glow of tundra edpno colour100ml`."""
    glued = re.sub(
        r"(?<=[a-z])(?=\d)|(?<=edp)(?=no)|(?<=ml)(?=no)|(?<=colour)(?=no)|(?<=[\d]ml)(?=[a-z])", " ", fold(text).replace("і", "i")
    )
    glued = re.sub(r"^\d{4,}\s*-\s*", "", glued)
    return re.sub(r"(?<!\d)\.|\.(?!\d)", " ", glued).replace("_", " ")


def _take_sizes(name: str) -> tuple[tuple[Size, ...], str]:
    """Every different size the text names, and the text without them; ounces count only where nothing else does."""
    found: list[Size] = []

    def take(pieces: str | int, amount: str, unit: str | None) -> str:
        factor, plain = UNITS.get(unit or "ml", (1, unit or "ml"))
        found.append((int(pieces), float(amount.replace(",", ".")) * factor, plain))
        return " "

    rest = PACK_BEHIND.sub(lambda m: take(m[3], m[1], m[2]), name)
    rest = PACK.sub(lambda m: take(m[1], m[2], m[3]), rest)
    ounces: list[Size] = []

    def take_ounces(match: re.Match[str]) -> str:
        amount = OUNCE_SIZES.get(match[1].replace(",", "."))
        ounces.extend([(1, float(amount), "ml")] if amount else [(1, float(match[1].replace(",", ".")), "oz")])
        return " "

    rest = OUNCES.sub(take_ounces, rest)
    rest = SINGLE.sub(lambda m: take(1, m[1], m[2]), rest)
    return tuple(dict.fromkeys(found or ounces)), rest


def _implied(size: Size | None) -> str:
    """The form of a text that names none: several pieces are a set, grams a candle, a few millilitres a vial."""
    if size is None:
        return "bottle"
    if size[0] > 1:
        return "set"
    return "candle" if size[2] == "g" else "sample" if size[1] < SMALLEST_BOTTLE else "bottle"


def _without_set_words(text: str, words: str) -> str:
    """`Duo` and `Trio` also name one set among several, so they stay."""
    kept = words.replace("duo|trio|", "")
    return re.sub(rf"\b(?:{kept})\b", " ", text)


def size_words(size: Size) -> str:
    """`100 ml`, `5 × 2 ml`"""
    pieces, amount, unit = size
    return f"{f'{pieces} × ' if pieces > 1 else ''}{amount:g} {unit}"


def disagrees(text: str, name: str) -> bool:
    """True where a product text clearly names another size, form or scent than the product its key stands for."""
    stated, known = split_text(text), split_text(name)
    if stated.size is not None and known.size is not None and stated.size != known.size:
        return True
    return stated.tester != known.tester and stated.tester
