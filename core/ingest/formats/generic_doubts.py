"""What a careful reader asks about a list nobody knows before it counts: lines that may be something else than sales of their period."""

from __future__ import annotations

import re
from collections import Counter

import polars as pl

from core.ingest import dates, periods
from core.ingest.formats import store_columns
from core.ingest.formats.column_mapping import BEFORE, MONTHS, YOURS
from core.ingest.formats.generic_layout import Column
from core.ingest.formats.generic_money import texts_above
from core.ingest.formats.generic_periods import ENDS, STARTS
from core.ingest.formats.generic_rows import measure_of
from core.ingest.formats.generic_sheets import Sheet
from core.ingest.formats.meanings import AMOUNTS, STORE_AMOUNT, STORE_UNITS, words_of
from core.ingest.formats.tables import Table
from core.ingest.layout import is_blank
from core.ingest.normalising import collapse, fold, fold_column
from core.ingest.numbers import read_currency, read_number
from core.ingest.shapes import Problem, ReadOptions, SalesFrame

NO_SALE = re.compile(
    r"\b(?:returns?|returned|refund(?:s|ed)?|cancel(?:l?ed|lation)?s?|void(?:ed)?|storno|storniert|gutschrift|retoure?n?|ruckgabe|reso|resi|"
    r"devoluc\w*|cancelad\w*|zwrot\w*|anulow\w*|annul\w*|remboursement|tagastus|grazin\w*|atgriez\w*|повернен\w*|возврат\w*|скасован\w*|отмен\w*)\b"
)
IN_THOUSANDS = re.compile(
    r"\b(?:in|en|w|v|tuhat)\.? (?:1[., ]?000s?|000s?|thousands?|tsd|tausend|tys|miles|milliers|migliaia|duizend\w*|tusen)\b"
    r"|['’]000s?\b|\bx ?1[., ]?000\b|\b(?:k|t) ?(?:€|£|eur|gbp|pln)(?!\w)|[€£] ?k\b|\bkeur\b|\bteur\b"
)
DISCOUNT = re.compile(r"\b(?:discounts?|rabatt?|korting|remise|sconto|descuento|nuolaida|atlaide|znizka|знижка|скидка)\b")
FEW_WORDS = 12  # so few different texts are kinds of lines, not names
MOST_SPANS = 400
MOST_LABELS = 2_000


def doubts(sheets: list[Sheet], frame: SalesFrame, names: dict[str, int], options: ReadOptions) -> tuple[Problem, ...]:
    """Problems a person has to accept before the list is stored; see `asking.CONFIRMED`."""
    found: list[Problem] = []
    for sheet in sheets:
        found += [
            *_no_sales(sheet),
            *_apart(sheet),
            *_left_out(sheet),
            *_blocks(sheet),
            *_thousands(sheet),
            *_repeated(sheet),
            *_stores_repeated(sheet),
            *_blank_stores(sheet),
            *_two_currencies(sheet),
        ]
    return (*found, *_overlapping(frame), *_mixed_resellers(names, options))


# Lines that are no sales ----------------------------------------------------------------------------------------------


def _no_sales(sheet: Sheet) -> list[Problem]:
    """A column that calls some lines returns or cancelled while their figures are positive."""
    found = []
    lines = sheet.found.body.filter(sheet.rows.lines)
    read = {choice.key: choice.meaning for choice in sheet.mapped.choices}
    positive = _positive(sheet, lines)
    for column in sheet.found.columns:
        if read.get(column.key) not in ("ignore", "channel") or column.said.beside or column.kind.number:
            continue
        words = fold_column(lines[f"c{column.place}"])
        if words.n_unique() > FEW_WORDS:
            continue
        telling = [word for word in words.unique().to_list() if word and NO_SALE.search(word)]
        mask = words.is_in(telling).fill_null(False) & positive
        if mask.any():
            row = int(lines["row"].filter(mask)[0])
            text, label = collapse(lines[f"c{column.place}"].filter(mask)[0]), collapse(column.header or column.key)
            found.append(_no_sale(sheet, f"The column “{label}” calls {_lines(int(mask.sum()))} “{text}”", row, column.place))
    return found


