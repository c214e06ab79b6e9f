"""Numbers out of the cells of a matrix sheet: units and money in pairs, whatever can not be read named on its cell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal, Self

import polars as pl

from core.ingest import dates
from core.ingest.normalising import collapse
from core.ingest.numbers import DecimalSign, NumberReading, decide_decimal, may_be_thousands, read_number, read_typed
from core.ingest.shapes import ROW_COLUMNS, ControlTotal, Measure, Problem, RawSheet, Slice, complete_rows

MONEY_TOLERANCE = Decimal("0.005")  # half of the smallest coin: a printed total carries no more than float noise
SENTENCES = {
    "no_cached_value": "The formula in this cell has no calculated value. Open the file in Excel, save it, and upload it again.",
    "cell_error": "This cell shows {value}, an error instead of a number. Correct it in the file, or ask the reseller.",
    "unreadable": "'{value}' is no number. Correct the cell in the file, or ask the reseller what it means.",
    "ambiguous_number": "'{value}' can be read in two ways. Ask the reseller whether its sign parts decimals or thousands.",
    "fractional_units": "{value} units were stated. Ask the reseller for whole units.",
}


@dataclass(frozen=True)
class Columns:
    """Where units and money of one pair stand (0-based); either may be absent."""

    units: int | None
    amount: int | None


@dataclass(frozen=True)
class Pair:
    """Units and money of one fact, either may be absent; `held` names the rule that keeps it from being stored as it is."""

    units: int | None
    amount: Decimal | None
    cells: str = "|"
    held: str | None = None

    @property
    def stated(self) -> bool:
        """True where the pair is a fact: something other than blank or zero stands there."""
        return bool(self.units) or bool(self.amount) or self.held is not None

    @property
    def explicit_zero(self) -> bool:
        """True where the pair prints 0 and nothing else."""
        return not self.stated and (self.units is not None or self.amount is not None)

    @property
    def netted(self) -> bool:
        """True where money is left over although the units come to 0."""
        return self.units == 0 and bool(self.amount)


@dataclass
class CellReader:
    """Reads the numbers of one sheet and collects what is wrong with its cells.

    `units_sign` and `amount_sign` are the decimal signs of text cells, found over all of them; money is rounded to `places` decimals,
    which takes the noise off floats and nothing else.
    """

    sheet: RawSheet
    units_sign: DecimalSign | None = None
    amount_sign: DecimalSign | None = None
    places: Decimal = Decimal("0.000001")
    problems: list[Problem] = field(default_factory=list)
    typed_as_text: dict[tuple[int, int], str] = field(default_factory=dict)
    troubled: set[tuple[int, int | None]] = field(default_factory=set)
    assumed: bool = False  # the vendor's own sign was taken for the money, its texts leave it open
    named: dict[str, tuple[int, int]] = field(default_factory=dict)  # each currency that a cell names, and the first such cell

    @classmethod
    def over(
        cls, sheet: RawSheet, columns: Iterable[Columns], first_row: int, places: str = "0.000001", sign: DecimalSign | None = None
    ) -> Self:
        """A reader of the given columns from `first_row` on; their text cells decide the decimal sign, `sign` where they leave it open."""
        pairs = list(columns)
        units = sign_of(sheet, (pair.units for pair in pairs), first_row, "units", sign)
        amount = sign_of(sheet, (pair.amount for pair in pairs), first_row, "amount", sign)
        assumed = sign is not None and sign_of(sheet, (pair.amount for pair in pairs), first_row, "amount", None) is None
        return cls(sheet, units, amount, Decimal(places), assumed=assumed)

    def pair(self, row: int, at: Columns) -> Pair:
        """Units and money at a row; a cell that can not be read is a problem and holds the pair."""
        units, units_held = self.units(row, at.units)
        amount, amount_held = self.amount(row, at.amount)
        return Pair(units, amount, f"{self.address(row, at.units)}|{self.address(row, at.amount)}", units_held or amount_held)

    def units(self, row: int, column: int | None) -> tuple[int | None, str | None]:
        """Whole units of a cell and the rule it breaks, if any."""
        value, rule = self._read(row, column, self.units_sign)
        if value is not None and value != value.to_integral_value():
            return None, self._trouble(row, column, "fractional_units")
        return (None if value is None else int(value)), rule

    def amount(self, row: int, column: int | None) -> tuple[Decimal | None, str | None]:
        """Money of a cell and the rule it breaks, if any."""
        value, rule = self._read(row, column, self.amount_sign)
        if value is not None and column is not None and self.assumed and self._may_be_thousands(row, column):
            return None, self._trouble(row, column, "ambiguous_number")
        return (None if value is None else value.quantize(self.places, ROUND_HALF_UP)), rule

    def controls(
        self,
        what: str,
        row: int,
        at: Columns,
        where: Mapping[str, Any],
        tolerance: Decimal = MONEY_TOLERANCE,
        over: tuple[str, ...] | None = None,
    ) -> Iterator[ControlTotal]:
        """The totals printed at a row: one for the units, one for the money, none for a blank cell."""
        pair = self.pair(row, at)
        printed: tuple[tuple[Measure, int | None, int | Decimal | None], ...] = (
            ("units", at.units, pair.units),
            ("amount", at.amount, pair.amount),
        )
        for measure, column, value in printed:
            if value is not None:
                allowed = tolerance if measure == "amount" else Decimal(0)
                yield ControlTotal(what, measure, Decimal(value), self.address(row, column), self.sheet.name, where, allowed, over)

    def address(self, row: int, column: int | None) -> str:
        return "" if column is None else self.sheet.address(row, column)

    def text_numbers(self) -> tuple[Problem, ...]:
        """One remark about numbers that a workbook holds as text; they were read."""
        if self.sheet.typed is None or not self.typed_as_text:
            return ()
        ((row, column), value), count = next(iter(self.typed_as_text.items())), len(self.typed_as_text)
        cells = f"{count} cells hold" if count > 1 else "One cell holds"
        message = f"{cells} a number as text, such as '{collapse(value)}'. They were read as numbers."
        return (Problem("amount_as_text", message, "warning", self.sheet.name, self.sheet.address(row, column), value),)

    def _may_be_thousands(self, row: int, column: int) -> bool:
        own = self.amount_sign
        return own is not None and not self.sheet.is_typed(row, column) and may_be_thousands(self.sheet.grid[row][column], own)

    def foreign(self, own: str | None) -> tuple[Problem, ...]:
        """Amounts that name another currency than the report's; they were read as its own, which a person has to confirm."""
        return tuple(
            Problem(
                "currency_conflict",
                f"'{collapse(self.sheet.grid[row][column] or '')}' names {code}, but this report is in {own} and the amounts were read as {own}. "
                "Confirm the currency, or ask the reseller.",
                "error",
                self.sheet.name,
                self.address(row, column),
                self.sheet.grid[row][column],
            )
            for code, (row, column) in self.named.items()
            if code != own
        )

    def _read(self, row: int, column: int | None, sign: DecimalSign | None) -> tuple[Decimal | None, str | None]:
        if column is None:
            return None, None
        if (row, column) in self.sheet.no_value:
            return None, self._trouble(row, column, "no_cached_value")
        text = self.sheet.grid[row][column]
        reading = read_typed(text) if self.sheet.is_typed(row, column) else read_text(text, sign)
        if reading.currency:
            self.named.setdefault(reading.currency, (row, column))
        if reading.state == "value" and not self.sheet.is_typed(row, column):
            self.typed_as_text[row, column] = text or ""
        rules = {"error": "cell_error", "unreadable": "unreadable", "ambiguous": "ambiguous_number"}
        return reading.value, self._trouble(row, column, rules[reading.state]) if reading.state in rules else None

    def _trouble(self, row: int, column: int | None, kind: str) -> str:
        value = self.sheet.grid[row][column] if column is not None else None
        rule = "cell_error" if kind == "unreadable" else kind
        sentence = SENTENCES[kind].format(value=value)
        if (row, column) not in self.troubled:
            self.troubled.add((row, column))
            self.problems.append(Problem(rule, sentence, "error", self.sheet.name, self.address(row, column), value))
        return rule


