"""Names in a question: products by scent and size, resellers, stores, cities, categories, countries. Exact first, then the nearest spelling."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from rapidfuzz import fuzz, process

from core.chat.countries import country_name, country_phrases
from core.chat.tokens import Token, keys

NEAR = 84  # of 100; nearer spellings are taken and named, others are asked about
LONGEST_NAME = 7  # words
_UNITS = {"ml", "g", "cl", "oz"}
_FORMS = {
    "eau",
    "de",
    "parfum",
    "toilette",
    "cologne",
    "extrait",
    "scented",
    "vial",
    "tester",
    "travel",
    "edition",
    "candle",
    "spray",
    "refill",
    "x",
}
_FORM_WORDS = {
    "edp": ("eau", "parfum"),
    "vials": ("vial",),
    "testers": ("tester",),
    "candles": ("candle",),
    "kerze": ("candle",),
    "bougie": ("candle",),
    "swieca": ("candle",),
    "ljus": ("candle",),
    "editions": ("edition",),
}
_CATEGORY_WORDS = {
    "perfume": "perfume|perfumes|parfum|parfums|eau de parfum|eaux de parfum|edp|duftwasser|perfumy|perfum|parfym|parfymer|perfumes only",
    "candle": "candle|candles|scented candle|scented candles|kerze|kerzen|duftkerzen|swieca|swiece|swiec|bougie|bougies|ljus|doftljus|velas|candele|kaarsen|candel",
    "set": "set|sets|gift set|gift sets|zestaw|zestawy|coffret|coffrets",
    "tester": "tester|testers|testery|testerow|testeur|testeurs",
    "sample": "sample|samples|vial|vials|muster|proben|probki|probek|echantillon|echantillons|prover|gwp",
    "accessory": "accessory|accessories|zubehor|akcesoria|accessoire|accessoires|tillbehor|travel edition|travel editions",
}


@dataclass(frozen=True)
class Named:
    """What a phrase stands for: values of a dimension, and how to call them."""

    dimension: str
    values: tuple[str, ...]
    label: str


@dataclass(frozen=True)
class NameMark:
    """A name found at words `first` … `last` (not inside). `close`: the spelling was near, not equal. `problem`: known name, unknown variant."""

    first: int
    last: int
    named: Named
    close: bool = False
    problem: str = ""


@dataclass(frozen=True)
class Article:
    words: tuple[str, ...]
    label: str
    category: str
    name: str = ""


@dataclass(frozen=True)
class NameIndex:
    """`phrases`: folded words → what they mean. `families`: the leading words of product names → their articles."""

    phrases: Mapping[tuple[str, ...], Named]
    families: Mapping[tuple[str, ...], tuple[Article, ...]]
    family_of_word: Mapping[str, tuple[str, ...]]
    brand_words: frozenset[str] = frozenset()
    spoken: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # 'glow of tundra' → its words, for near spellings


def head_of(name: str) -> tuple[str, ...]:
    """The words of a product name before its form and size: `Glow of Tundra Eau de Parfum 100 ml` → glow of tundra."""
    words = keys(name)
    for i, word in enumerate(words):
        following = words[i + 1] if i + 1 < len(words) else ""
        if i and (word in _FORMS - {"de"} or (word[0].isdigit() and (following in _UNITS or following == "x"))):
            return words[:i]
    return words


def build_index(
    resellers: Iterable[tuple[str, str]],
    own_shops: Iterable[str],
    stores: Iterable[tuple[str, str, str | None]],
    products: Iterable[tuple[str, str, str, str, str, str]],
    utm_sources: Iterable[str],
    brand: str = "",
) -> NameIndex:
    """The index of all names. `products`: (ean, code, name, category, kind, label); `stores`: (name, reseller, city)."""
    listed, phrases = list(products), dict[tuple[str, ...], Named]()
    families = _families(listed)
    for source in utm_sources:
        _add(phrases, source, Named("utm_source", (source,), source))
    _add_stores(phrases, list(stores), set(own_shops))
    _add_resellers(phrases, list(resellers))
    for category in dict.fromkeys(category for _, _, _, category, _, _ in listed):
        for words in (category, f"{category}s", *_CATEGORY_WORDS.get(category, "").split("|")):
            _add(phrases, words, Named("category", (category,), category))
    for ean, code, name, _, _, label in listed:
        for text in (ean, code, name, label):
            phrases[keys(text)] = Named("product", (label,), name)
    phrases.pop((), None)
    spoken = {" ".join(words): words for words in (*families, *phrases) if len("".join(words)) >= 5}
    return NameIndex(phrases, families, _words_of_one_family(families), frozenset(keys(brand)), spoken)


def _add(phrases: dict[tuple[str, ...], Named], text: str, named: Named) -> None:
    words = keys(text)
    if words and len("".join(words)) > 1:
        phrases.setdefault(words, named)


def _families(products: Sequence[tuple[str, str, str, str, str, str]]) -> dict[tuple[str, ...], tuple[Article, ...]]:
    grouped = defaultdict[tuple[str, ...], list[Article]](list)
    for _, _, name, category, _, label in products:
        grouped[head_of(name)].append(Article(keys(name), label, category, name))
    return {head: tuple(articles) for head, articles in grouped.items() if head}


def _words_of_one_family(families: Collection[tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Words that occur in one family only and can stand for it: `tundra` → glow of tundra."""
    found = defaultdict[str, set[tuple[str, ...]]](set)
    for head in families:
        for word in head:
            if len(word) >= 4:
                found[word].add(head)
    return {word: next(iter(heads)) for word, heads in found.items() if len(heads) == 1}


