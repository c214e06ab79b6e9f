"""Any list of sales that is nobody's report: columns by their names or a person's word, and nothing assumed that the file does not state."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import polars as pl

from core.ingest import periods
from core.ingest.evidence import Clue, weigh
from core.ingest.formats import generic_controls, tables
from core.ingest.formats.column_mapping import MONTHS, Mapped, map_columns
from core.ingest.formats.generic_layout import Found, find_lists
from core.ingest.formats.generic_periods import ENDS, STARTS, Dated, Grain, evidence_around, read_period, slices_of
from core.ingest.formats.generic_rows import (
    KEYS,
    Part,
    Rows,
    currency_problems,
    decimal_sign,
    line_or_unit,
    lines_of,
    read_part,
    reseller_names,
    split,
    tell_rows,
)
from core.ingest.formats.meanings import FIGURES, MEANINGS, PRODUCT_KEYS
from core.ingest.layout import hidden_sheets, sheets_set_aside
from core.ingest.normalising import collapse, fold
from core.ingest.numbers import CURRENCY_CODES, read_currency
from core.ingest.shapes import (
    Choice,
    Guess,
    PeriodEvidence,
    PeriodReading,
    Problem,
    Question,
    RawBook,
    ReadOptions,
    SalesFrame,
    SetAside,
    complete_rows,
)

KEY = "generic"
TITLE = "Another list of sales"

COMMON_CURRENCIES = ("EUR", "GBP", "PLN", "ZAR")
WITH_VAT = re.compile(r"\b(?:inc|incl|including|inkl|con|avec|z)\.? (?:vat|btw|mwst|ust|iva|tva|moms)\b|\bttc\b|\bincl\.? tax\b")
WITHOUT_VAT = re.compile(
    r"\b(?:ex|exc|excl|excluding|exkl|without|sin|hors|bez|zonder|ohne) ?\.? ?(?:vat|btw|mwst|ust|iva|tva|taxes?|moms)\b"
)


def recognise(book: RawBook) -> Guess:
    """Guess from headers that say what is counted and what it is about. The last resort: any vendor's own layout comes first."""
    lists = find_lists(book)
    if not lists:
        return Guess(KEY, 0.0, (), ("no list with a column of numbers was found",))
    found = lists[0]
    mapped = map_columns(found, {}, {})
    has = set(mapped.places) | ({str(choice.meaning) for choice in mapped.choices if choice.key == MONTHS})
    names = ", ".join(f"“{choice.header or choice.key}”" for choice in mapped.choices if choice.meaning != "ignore")
    clues = (
        Clue(f"a list with the columns {names}", bool(found.named) and bool(has & set(FIGURES)), 0.3),
        Clue("a list without a header row", found.header_row < 0, 0.1),
        Clue("a list under headers nobody knows", found.header_row >= 0 and not found.named, 0.1),
        Clue("figures under months or weeks", bool(found.bands), 0.1),
        Clue("products by EAN, number or name", bool(has & set(PRODUCT_KEYS)), 0.1),
    )
    return weigh(KEY, clues)


def read(book: RawBook, options: ReadOptions) -> SalesFrame:
    """Every line of the list as a fact of the period it states; `questions` holds all that the file leaves open, at once."""
    lists = find_lists(book)
    if not lists:
        empty = PeriodReading(None, None, "month")
        return SalesFrame(KEY, complete_rows(pl.DataFrame()), empty, None, None, problems=book.problems)
    taken = _together(lists)
    sheets = [_read_sheet(book, found, options) for found in taken]
    return _join(book, lists, sheets, options)


def _together(lists: list[Found]) -> list[Found]:
    """The best list, with those of other sheets that have the same headers and are named after other months."""
    best = lists[0]
    months = {found.sheet.name: periods.from_text("sheet", found.sheet.name or "") for found in lists if _same_headers(best, found)}
    spans = [(hint.start, hint.end) for hint in months.values() if hint is not None]
    if len(months) > 1 and len(spans) == len(months) == len(set(spans)):
        return sorted((found for found in lists if found.sheet.name in months), key=lambda found: months[found.sheet.name].start)  # type: ignore[union-attr]
    return [best]


