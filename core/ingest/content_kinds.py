"""What a file is when it is no known report: sales in an unknown layout, or no sales at all, with the reason in a sentence."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import polars as pl

from core.ingest.formats.generic_layout import Found, find_lists
from core.ingest.formats.meanings import AMOUNTS, FIGURES, PRODUCT_KEYS, read_header, words_of
from core.ingest.layout import HEADER_ROWS
from core.ingest.normalising import collapse, fold
from core.ingest.shapes import Problem, RawBook, RawSheet

NUMBER = r"^\s*[-−(]?\s*[£€$]?\s*\d[\d.,'\s\u{00A0}\u{202F}]*\)?\s*[%€]?\s*$"
LONGEST_TEXT = 80
SOLD = re.compile(
    r"\b(sold|sales|sell ?(?:out|thr(?:u|ough))|turnover|revenue|umsatz|absatz|verkauf\w*|ventes|vendu\w*|ventas|vendid\w*|vendite|vendut\w*|sprzedaz\w*|"
    r"verkoop|verkocht|omzet|parduota|pardavim\w*|pardots|продаж\w*|продано|salg|solgt|salda|myynti|prodej\w*)\b"
)
PIVOT = (
    "row labels",
    "column labels",
    "zeilenbeschriftungen",
    "spaltenbeschriftungen",
    "etiquettes de lignes",
    "etiquetas de fila",
    "etykiety wierszy",
)
INVOICE = re.compile(
    r"^(invoice|tax invoice|proforma|pro forma|rechnung|facture|factura|fattura|faktura|saskaita|rekins|invoice (no|number|date)|rechnungs ?(nr|nummer|datum)|"
    r"bill(ed)? to|ship(ped)? to|sold to|amount due|balance due|total due|sub ?total|zwischensumme|payment terms|zahlungsziel|due date|iban|"
    r"facture n|faktura (vat )?nr|vat (no|number|reg\w*)|ust id\w*|bank account)\b"
)
PAPERS = (
    (re.compile(r"^(purchase order|po number|order confirmation|auftragsbestatigung|bestellung|bon de commande)\b"), "a purchase order"),
    (re.compile(r"^(delivery note|packing list|packing slip|lieferschein|bon de livraison|albaran)\b"), "a delivery note"),
    (re.compile(r"^(price ?list|preisliste|cennik|liste de prix|lista de precios|listino|kainorastis|cenu lapa)\b"), "a price list"),
    (
        re.compile(
            r"^(stock ?(list|report|level\w*|on hand)|inventory|inventur|bestand\w*|lagerbestand|stany? magazynow\w*|etat des stocks)\b"
        ),
        "a stock list",
    ),
    (re.compile(r"^(budget|forecast|sales (plan|target|budget|forecast)\w*|targets?|planning)\b"), "a plan"),
)
STOCK = re.compile(
    r"\b(stock|on hand|soh|inventory|warehouse|bestand|lager\w*|magazyn\w*|existencias|giacenza|voorraad|sandelis|noliktava|available)\b"
)
EXPENSES = re.compile(
    r"\b(expense\w*|cost cent(re|er)|iban|supplier|invoice no|invoice number|kostenstelle|payee|category|account no|lieferant)\b"
)
PEOPLE = re.compile(
    r"\b(e ?mail|phone|telephone|mobile|address|street|postcode|zip|contact|first name|last name|surname|birthday|vorname|nachname|adresse|telefon)\b"
)
PLAN = re.compile(r"\b(budget|forecast|target|plan)\b")
COMPARED = re.compile(r"\b(vs|versus|against|compared)\b")
NOT_SOLD_YET = re.compile(
    r"\b(stock|stocks|soh|on hand|inventory|inventur|lager|lagerbestand|magazyn|existencias|giacenza|voorraad|залишки|залишок|остатки|остаток|"
    r"purchase orders?|order confirmation|delivery notes?|packing list|price ?list)\b"
)
TITLE_CELLS = 2  # a row above the list with more texts is a header


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
    lists = find_lists(book)
    return _paper(written, lists) or (_list_of(lists[0]) if lists else "no columns of units or money stand below a header.")


def doubtful_title(book: RawBook, first_rows: Mapping[str | None, int]) -> Problem | None:
    """A question where the name of the file, of a sheet that was read or a title on it says that a vendor's layout holds a plan, stock or
    papers instead of sales. `first_rows`: the first file row (1-based) that was read of each sheet."""
    sheets = [sheet for sheet in book.sheets if sheet.name in first_rows]
    above = (cells for sheet in sheets for cells in sheet.head(min(first_rows[sheet.name] - 1, HEADER_ROWS)))
    titles = [text for cells in above if len(texts := _short_texts(cells)) <= TITLE_CELLS for text in texts]
    for text in (book.file_name, *(sheet.name or "" for sheet in sheets), *titles):
        words = words_of(text)
        sold = SOLD.search(words)
        if (PLAN.search(words) and not (sold and COMPARED.search(words))) or (NOT_SOLD_YET.search(words) and not sold):
            message = f"“{collapse(text)}” says that these figures may be a plan, stock or orders, not what was sold. Confirm that they are sales."
            return Problem("not_a_sale", message, "error", value=collapse(text))
    return None


def _short_texts(cells: Sequence[str | None]) -> list[str]:
    return [text for text in cells if text and text.strip() and len(text) <= LONGEST_TEXT]


def _paper(sheets: list[RawSheet], lists: list[Found]) -> str | None:
    """A pivot picture, an invoice or another paper, told by what stands around the lists."""
    headers = {(found.sheet.name, found.header_row) for found in lists}
    texts = [words_of(text) for sheet in sheets for text in _around(sheet, headers)]
    every = {fold(text) for sheet in sheets for cells in sheet.head() for text in cells if text}
    if any(label in every for label in PIVOT):
        return "it is the picture of a pivot table. Ask for the list behind it."
    marks = {found[0] for text in texts if (found := INVOICE.match(text))}
    if len(marks) > 1:
        return "it is an invoice: what the brand sold to the reseller, not what the reseller sold on."
    for pattern, name in PAPERS:
        if any(pattern.match(text) and not SOLD.search(pattern.sub(" ", text)) for text in texts):
            if name in ("a stock list", "a price list") and lists and _sells(lists[0]):
                continue
            return f"it is {name}, not what was sold."
    return None


def _around(sheet: RawSheet, headers: set[tuple[str | None, int]]) -> list[str]:
    """The short texts of the first and last rows that are no header of a list, and the sheet's name."""
    head, tail = sheet.head(HEADER_ROWS), sheet.frame.tail(12).rows()
    rows = [cells for row, cells in enumerate(head) if (sheet.name, row) not in headers]
    found = [text for cells in (*rows, *tail) for text in cells if text and len(text) <= LONGEST_TEXT]
    return [*found, *([sheet.name] if sheet.name else [])]