def _add_resellers(phrases: dict[tuple[str, ...], Named], resellers: Sequence[tuple[str, str]]) -> None:
    short = defaultdict[str, list[str]](list)
    for name, key in resellers:
        phrases[keys(name)] = Named("reseller", (name,), name)
        _add(phrases, key.replace("_", " "), Named("reseller", (name,), name))
        if len(keys(name)) > 1:
            short[keys(name)[0]].append(name)
    for word, names in short.items():
        if len(word) >= 4:
            _add(phrases, word, Named("reseller", tuple(names), " + ".join(names)))


def _add_stores(phrases: dict[tuple[str, ...], Named], stores: Sequence[tuple[str, str, str | None]], own_shops: set[str]) -> None:
    for name, reseller, _city in stores:
        if reseller in own_shops:
            continue
        _add(phrases, name, Named("store", (name,), name))
        rest = [word for word in keys(name) if word not in keys(reseller)]
        if rest and rest != list(keys(name)) and len(rest[0]) >= 4:
            _add(phrases, " ".join(rest), Named("store", (name,), name))
    cities = defaultdict[tuple[str, ...], list[str]](list)
    for city in dict.fromkeys(city for _, reseller, city in stores if city and reseller not in own_shops):
        cities[keys(city)].append(city)
    for words, spellings in cities.items():
        phrases[words] = Named("city", tuple(spellings), spellings[0])


# Finding ----------------------------------------------------------------------------------------------------------------


def find_exact(tokens: Sequence[Token], index: NameIndex, taken: Collection[tuple[str, ...]]) -> list[NameMark]:
    """Names written as known, longest first from left to right; `taken` are words with a meaning of their own that alone name nothing."""
    marks: list[NameMark] = []
    i = 0
    while i < len(tokens):
        mark = name_at(tokens, i, index, taken)
        if mark is None:
            i += 1
        else:
            while marks and marks[-1].last > mark.first:
                marks.pop()
            marks.append(mark)
            i = mark.last
    return marks


def name_at(tokens: Sequence[Token], i: int, index: NameIndex, taken: Collection[tuple[str, ...]]) -> NameMark | None:
    for length in range(min(LONGEST_NAME + 4, len(tokens) - i), 0, -1):
        words = tuple(token.key for token in tokens[i : i + length])
        if length == 1 and words in taken:
            continue
        if words in index.families:
            return _article_mark(tokens, i, i + length, words, index, close=False)
        if words in index.phrases:
            return NameMark(i, i + length, index.phrases[words])
        if (code := country_phrases().get(words)) is not None:
            return NameMark(i, i + length, Named("country", (code,), country_name(code)))
    return _code_or_size(tokens, i)


def _code_or_size(tokens: Sequence[Token], i: int) -> NameMark | None:
    token, following = tokens[i], tokens[i + 1].key if i + 1 < len(tokens) else ""
    if len(token.text) == 2 and token.text.isupper() and not all(t.text.isupper() for t in tokens if t.text.isalpha()):
        code = {"UK": "GB"}.get(token.text, token.text)
        if country_name(code) != code:
            return NameMark(i, i + 1, Named("country", (code,), country_name(code)))
    if token.key.isdigit() and following in ("ml", "millilitre", "milliliter"):
        return NameMark(i, i + 2, Named("size", (f"{int(token.key)} ml",), f"{int(token.key)} ml"))
    return None