def _same_headers(one: Found, other: Found) -> bool:
    return [fold(column.key) for column in one.columns] == [fold(column.key) for column in other.columns]


class Sheet:
    """One sheet, read: its list, what its columns mean, which rows are lines, and the parts with their figures."""

    def __init__(self, found: Found, mapped: Mapped, rows: Rows, parts: list[Part], example: str | None) -> None:
        self.found, self.mapped, self.rows, self.parts, self.example = found, mapped, rows, parts, example
        self.lines = pl.DataFrame()
        self.amount_is: tuple[str | None, str] = (None, "")


def _read_sheet(book: RawBook, found: Found, options: ReadOptions) -> Sheet:
    mapped = map_columns(found, options.columns, options.known_columns)
    rows = tell_rows(found, mapped, options.brand, options.reseller)
    parts = split(found, mapped)
    only = [(table.only(rows.lines), money, band) for table, money, band in parts]
    sign, example = decimal_sign([table for table, *_ in only], "amount", options)
    counted, unsure = decimal_sign([table for table, *_ in only], "quantity", options)
    read_parts = [read_part(table, money, band, book, found, options, sign or counted) for table, money, band in only]
    sheet = Sheet(found, mapped, rows, read_parts, example or unsure)
    sheet.amount_is = _amount_is(sheet, options)
    lines = [lines_of(part, sheet.amount_is[0]) for part in read_parts]
    sheet.lines = pl.concat(lines).with_columns(pl.lit(found.sheet.name, pl.String).alias("source_sheet")) if lines else pl.DataFrame()
    return sheet


def _amount_is(sheet: Sheet, options: ReadOptions) -> tuple[str | None, str]:
    """Whether the money is the line's or one unit's, and what says so; None while only a person knows."""
    money = sheet.mapped.money()
    if options.amount_is is not None:
        return options.amount_is, "a person said so"
    if sheet.found.bands or money in (None, "unit_price") or "units" not in sheet.mapped.places:
        return "line", ""
    table, figures = sheet.parts[0].table, sheet.parts[0].figures
    price = None
    if "unit_price" in sheet.mapped.places:
        price = (
            tables.Table(table.sheet, table.header_row, {"amount": sheet.mapped.places["unit_price"]}, (), table.body)
            .numbers("amount")
            .values
        )
    proven = line_or_unit(table, figures, price)
    if proven[0] is None and sheet.mapped.headers[str(money)].said.line:
        return "line", "the header says it"
    return proven


# All of it together ---------------------------------------------------------------------------------------------------


def _join(book: RawBook, lists: list[Found], sheets: list[Sheet], options: ReadOptions) -> SalesFrame:
    first = sheets[0]
    lines = pl.concat([sheet.lines for sheet in sheets])
    dated = [part.dated for sheet in sheets for part in sheet.parts]
    whole = Dated(pl.DataFrame(), _grain(dated), any(d.of_rows for d in dated) or len(sheets) > 1)
    facts = tables.facts_of(lines)
    currency, said_currency = _currency(sheets, facts.lines)
    basis, said_basis = _basis(book, first)
    hints = tuple(dict.fromkeys(hint for sheet in sheets for hint in evidence_around(book, sheet.found)))
    period = read_period(facts.lines, whole, hints if len(sheets) == 1 else _outside(hints), options)
    view = _view(facts.lines, options)
    stated = _within(facts.lines, period, options)
    rows = complete_rows(stated, vat_basis=basis or options.vat_basis, view=view)
    rows = rows.with_columns(pl.coalesce("currency", pl.lit(currency, pl.String)).alias("currency"))
    reseller, names = _reseller(first, options)
    frame = SalesFrame(
        KEY,
        rows,
        period,
        currency,
        basis,  # type: ignore[arg-type]
        controls=generic_controls.controls_of(sheets, rows, view) if not _parted(sheets) else (),
        slices=slices_of(rows, view, whole.grain, period),
        set_aside=_aside(book, lists, sheets, facts.empty),
        explicit_zeros=facts.zeros,
        living=rows.select(STARTS).n_unique() > 1 and whole.grain != "day",
        columns=first.mapped.choices,
        reseller=reseller,
    )
    questions = _questions(frame, first, dated, names, options)
    remarks = _remarks(book, lists, sheets, frame, (said_currency, said_basis), whole)
    return replace(frame, questions=questions, problems=(*book.problems, *remarks))


