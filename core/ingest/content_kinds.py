"""What a file is when it is no known report: sales in an unknown layout, or no sales at all, with the reason in a sentence."""

from __future__ import annotations

import polars as pl

from core.ingest.formats.tables import header_texts
from core.ingest.layout import HEADER_ROWS
from core.ingest.shapes import RawBook, RawSheet

NUMBER = r"^\s*[-−(]?\s*[£€$]?\s*\d[\d.,'\s\u{00A0}\u{202F}]*\)?\s*[%€]?\s*$"
SALES_WORDS = (
    *(
        "sales",
        "sold",
        "qty",
        "quantity",
        "units",
        "amount",
        "revenue",
        "turnover",
        "value",
        "orders",
        "order",
        "pcs",
        "sell out",
        "sellout",
    ),
    *("menge", "umsatz", "absatz", "ilosc", "wartosc", "sprzedaz", "ventas", "cantidad", "importe", "verkoop", "aantal", "omzet", "kiekis"),
    *("suma", "summa", "ventes", "quantite", "vendite", "kolicestvo", "кількість", "сума", "продаж"),
)
KINDS = (
    (("price list", "rrp", "list price", "cennik", "preisliste", "wholesale price"), "it is a price list: prices, but no units sold."),
    (("stock", "on hand", "inventory", "warehouse", "bestand", "lager"), "it is a stock list: quantities on hand, but no units sold."),
    (("expense", "invoice no", "iban", "cost centre", "supplier invoice"), "it is a list of expenses or invoices, not of units sold."),
)


def why_no_sales(book: RawBook) -> str | None:
    """A sentence that says why this is no sales report, None when it may be one in a layout nobody knows yet."""
    written = [sheet for sheet in book.sheets if _written(sheet)]
    if not written:
        return "all sheets are empty."
    if all(_written(sheet) < 2 for sheet in written):
        return "there is a header row and nothing below it."
    if book.kind == "csv" and (written[0].head(1)[0][0] or "").startswith(("ISA*", "UNA:", "UNB+")):
        return "it is an EDI message. Ask the reseller for the report as .xlsx or .csv."
    if not any(_has_numbers(sheet) for sheet in written):
        return "it holds no numbers."
    headers = header_texts(book, HEADER_ROWS)
    if any(_says(header, SALES_WORDS) for header in headers):
        return None
    return next((reason for words, reason in KINDS if any(_says(header, words) for header in headers)), None)


def _written(sheet: RawSheet) -> int:
    """Rows that hold anything."""
    return int(sheet.frame.select(pl.any_horizontal(pl.all().str.contains(r"\S")).sum()).item() or 0) if sheet.width else 0


def _has_numbers(sheet: RawSheet) -> bool:
    return bool(sheet.frame.select(pl.any_horizontal(pl.all().str.contains(NUMBER).any())).item())


def _says(header: str, words: tuple[str, ...]) -> bool:
    """True when one of `words` stands in the header as whole words."""
    padded = f" {header.replace('-', ' ').replace('/', ' ')} "
    return any(f" {word} " in padded for word in words)