def pair_columns(units: Sequence[int], amounts: Sequence[int], labels: Sequence[str | None]) -> Iterator[Columns]:
    """Each units column with the amount column under the same label, else with the next one before another units column.

    Of two as near under one label it is the one on the side where the first pair has its own."""
    amount_first = bool(units and amounts) and min(amounts) < min(units)
    for column, following in zip(units, [*units[1:], len(labels)], strict=True):
        same = [other for other in amounts if labels[other] is not None and labels[other] == labels[column]]
        nearest = min(same, key=lambda other, own=column: (abs(other - own), (other < own) != amount_first)) if same else None  # type: ignore[misc]
        partner = nearest if nearest is not None else next((c for c in amounts if column < c < following), None)
        yield Columns(column, partner)


def read_text(text: str | None, sign: DecimalSign | None) -> NumberReading:
    """A text cell under the sheet's sign; one that fits only the other sign is read by its own structure."""
    reading = read_number(text, sign)
    return read_number(text) if reading.state == "unreadable" else reading


def sign_of(
    sheet: RawSheet, columns: Iterable[int | None], first_row: int, measure: Literal["units", "amount"], default: DecimalSign | None
) -> DecimalSign | None:
    """The decimal sign of the text cells of some columns, `default` where they leave it open."""
    places = [(row, column) for column in columns if column is not None for row in range(first_row, sheet.height)]
    decided = decide_decimal([sheet.grid[row][column] for row, column in places if not sheet.is_typed(row, column)], measure)
    return default if decided is None or decided == "ambiguous" else decided


def facts_frame(rows: Sequence[Mapping[str, Any]], **constants: Any) -> pl.DataFrame:
    """Facts given one by one as a frame with ROW_COLUMNS; `constants` fill whole columns."""
    names = dict.fromkeys(name for row in rows for name in row)
    frame = pl.DataFrame(rows, schema={name: ROW_COLUMNS[name] for name in names})
    stated = {"view": "main", "primary_view": True, "provisional": False}
    filled = [pl.col(name).fill_null(pl.lit(value)) for name, value in stated.items() if name in names]
    return complete_rows(frame.with_columns(filled), **constants)


def month_slices(view: str, firsts: pl.Series) -> tuple[Slice, ...]:
    """One slice for each month from the first to the last day of `firsts` (Date), also the months in between without rows."""
    first, last = firsts.min(), firsts.max()
    if not isinstance(first, date) or not isinstance(last, date):
        return ()
    starts = pl.date_range(first, last, "1mo", eager=True).to_list()
    return tuple(Slice(view, *dates.month_span(day.year, day.month)) for day in starts)