def _grain(dated: list[Dated]) -> Grain:
    grains = [d.grain for d in dated]
    return max(dict.fromkeys(grains), key=grains.count)


def _outside(hints: tuple[PeriodEvidence, ...]) -> tuple[PeriodEvidence, ...]:
    """Of several sheets each is its own month; only the name speaks of all."""
    return tuple(hint for hint in hints if hint.source == "file_name")


def _within(lines: pl.DataFrame, period: PeriodReading, options: ReadOptions) -> pl.DataFrame:
    """Lines without a readable period are held under the whole span of the file, so that they wait in the inbox and not nowhere."""
    first, last = lines[STARTS].min(), lines[ENDS].max()
    start = first if isinstance(first, date) else period.start
    end = last if isinstance(last, date) else period.end
    return lines.with_columns(pl.col(STARTS).fill_null(pl.lit(start, pl.Date)), pl.col(ENDS).fill_null(pl.lit(end, pl.Date)))


def _view(lines: pl.DataFrame, options: ReadOptions) -> str:
    """`main`; lines that add to what is there get a view of their own, told by their content, so that they replace nothing."""
    if options.completeness != "adds":
        return "main"
    stated = lines.select(STARTS, ENDS, "store_text", "vendor_key", "quantity", "amount_local").sort(pl.all(), nulls_last=True)
    return f"added {hashlib.sha256(stated.write_csv().encode()).hexdigest()[:12]}"


def _parted(sheets: list[Sheet]) -> bool:
    """True where only a part of the rows is taken, so that printed totals are not theirs."""
    return any(sheet.rows.foreign.any() or sheet.rows.others.any() for sheet in sheets)


# Currency and VAT -----------------------------------------------------------------------------------------------------


def _currency(sheets: list[Sheet], lines: pl.DataFrame) -> tuple[str | None, str]:
    """The currency the file states for all lines, and where; None where it states none or several."""
    paid = lines.filter(pl.col("amount_local").is_not_null())
    stated = paid["currency"].drop_nulls().unique().to_list()
    if len(stated) > 1 or (stated and "currency" in sheets[0].mapped.places):
        return None, ""
    if stated:
        return str(stated[0]), "the sign in the amounts"
    money = sheets[0].mapped.money()
    headers = [sheets[0].mapped.headers[money].said.currency] if money else []
    headers += [band.said.currency for band in sheets[0].found.bands]
    named = {code for code in headers if code}
    if len(named) == 1:
        return named.pop(), "the header"
    around = {code for text in _texts_above(sheets[0].found) for code in _codes_in(text)}
    return (around.pop(), "a cell above the list") if len(around) == 1 else (None, "")


def _codes_in(text: str) -> set[str]:
    words = re.findall(r"[A-Z]{3}|[€£]|zł", text)
    return {code for word in words if (word in CURRENCY_CODES or not word.isascii()) and (code := read_currency(word))}


def _texts_above(found: Found) -> list[str]:
    cells = [text for row in found.sheet.head(max(found.header_row, 0)) for text in row if text and len(text) < 200]
    return [*cells, *([found.sheet.name] if found.sheet.name else [])]