def _apart(sheet: Sheet) -> list[Problem]:
    """Returns in a column of their own, which the units read do not take off; discounts that price × units does not know."""
    found = []
    read = {choice.key: choice for choice in sheet.mapped.choices}
    lines = sheet.found.body.filter(sheet.rows.lines)
    for column in sheet.found.columns:
        choice, name = read.get(column.key), words_of(column.header or "")
        if choice is None or choice.meaning != "ignore" or choice.reason == YOURS or not column.kind.number or "%" in (column.header or ""):
            continue
        cut = sheet.mapped.money() == "unit_price" and DISCOUNT.search(name)
        if not (NO_SALE.search(name) or cut) or not lines[f"c{column.place}"].str.contains("[1-9]").any():
            continue
        what = "discounts that the price × units leaves out" if cut else "returns that were not taken off the sales"
        message = f"The column “{collapse(column.header or column.key)}” states {what}."
        address = sheet.found.sheet.address(max(sheet.found.header_row, 0), column.place)
        suggestion = "Check whether the other figures are after them, or ask the sender for net figures."
        found.append(Problem("figures_apart", message, "error", sheet.found.sheet.name, address, column.header, suggestion))
    return found


def _left_out(sheet: Sheet) -> list[Problem]:
    """Columns of figures like those that are read, which are not: perhaps other stores. Each is named with what it adds up to.

    One is enough where what is read has a header nobody knows, or the same; a list whose headers say its units may have one more number.
    """
    found, mapped = sheet.found, sheet.mapped
    read = {choice.key: choice for choice in mapped.choices}
    left = [column for column in found.columns if read[column.key].meaning == "ignore" and read[column.key].reason != BEFORE]
    used = [mapped.headers[name] for name in ("units", *AMOUNTS) if name in mapped.headers]
    used += [column for column in found.columns if read[column.key].meaning in (STORE_UNITS, STORE_AMOUNT)]
    shapes = {store_columns.shape_of(column) for column in used} | ({"units", "amount"} if found.bands else set())
    unnamed = store_columns.unnamed_figures(found, {column.place for column in found.columns if column not in left})
    lost = [column for column in unnamed if (store_columns.shape_of(column) in shapes or mapped.stores) and not _is_total(sheet, column)]
    named = {fold(column.header or "") for column in used if column.said.meaning}
    lost += [column for column in left if column.said.meaning and fold(column.header or "") in named and read[column.key].reason == YOURS]
    if mapped.stores:
        lost += [column for column in left if column.said.meaning in ("units", *AMOUNTS) and not _is_total(sheet, column)]
    certain = bool(used or found.bands) and all(column.said.meaning for column in used) and not mapped.stores
    again = any(column.said.meaning for column in lost)
    if not lost or (certain and not again and len(lost) < store_columns.FEW):
        return []
    lines = found.body.filter(sheet.rows.lines)
    sums = {column: store_columns.figures_of(lines[f"c{column.place}"]) for column in dict.fromkeys(lost)}
    if not any(sums.values()):
        return []
    named_sums = ", ".join(f"“{column.header or column.key}” ({total:,f})" for column, total in sums.items())
    message = f"Columns with figures like those that are read were left out: {named_sums}; they add up to {sum(sums.values()):,f}."
    suggestion = "If each is a store, say in the columns that it is the units or the money of the store in its header."
    return [
        Problem(
            "figures_apart",
            message,
            "error",
            found.sheet.name,
            found.sheet.address(max(found.header_row, 0), lost[0].place),
            lost[0].header,
            suggestion,
        )
    ]


def _is_total(sheet: Sheet, column: Column) -> bool:
    """A sum over what is read is no sale beside it."""
    read = {band.place for band in sheet.mapped.stores if not band.total}
    return store_columns.adds_up(sheet.found, column, [other for other in sheet.found.columns if other.place in read])


def _no_sale(sheet: Sheet, what: str, row: int, place: int) -> Problem:
    message = f"{what}, but the figures are positive and were read as sales."
    suggestion = "Give returns a minus sign, or take cancelled lines out, and upload the file again."
    return Problem("not_a_sale", message, "error", sheet.found.sheet.name, sheet.found.sheet.address(row - 1, place), suggestion=suggestion)