def _article_mark(tokens: Sequence[Token], first: int, last: int, head: tuple[str, ...], index: NameIndex, close: bool) -> NameMark:
    """The articles of a family that the words around its name allow: size, form, tester …"""
    family = index.families[head]
    known = {word for article in family for word in article.words}
    wanted: list[str] = []
    while last < len(tokens) and (words := _variant(tokens, last, known)) is not None:
        wanted += words[1]
        last += words[0]
    if first >= 2 and tokens[first - 1].key in _UNITS and tokens[first - 2].key.isdigit():
        wanted, first = [*wanted, tokens[first - 2].key], first - 2
    spoken = " ".join(token.text for token in tokens[first:last])
    fitting = [article for article in family if set(wanted) <= set(article.words)]
    if not fitting:
        return NameMark(first, last, Named("product", (), spoken), close, problem=_no_such_variant(family, spoken))
    if wanted:
        fewest = min(len(article.words) for article in fitting)
        fitting = [article for article in fitting if len(article.words) == fewest]
    label = fitting[0].name if len(fitting) == 1 else f"{_title(family[0].name, head)} ({len(fitting)} articles)"
    return NameMark(first, last, Named("product", tuple(article.label for article in fitting), label), close)


def _title(name: str, head: tuple[str, ...]) -> str:
    return " ".join(name.split()[: len(head)])


def _variant(tokens: Sequence[Token], i: int, known: set[str]) -> tuple[int, tuple[str, ...]] | None:
    """Words at `i` that narrow a family: how many words, and the words of the product name they stand for."""
    key = tokens[i].key
    following = tokens[i + 1].key if i + 1 < len(tokens) else ""
    if key.isdigit() and following in _UNITS:
        return 2, (key,)
    if key.isdigit() and following == "x" and i + 2 < len(tokens):
        return 3, (key, tokens[i + 2].key)
    if key in _UNITS:
        return 1, ()
    if key.isdigit() and len(key) <= 3 and key in known and not following.startswith(("day", "week", "month", "year")):
        return 1, (key,)
    if key in _FORM_WORDS and set(_FORM_WORDS[key]) <= known:
        return 1, _FORM_WORDS[key]
    if key in _FORMS - {"de", "x"} or (key in known and key not in {"of", "the", "in"} and len(key) > 2 and not key.isdigit()):
        return 1, (key,)
    if key == "de" and following == "parfum":
        return 1, ()
    return None


def _no_such_variant(family: Sequence[Article], spoken: str) -> str:
    names = ", ".join(article.name for article in family[:8])
    return f"There is no “{spoken}”. Known articles of that name: {names}."


def nearest(tokens: Sequence[Token], first: int, last: int, index: NameIndex) -> NameMark | None:
    """The name whose spelling is nearest to words `first` … `last`, if near enough; one rare word of a product's name also names it."""
    text = " ".join(token.key for token in tokens[first:last])
    if last - first == 1 and text in index.family_of_word:
        return _article_mark(tokens, first, last, index.family_of_word[text], index, close=True)
    if len(text) < 5 or re.fullmatch(r"[\d ]+", text):
        return None
    found = process.extractOne(text, index.spoken.keys(), scorer=fuzz.ratio, score_cutoff=NEAR)
    if found is None or len(index.spoken[found[0]]) < last - first - 1:
        return None
    words = index.spoken[found[0]]
    if words in index.families:
        return _article_mark(tokens, first, last, words, index, close=True)
    return NameMark(first, last, index.phrases[words], close=True)


def suggest(text: str, index: NameIndex, limit: int = 3) -> list[str]:
    """Known names that resemble `text`, nearest first, for “did you mean”."""
    found = process.extract(" ".join(keys(text)), index.spoken.keys(), scorer=fuzz.WRatio, score_cutoff=72, limit=limit * 3)
    labels = [
        index.phrases[words].label if (words := index.spoken[name]) in index.phrases else " ".join(words).title() for name, _, _ in found
    ]
    return list(dict.fromkeys(labels))[:limit]