def _basis(book: RawBook, sheet: Sheet) -> tuple[str | None, str]:
    """The VAT basis the file states of the amount that is read, and where."""
    money = sheet.mapped.money()
    if sheet.found.bands:
        meanings = {part.money for part in sheet.parts if part.money}
        money = meanings.pop() if len(meanings) == 1 else None
    if money in ("amount_gross", "amount_net"):
        return money.removeprefix("amount_"), "the header"
    if money == "unit_price" and not sheet.found.bands and (stated := sheet.mapped.headers[money].said.basis):
        return stated, "the header"
    for text in _texts_above(sheet.found):
        with_, without = WITH_VAT.search(fold(text)), WITHOUT_VAT.search(fold(text))
        if bool(with_) != bool(without):
            return ("gross" if with_ else "net"), f"“{collapse(text)}”"
    return None, ""


# What is open ---------------------------------------------------------------------------------------------------------


def _reseller(sheet: Sheet, options: ReadOptions) -> tuple[str | None, dict[str, int]]:
    """The one reseller the lines name, and all names with their lines."""
    if "reseller" not in sheet.mapped.places:
        return None, {}
    names = reseller_names(sheet.found.table(dict(sheet.mapped.places)).only(~(sheet.rows.totals | sheet.rows.again | sheet.rows.notes)))
    return (next(iter(names)) if len(names) == 1 else None), names


def _questions(frame: SalesFrame, sheet: Sheet, dated: list[Dated], names: dict[str, int], options: ReadOptions) -> tuple[Question, ...]:
    """All that the file leaves open and nobody has said, at once."""
    paid = frame.rows.filter(pl.col("amount_local").is_not_null())
    found: list[Question | None] = [sheet.mapped.question]
    if len(names) > 1 and options.reseller is None:
        choices = tuple(Choice(name, name, f"{count:,} lines name it; the others are set aside") for name, count in names.items())
        found.append(Question("reseller", "The lines name several resellers. Whose lines are to be read?", choices))
    found += dict.fromkeys(question for d in dated for question in d.questions if getattr(options, question.key) is None)
    if sheet.example is not None:
        found.append(_which_sign(sheet.example))
    if paid.height and paid["currency"].null_count() and options.currency is None:
        found.append(Question("currency", "In which currency are the amounts?", tuple(Choice(c, c) for c in COMMON_CURRENCIES)))
    if paid.height and frame.vat_basis is None and options.vat_basis is None:
        found.append(Question("vat_basis", "Do the amounts include VAT?", (Choice("gross", "Including VAT"), Choice("net", "Without VAT"))))
    if paid.height and sheet.amount_is[0] is None:
        found.append(_what_is_the_amount(sheet))
    if options.completeness is None:
        found.append(_complete_or_more(frame))
    return tuple(question for question in found if question is not None)


def _which_sign(example: str) -> Question:
    shown = collapse(example)
    thousand = re.sub(r"[.,](?=\d{3}\b)", "", shown)
    sign = "," if "," in shown else "."
    choices = (
        Choice("." if sign == "," else ",", f"{shown} is {thousand}", f"the {'comma' if sign == ',' else 'point'} parts thousands"),
        Choice(sign, f"{shown} is {shown.replace(',', '.')}", f"the {'comma' if sign == ',' else 'point'} parts decimals"),
    )
    return Question("decimal", f"“{shown}” can be read as two numbers. Which one is meant?", choices)


def _what_is_the_amount(sheet: Sheet) -> Question:
    part = sheet.parts[0]
    rows = pl.DataFrame({"q": part.figures.quantity, "a": part.figures.amounts.values}).filter(
        (pl.col("q").abs() > 1) & pl.col("a").is_not_null()
    )
    units, amount = rows.row(0) if rows.height else (2, Decimal(0))
    text = f"{units:,} units, {amount.normalize():f}"
    choices = (
        Choice("line", "The money of the whole line", f"“{text}” then is {amount / units:,.2f} a piece"),
        Choice("unit", "The price of one unit", f"“{text}” then is {amount * units:,.2f} in all"),
    )
    return Question("amount_is", "Is the amount the money of the whole line, or the price of one unit?", choices)