def _positive(sheet: Sheet, lines: pl.DataFrame) -> pl.Series:
    """Mask of the lines with any figure above zero, by their row."""
    figures = sheet.lines.filter((pl.col("quantity") > 0) | (pl.col("amount_local") > 0))
    return lines["row"].cast(pl.Int64).is_in(figures["source_row"].cast(pl.Int64).unique().to_list())


def _lines(count: int) -> str:
    return "1 line" if count == 1 else f"{count:,} lines"


# Labels between the lines ---------------------------------------------------------------------------------------------


def _blocks(sheet: Sheet) -> list[Problem]:
    """Rows with one text among the lines: a heading that says what the lines below it are."""
    last = sheet.found.body["row"].filter(sheet.rows.lines).max()
    labels = [
        (row, place, text)
        for row, place, text in _single_texts(sheet.found.body.filter(sheet.rows.notes).head(MOST_LABELS))
        if isinstance(last, int) and row < last
    ]
    found: list[Problem] = []
    dated = any(part.dated.of_rows for part in sheet.parts)
    others = []
    for row, place, text in labels:
        if NO_SALE.search(fold(text)):
            found.append(_no_sale(sheet, f"“{text}” stands above lines", row, place))
        elif not dated and (dates.read_span(text) or dates.read_month(text) or periods.find_months(text)):
            found.append(_period_in_blocks(sheet, row, place, text))
        else:
            others.append((row, place, text))
    if others and "store" not in sheet.mapped.places:
        row, place, text = others[0]
        message = f"{_lines(len(others))} such as “{text}” head other lines; if they name stores or groups, these were not read."
        found.append(Problem("block_label", message, "warning", sheet.found.sheet.name, sheet.found.sheet.address(row - 1, place)))
    return found


def _single_texts(notes: pl.DataFrame) -> list[tuple[int, int, str]]:
    """(file row, column, text) of rows with exactly one filled cell."""
    found = []
    for row, *cells in notes.iter_rows():
        filled = [(place, text) for place, text in enumerate(cells) if not is_blank(text)]
        if len(filled) == 1:
            found.append((int(row), filled[0][0], collapse(filled[0][1])))
    return found


def _period_in_blocks(sheet: Sheet, row: int, place: int, text: str) -> Problem:
    message = f"“{text}” stands among the lines, so they may be of several periods; all were read as one."
    suggestion = "Add a column with the period of each line, or upload each period as a file of its own."
    address = sheet.found.sheet.address(row - 1, place)
    return Problem("period_in_blocks", message, "error", sheet.found.sheet.name, address, text, suggestion)


# Figures that are larger, or stand twice ------------------------------------------------------------------------------


def _thousands(sheet: Sheet) -> list[Problem]:
    """Amounts that a title or their header states in thousands."""
    if not sheet.lines["amount_local"].is_not_null().any():
        return []
    money = sheet.mapped.money()
    headers = [sheet.mapped.headers[money].header] if money and money in sheet.mapped.headers else []
    headers += [band.label for band in sheet.found.bands]
    said = next((text for text in (*texts_above(sheet.found), *headers) if text and IN_THOUSANDS.search(fold(text))), None)
    if said is None:
        return []
    message = f"“{collapse(said)}” says the amounts are in thousands; they were read as they are written."
    suggestion = "Ask the sender for the full amounts and upload that file."
    return [Problem("amounts_in_thousands", message, "error", sheet.found.sheet.name, suggestion=suggestion)]


def _repeated(sheet: Sheet) -> list[Problem]:
    """Several columns of one measure under one period: only the first was read."""
    proposed = next((choice.meaning for choice in sheet.mapped.choices if choice.key == MONTHS), "units")
    bands = [band for band in sheet.found.bands if not band.total]
    counts = Counter((band.span, band.month, measure_of(band, proposed)) for band in bands)
    twice = [band for band in bands if counts[(band.span, band.month, measure_of(band, proposed))] > 1]
    if not twice:
        return []
    labels = ", ".join(f"“{label}”" for label in list(dict.fromkeys(band.label for band in twice))[:4])
    message = f"Several columns have the same header ({labels}); only the first of each was read."
    return [
        Problem("columns_repeated", message, "error", sheet.found.sheet.name, suggestion="Name in the headers what each column counts.")
    ]


