"""In which currency, and with or without VAT, a list nobody knows states its amounts, and what says so."""

from __future__ import annotations

import re

import polars as pl

from core.ingest.formats.generic_layout import Found
from core.ingest.formats.generic_sheets import Sheet
from core.ingest.normalising import collapse, fold
from core.ingest.numbers import CURRENCY_CODES, read_currency
from core.ingest.shapes import RawBook

WITH_VAT = re.compile(r"\b(?:inc|incl|including|inkl|con|avec|z)\.? (?:vat|btw|mwst|ust|iva|tva|moms)\b|\bttc\b|\bincl\.? tax\b")
WITHOUT_VAT = re.compile(
    r"\b(?:ex|exc|excl|excluding|exkl|without|sin|hors|bez|zonder|ohne) ?\.? ?(?:vat|btw|mwst|ust|iva|tva|taxes?|moms)\b"
)


def currency_of(sheets: list[Sheet], lines: pl.DataFrame) -> tuple[str | None, str]:
    """The currency the file states for all lines, and where; None where it states none or several."""
    paid = lines.filter(pl.col("amount_local").is_not_null())
    stated = paid["currency"].drop_nulls().unique().to_list()
    if len(stated) > 1 or (stated and "currency" in sheets[0].mapped.places):
        return None, ""
    if stated:
        return str(stated[0]), "the sign in the amounts"
    money = sheets[0].mapped.money()
    headers = [sheets[0].mapped.headers[money].said.currency] if money else []
    headers += [band.said.currency for band in (*sheets[0].found.bands, *sheets[0].mapped.stores)]
    named = {code for code in headers if code}
    if len(named) == 1:
        return named.pop(), "the header"
    around = {code for text in texts_above(sheets[0].found) for code in _codes_in(text)}
    return (around.pop(), "a cell above the list") if len(around) == 1 else (None, "")


def _codes_in(text: str) -> set[str]:
    words = re.findall(r"[A-Z]{3}|[€£]|zł", text)
    return {code for word in words if (word in CURRENCY_CODES or not word.isascii()) and (code := read_currency(word))}


def texts_above(found: Found) -> list[str]:
    cells = [text for row in found.sheet.head(max(found.header_row, 0)) for text in row if text and len(text) < 200]
    return [*cells, *([found.sheet.name] if found.sheet.name else [])]


def basis_of(book: RawBook, sheet: Sheet) -> tuple[str | None, str]:
    """The VAT basis the file states of the amount that is read, and where."""
    money = sheet.mapped.money()
    if sheet.found.bands:
        meanings = {part.money for part in sheet.parts if part.money}
        money = meanings.pop() if len(meanings) == 1 else None
    if money in ("amount_gross", "amount_net"):
        return money.removeprefix("amount_"), "the header"
    if money == "unit_price" and not sheet.found.bands and (stated := sheet.mapped.headers[money].said.basis):
        return stated, "the header"
    for text in texts_above(sheet.found):
        with_, without = WITH_VAT.search(fold(text)), WITHOUT_VAT.search(fold(text))
        if bool(with_) != bool(without):
            return ("gross" if with_ else "net"), f"“{collapse(text)}”"
    return None, ""