def _complete_or_more(frame: SalesFrame) -> Question:
    first, last = frame.rows[STARTS].min(), frame.rows[ENDS].max()
    span = f"{first:%-d %b %Y} – {last:%-d %b %Y}" if isinstance(first, date) and isinstance(last, date) else "its periods"
    choices = (
        Choice("complete", f"It is complete for {span}", "it replaces what is live of this reseller in these days"),
        Choice("adds", "It adds to what is there", "nothing is replaced"),
    )
    return Question("completeness", "Does this file state all sales of its periods, or only some more of them?", choices)


# What is said ---------------------------------------------------------------------------------------------------------


def _aside(book: RawBook, lists: list[Found], sheets: list[Sheet], empty: pl.Series) -> tuple[SetAside, ...]:
    found: list[SetAside] = []
    start = 0
    for sheet in sheets:
        name, body, rows = sheet.found.sheet.name, sheet.found.body["row"], sheet.rows
        reasons = (
            (rows.totals, "total row"),
            (rows.again, "header repeated"),
            (rows.notes, "no figures"),
            (rows.foreign, "another brand"),
            (rows.others, "another reseller"),
        )
        for mask, reason in reasons:
            found += tables.runs(body.filter(mask), reason, name)
        kept = body.filter(rows.lines)
        blank = pl.repeat(True, kept.len(), dtype=pl.Boolean, eager=True)
        for _ in sheet.parts:
            blank &= empty.slice(start, kept.len())
            start += kept.len()
        found += tables.runs(kept.filter(blank), "no units and no amount", name)
    reasons_of = {found_.sheet.name: "another list; only one was read" for found_ in lists}
    return (*found, *sheets_set_aside(book, {sheet.found.sheet.name for sheet in sheets}, reasons_of))


def _remarks(
    book: RawBook, lists: list[Found], sheets: list[Sheet], frame: SalesFrame, said: tuple[str, str], whole: Dated
) -> tuple[Problem, ...]:
    first = sheets[0]
    mapped = first.mapped
    return (
        _read_as_list(first),
        *(p for sheet in sheets for part in sheet.parts for p in tables.figure_problems(part.table, part.figures)),
        *(p for sheet in sheets for p in _keys_and_days(sheet)),
        *_money_remarks(first, frame, said),
        *(Problem("period_reading", part.dated.note, "info") for part in first.parts[:1] if part.dated.note),
        *_second_lists(lists, sheets),
        *(Problem("unknown_column", f"There is no column “{name}” in this file; that answer was not used.") for name in mapped.strange),
        *_not_read(first),
        *(hidden_sheets(book, {sheet.found.sheet.name for sheet in sheets if sheet.found.sheet.hidden})),
        *_parts_set_aside(sheets),
        *periods.describe(frame.period),
    )


def _read_as_list(sheet: Sheet) -> Problem:
    used = [
        f"“{choice.header or choice.key}” as {_lower(MEANINGS[choice.meaning])}"
        for choice in sheet.mapped.choices
        if choice.meaning != "ignore"
    ]
    return Problem("unknown_vendor", f"No vendor's layout; read as a list: {', '.join(used)}.", "info", sheet.found.sheet.name)


def _lower(label: str) -> str:
    return label if label.startswith("EAN") else label[0].lower() + label[1:]