def _stores_repeated(sheet: Sheet) -> list[Problem]:
    """Two columns of one measure that name the same store: both count."""
    counts = Counter((fold(band.label), band.said.meaning) for band in sheet.mapped.stores if not band.total)
    twice = next((band for band in sheet.mapped.stores if not band.total and counts[fold(band.label), band.said.meaning] > 1), None)
    if twice is None:
        return []
    message = f"Several columns name the store “{twice.label}”; all of them count."
    suggestion = "If they are the same sales, or other figures than units and money, say for one of them that it is not read."
    address = sheet.found.sheet.address(max(sheet.found.header_row, 0), twice.place)
    return [Problem("columns_repeated", message, "error", sheet.found.sheet.name, address, twice.label, suggestion)]


def _overlapping(frame: SalesFrame) -> list[Problem]:
    """Lines for a quarter beside lines for its months."""
    spans = frame.rows.filter(pl.col("held_reason").is_null()).select(STARTS, ENDS).drop_nulls().unique().sort(STARTS, ENDS).rows()
    if len(spans) > MOST_SPANS:
        return []
    for start, end in spans:
        inner = next(((s, e) for s, e in spans if (s, e) != (start, end) and start <= s and e <= end), None)
        if inner is not None:
            message = (
                f"Some lines are of {start:%-d %b} – {end:%-d %b %Y}, others of {inner[0]:%-d %b} – {inner[1]:%-d %b %Y} within it; "
                "if the longer ones are sums, these sales count twice."
            )
            return [
                Problem("overlapping_periods", message, "error", suggestion="Take the lines that are sums out and upload the file again.")
            ]
    return []


# Whose and where ------------------------------------------------------------------------------------------------------


def _blank_stores(sheet: Sheet) -> list[Problem]:
    stores = sheet.lines["store_text"]
    if "store" not in sheet.mapped.places or not stores.null_count() or stores.null_count() == len(stores):
        return []
    row = int(sheet.lines["source_row"].filter(stores.is_null())[0])
    blank = sheet.lines.filter(pl.col("store_text").is_null())["source_row"].n_unique()
    message = f"{_lines(blank)} without a store among lines with one."
    suggestion = "If a store stands only on the first line of its block, fill it down in the file and upload it again."
    address = sheet.found.sheet.address(row - 1, sheet.mapped.places["store"])
    return [Problem("store_blank", message, "error", sheet.found.sheet.name, address, suggestion=suggestion)]


def _two_currencies(sheet: Sheet) -> list[Problem]:
    """Amounts whose sign names another currency than the column beside them."""
    for part in sheet.parts:
        table = part.table
        if "currency" not in table or "amount" not in table:
            return []
        amounts = table.column("amount")
        pairs = pl.DataFrame(
            {"s": amounts.str.extract(r"([^\d\s.,()+'’−–-]+)"), "a": amounts, "c": table.column("currency"), "row": table.rows}
        )
        for _, amount, code, row in pairs.drop_nulls("s").unique(["s", "c"], keep="first", maintain_order=True).iter_rows():
            own, beside = read_number(amount, ".").currency or read_number(amount, ",").currency, read_currency(code)
            if own and beside and own != beside:
                return [_currency_conflict(sheet, table, row, collapse(amount), beside)]
    return []


def _currency_conflict(sheet: Sheet, table: Table, row: int, amount: str, beside: str) -> Problem:
    message = f"The amount “{amount}” stands beside the currency {beside}; it was read as {beside}."
    address = table.address(row, "amount")
    return Problem(
        "currency_conflict", message, "error", sheet.found.sheet.name, address, amount, "Ask the sender which currency is right."
    )


def _mixed_resellers(names: dict[str, int], options: ReadOptions) -> list[Problem]:
    """Several resellers in the lines, none of them the one a person named."""
    if options.reseller is None or len(names) < 2 or fold(options.reseller) in {fold(name) for name in names}:
        return []
    shown = ", ".join(f"“{name}”" for name in list(names)[:4])
    message = f"The lines name several resellers ({shown}), none of them {options.reseller}; all were read as sales of {options.reseller}."
    return [Problem("resellers_mixed", message, "error", suggestion="Answer with one of these names to read only its lines.")]