def _sells(found: Found) -> bool:
    """True where a header says that something was sold."""
    names = [words_of(column.header) for column in found.columns if column.header and not column.said.beside]
    return any(SOLD.search(name) for name in names)


def _list_of(found: Found) -> str | None:
    """What a list is about when it is not about sales, by its headers."""
    if found.header_row < 0:
        return None if any(column.kind.number for column in found.columns) else "it holds no columns of units or money."
    headers = [words_of(column.header) for column in found.columns if column.header]
    meanings = {str(column.said.meaning) for column in found.columns if column.said.meaning}
    meanings |= {str(band.said.meaning) for band in found.bands if band.said.meaning}
    if found.bands:
        labels = [words_of(band.label) for band in found.bands]
        return "it is a plan, not what was sold." if any(PLAN.search(text) for text in labels) else None
    if any(SOLD.search(text) and not read_header(text).beside for text in headers):
        return None
    units, money, product = "units" in meanings, bool(meanings & set(AMOUNTS)), bool(meanings & set(PRODUCT_KEYS))
    if any(STOCK.search(text) for text in headers):
        return "it is a stock list: quantities on hand, but no units sold."
    if not units and not money and "unit_price" in meanings:
        return "it is a price list: prices, but no units sold."
    if any(EXPENSES.search(text) for text in headers) and not units and (not product or "ean" not in meanings):
        return "it is a list of expenses or invoices, not of units sold."
    if sum(bool(PEOPLE.search(text)) for text in headers) > 1 and not units:
        return "it is a list of people or addresses, not of units sold."
    if any(PLAN.search(text) for text in headers) and not units and not money:
        return "it is a plan, not what was sold."
    figures = [column for column in found.columns if column.kind.number or column.said.meaning in FIGURES]
    if not any(not column.said.beside and (column.said.meaning in FIGURES or column.kind.meaning) for column in figures):
        return "no columns of units or money stand below a header."
    return None


def _written(sheet: RawSheet) -> int:
    """Rows that hold anything."""
    return int(sheet.frame.select(pl.any_horizontal(pl.all().str.contains(r"\S")).sum()).item() or 0) if sheet.width else 0


def _has_numbers(sheet: RawSheet) -> bool:
    return bool(sheet.frame.select(pl.any_horizontal(pl.all().str.contains(NUMBER).any())).item())