def _keys_and_days(sheet: Sheet) -> tuple[Problem, ...]:
    part = sheet.parts[0]
    table = part.table
    found: list[Problem] = list(currency_problems(table))
    if "ean" in table.places:
        texts = table.column("ean")
        other = pl.any_horizontal  # another key in the row
        keyed = pl.DataFrame({name: table.written(name) for name in ("code", "sku", "text")}).select(other(pl.all())).to_series()
        found += tables.ean_problems(
            table, texts.set(~table.written("ean"), None), lines_of(part, None)["ean_rule"], keyed, "number or name"
        )
    day = next((name for name in ("date", "week_end", "week_start", "week", "period", "month") if name in table.places), None)
    if day is not None and part.dated.of_rows and not part.dated.questions:
        undated = part.dated.frame[STARTS].is_null()
        found += table.remarks(undated, day, "missing_period", "The period of this line can not be read; the line is held.", "error")
    if not set(KEYS) & table.places.keys():
        found.append(Problem("no_products", "The file names no products; its figures count in totals only, not by product.", "warning"))
    return tuple(found)


def _money_remarks(sheet: Sheet, frame: SalesFrame, said: tuple[str, str]) -> tuple[Problem, ...]:
    found = []
    if sheet.mapped.money() == "unit_price" and not sheet.found.bands:
        header = sheet.mapped.headers["unit_price"].header
        found.append(
            Problem("price_multiplied", f"“{header}” is the price of one unit: the amount of each line is price × units.", "warning")
        )
    elif sheet.amount_is[0] == "unit":
        found.append(
            Problem(
                "price_multiplied", f"The amount is that of one unit ({sheet.amount_is[1]}): it was multiplied by the units.", "warning"
            )
        )
    elif sheet.amount_is[0] == "line" and sheet.amount_is[1] not in ("", "a person said so"):
        found.append(Problem("amount_of_line", f"The amount is that of the whole line: {sheet.amount_is[1]}.", "info"))
    if said[0]:
        found.append(Problem("currency_stated", f"{frame.currency} is stated by {said[0]}.", "info"))
    if said[1]:
        words = "include VAT" if frame.vat_basis == "gross" else "are without VAT"
        found.append(Problem("vat_basis_stated", f"The amounts {words}: stated by {said[1]}.", "info"))
    if not frame.rows["amount_local"].is_not_null().any():
        found.append(Problem("no_amount_per_product", "The file states units but no money.", "info"))
    return tuple(found)


def _second_lists(lists: list[Found], sheets: list[Sheet]) -> tuple[Problem, ...]:
    """Another list with figures on another sheet: a person has to know that it was not read."""
    read_ones = {sheet.found.sheet.name for sheet in sheets}
    others = [found for found in lists if found.sheet.name not in read_ones and found.named and found.named >= sheets[0].found.named - 1]
    text = "The sheet “{}” holds a list of {} lines too, which was not read; only “{}” was."
    return tuple(
        Problem(
            "second_list", text.format(found.sheet.name, f"{found.body.height:,}", sheets[0].found.sheet.name), "error", found.sheet.name
        )
        for found in others
    )


def _not_read(sheet: Sheet) -> tuple[Problem, ...]:
    """One remark for each column that was not read, and why."""
    found = sheet.found
    address = {column.key: found.sheet.address(max(found.header_row, 0), column.place) for column in found.columns}
    return tuple(
        Problem(
            "unknown_column",
            f"The column “{choice.header or choice.key}” was not read: {choice.reason}.",
            "info",
            found.sheet.name,
            address.get(choice.key),
            choice.header,
        )
        for choice in sheet.mapped.choices
        if choice.meaning == "ignore" and choice.samples
    )


def _parts_set_aside(sheets: list[Sheet]) -> tuple[Problem, ...]:
    found = []
    foreign, others = (sum(int(getattr(sheet.rows, name).sum()) for sheet in sheets) for name in ("foreign", "others"))
    if foreign:
        found.append(Problem("other_brand", f"{foreign:,} lines are of another brand and were set aside.", "warning"))
    if others:
        found.append(Problem("other_reseller", f"{others:,} lines are of another reseller and were set aside.", "warning"))
    return tuple(found)
