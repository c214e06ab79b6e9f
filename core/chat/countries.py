"""Country names and adjectives in the languages people write → ISO codes."""

from __future__ import annotations

from functools import cache

from babel import Locale

from core.chat.tokens import keys

_LANGUAGES = ("en", "de", "pl", "fr", "sv", "es", "it", "nl")
_MORE = {
    "AT": "austrian osterreichische oesterreich austrii",
    "BE": "belgian belgii belgische",
    "CH": "swiss schweizer szwajcarii",
    "CZ": "czech czechia czechach",
    "DE": "german germans deutsche deutschen deutscher niemczech niemiec niemieckie niemieckich allemand allemands tyska allemande",
    "DK": "danish danii",
    "EE": "estonian estonii",
    "ES": "spanish spanische spanischen hiszpanii hiszpanskie espagnol spanska",
    "FI": "finnish finlandii",
    "FR": "french franzosische franzosischen francji francuskie francais franska",
    "GB": "uk|u k|britain|great britain|england|english|british|scotland|wales|britische|britischen|wielkiej brytanii|angleterre|storbritannien|brytyjskie",
    "IE": "irish irlandii",
    "IT": "italian italienische wloszech wloch italien italiens",
    "LT": "lithuanian litauische litwie litwy",
    "LV": "latvian lotwie lotwy",
    "NL": "dutch holland niederlandische holandii niederlanden hollandische",
    "NO": "norwegian norwegii",
    "PL": "polish polnische polnischen polsce polski polskie polonais polonaise polska",
    "PT": "portuguese portugalii",
    "SE": "swedish schwedische szwecji suedois svenska",
    "UA": "ukrainian ukrainische ukrainie ukrainy",
    "US": "usa|u s|u s a|america|american|united states of america|stanach|etats unis",
    "ZA": "south african|sudafrikanische|rpa|sydafrika|poludniowa afryka",
}
_NOT_COUNTRIES = {("man",), ("chad",), ("mali",), ("guinea",), ("island",), ("eu",), ("un",), ("oman",), ("jersey",), ("polska", "marka")}


@cache
def country_phrases() -> dict[tuple[str, ...], str]:
    """Folded words of every country name → ISO 3166 code. Words that mean something else in a question are left out."""
    found: dict[tuple[str, ...], str] = {}
    for language in _LANGUAGES:
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code.isalpha() and code not in {"EU", "EZ", "UN", "ZZ", "QO", "XA", "XB"}:
                found.setdefault(keys(name), code)
    for code, words in _MORE.items():
        for phrase in words.split("|") if "|" in words else words.split():
            found[keys(phrase)] = code
    return {phrase: code for phrase, code in found.items() if phrase and phrase not in _NOT_COUNTRIES}


@cache
def country_name(code: str) -> str:
    """`DE` → `Germany`; a code nobody knows stays as it is."""
    return str(Locale("en").territories.get(code, code))
