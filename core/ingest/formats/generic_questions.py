"""What a list nobody knows leaves open and only a person can say, with an example of what each answer would mean."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import polars as pl

from core.ingest.formats.generic_periods import ENDS, STARTS
from core.ingest.formats.generic_rows import reseller_names
from core.ingest.formats.generic_sheets import Sheet
from core.ingest.normalising import collapse
from core.ingest.shapes import Choice, Question, ReadOptions, SalesFrame

COMMON_CURRENCIES = ("EUR", "GBP", "PLN", "ZAR")


def reseller_of(sheets: list[Sheet]) -> tuple[str | None, dict[str, int]]:
    """The one reseller the lines name, and all names with their lines."""
    names: dict[str, int] = {}
    for sheet in sheets:
        if "reseller" in sheet.mapped.places:
            rows = sheet.rows
            table = sheet.found.table(dict(sheet.mapped.places)).only(~(rows.totals | rows.again | rows.notes))
            for name, count in reseller_names(table).items():
                names[name] = names.get(name, 0) + count
    return (next(iter(names)) if len(names) == 1 else None), names


def open_questions(frame: SalesFrame, sheets: list[Sheet], names: dict[str, int], options: ReadOptions) -> tuple[Question, ...]:
    """All that the file leaves open and nobody has said, at once."""
    dated = [part.dated for sheet in sheets for part in sheet.parts]
    found: list[Question | None] = [next((sheet.mapped.question for sheet in sheets if sheet.mapped.question), None)]
    if len(names) > 1 and options.reseller is None:
        choices = tuple(Choice(name, name, f"{count:,} lines name it; the others are set aside") for name, count in names.items())
        found.append(Question("reseller", "The lines name several resellers. Whose lines are to be read?", choices))
    found += dict.fromkeys(question for d in dated for question in d.questions if getattr(options, question.key) is None)
    if (example := next((sheet.example for sheet in sheets if sheet.example), None)) is not None:
        found.append(_which_sign(example))
    found += _about_money(frame, sheets, options)
    if options.completeness is None:
        found.append(_complete_or_more(frame))
    return tuple(question for question in found if question is not None)


def _about_money(frame: SalesFrame, sheets: list[Sheet], options: ReadOptions) -> list[Question]:
    paid = frame.rows.filter(pl.col("amount_local").is_not_null())
    found: list[Question] = []
    if paid.height and paid["currency"].null_count() and options.currency is None:
        found.append(Question("currency", "In which currency are the amounts?", tuple(Choice(c, c) for c in COMMON_CURRENCIES)))
    if paid.height and frame.vat_basis is None and options.vat_basis is None:
        found.append(Question("vat_basis", "Do the amounts include VAT?", (Choice("gross", "Including VAT"), Choice("net", "Without VAT"))))
    unclear = next((sheet for sheet in sheets if sheet.amount_is[0] is None), None)
    if paid.height and unclear is not None:
        found.append(_what_is_the_amount(unclear))
    return found


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
