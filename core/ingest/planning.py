"""What storing a file would do, and what a person has to say first. Pure: the file, the catalogue and what is live in, a plan out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Literal

import polars as pl

from core.catalogue.records import Catalogue, Reseller
from core.ingest.asking import Answers, ask, copy_of
from core.ingest.chaining import chain_of
from core.ingest.checking import check, too_large
from core.ingest.claiming import changing, fresh
from core.ingest.content import SLICE, nominal
from core.ingest.diffing import add_cells, cells, difference
from core.ingest.matching import match
from core.ingest.observing import Observed, observe
from core.ingest.reconciling import disagreements, reconcile
from core.ingest.shapes import CHANGES, Problem, Question, SalesFrame
from core.ingest.standing import EarlierFile, Standing
from core.ingest.stock import STOCK, placed_stock
from core.ingest.suspecting import suspects
from core.ingest.undated import Span, undated_held
from core.ingest.valuing import value, value_from_price_list

LONGEST_CELL = timedelta(days=35)
LONG_LIST = 200_000


@dataclass(frozen=True)
class Content:
    """What a file states, by keys: its slices (view, period, content_key), the whole, and the whole without its dates."""

    slices: pl.DataFrame
    file_key: str
    timeless: str


@dataclass(frozen=True)
class Pieces:
    """A file that is read in pieces: what was observed of all of them, and its placed and valued rows piece by piece, each time anew."""

    seen: Observed
    rows: Callable[[], Iterable[pl.DataFrame]]


@dataclass(frozen=True)
class Plan:
    """A file ready to be stored, once its questions are answered. `rows`: every row, matched and valued; `rule` null where placed.

    Of a file that is read in pieces `rows` is empty and `parts` gives them, as often as it is asked. `seen`: what was observed of all rows.
    """

    frame: SalesFrame
    reseller: Reseller
    content: Content
    rows: pl.DataFrame
    seen: Observed
    standing: Standing
    controls: pl.DataFrame
    changes: pl.DataFrame
    problems: tuple[Problem, ...]
    questions: tuple[Question, ...]
    duplicate_of: EarlierFile | None = None
    parts: Callable[[], Iterable[pl.DataFrame]] | None = None
    catalogue_state: str = ""  # of what it was judged by
    stock: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=STOCK))  # what it states of its stock

    def pieces(self) -> Iterable[pl.DataFrame]:
        """Every row, in the order of the file."""
        return (self.rows,) if self.parts is None else self.parts()

    @property
    def primary(self) -> pl.DataFrame:
        """The rows that count: each unit and each unit of money once."""
        return self.rows.filter(pl.col("primary_view"))

    @property
    def stated_until(self) -> date:
        period = nominal(self.frame)
        assert period is not None
        return period[1]


def fill_in(frame: SalesFrame, reseller: Reseller, answers: Answers, newest: Span | None = None) -> SalesFrame:
    """Currency and VAT basis where the row does not state them: what a person said, the file's own, the reseller's setting. Rows without a
    readable period are held; `newest`: the newest one of the file, where `frame` is a piece of it."""
    currency = answers.currency or frame.currency or reseller.currency
    basis = answers.vat_basis or frame.vat_basis or reseller.vat_basis
    rows = frame.rows.with_columns(
        pl.coalesce("currency", pl.lit(currency, pl.String)).alias("currency"),
        pl.coalesce("vat_basis", pl.lit(basis, pl.String)).alias("vat_basis"),
    )
    return undated_held(too_large_held(replace(frame, rows=rows, basis_from=basis_source(frame, answers))), newest)


def basis_source(frame: SalesFrame, answers: Answers) -> Literal["file", "person", "rule"]:
    if answers.vat_basis is not None:
        return "person"
    return "file" if any(problem.rule == "vat_basis_stated" for problem in frame.problems) else "rule"


def in_basis_of(frame: SalesFrame, reseller: Reseller) -> SalesFrame:
    """Amounts whose basis neither the file nor a person states are in the reseller's, also where its reports usually have another.

    What a file states, and so its keys, is not touched by a rule: they are taken of the frame before.
    """
    basis = reseller.vat_basis
    if frame.basis_from != "rule" or basis is None or basis == frame.vat_basis:
        return frame
    return replace(frame, vat_basis=basis, rows=frame.rows.with_columns(pl.lit(basis).alias("vat_basis")))  # type: ignore[arg-type]


def too_large_held(frame: SalesFrame) -> SalesFrame:
    """Impossible amounts and order lines without an order are held; nothing else can be done with them."""
    rows = too_large(frame.rows)
    if frame.by_order:
        lost = pl.when(pl.col("order_id").is_null()).then(pl.lit("order_id_missing"))
        rows = rows.with_columns(pl.coalesce("held_reason", lost).alias("held_reason"))
    return frame.with_rows(rows)


def place_and_value(rows: pl.DataFrame, catalogue: Catalogue, reseller: Reseller, rates: pl.DataFrame) -> pl.DataFrame:
    """Rows (ROW_COLUMNS) with MATCHED and VALUED."""
    valued = value(match(rows, catalogue, reseller), catalogue, reseller, rates)
    return value_from_price_list(valued) if reseller.values_from_price_list else valued


def make_plan(
    frame: SalesFrame, content: Content, rows: pl.DataFrame, catalogue: Catalogue, reseller: Reseller, standing: Standing, answers: Answers, brand: str,
    pieces: Pieces | None = None,
) -> Plan:  # fmt: skip
    """The whole judgement of a file. `pieces`: of a file that is not held whole; `rows` is empty then."""
    seen = observe(rows) if pieces is None else pieces.seen
    controls = reconcile(rows, frame.controls, reseller)
    changes = changes_of(rows, frame, standing) if pieces is None else changes_between(pieces, standing)
    chain = chain_of(rows, frame, standing.weeks)
    problems = [
        *check(rows, seen, frame, catalogue, reseller, brand),
        *disagreements(controls, frame.currency or reseller.currency),
        *suspects(rows, frame.controls, controls),
        *chain,
        *not_proven(controls, frame),
        *once_only(frame, standing),
        *copied(frame, standing),
        *stock_alone(standing),
        *nothing_before(seen.counts.rows, standing),
        *restatements(changes, standing),
        *stores_missing(seen.stores, frame, standing),
    ]
    duplicate = duplicate_of(frame, standing)
    questions = [] if duplicate else ask(frame, controls, changes, chain, standing, answers)
    parts = None if pieces is None else pieces.rows
    return Plan(
        *(frame, reseller, content, rows, seen, standing, controls, changes, tuple(problems), tuple(questions), duplicate, parts),
        catalogue_state=catalogue.state,
        stock=placed_stock(frame, catalogue, reseller),
    )


# Against what is live -------------------------------------------------------------------------------------------------


def changes_of(rows: pl.DataFrame, frame: SalesFrame, standing: Standing) -> pl.DataFrame:
    """The difference list over the slices that the file would make live."""
    if frame.by_order:
        return difference(standing.cells, cells(_counting(rows, standing)))
    if all_new(rows.height, standing):
        return pl.DataFrame(schema=CHANGES)
    won = pl.concat([changing(standing.slices), fresh(standing.slices)]).select(SLICE)
    # A further view that spans many months at once (a money total over the whole list) has no cell to compare with.
    recurring = pl.col("primary_view") | ((pl.col("period_end") - pl.col("period_start")) <= LONGEST_CELL)
    spans = rows.filter(~recurring).select(SLICE).unique()
    before = standing.cells.join(spans, on=SLICE, how="anti")
    return difference(before, cells(rows.filter(recurring).join(won, on=SLICE, how="semi")))


def _counting(rows: pl.DataFrame, standing: Standing) -> pl.DataFrame:
    """Order lines that would count: not those of orders that a file states which reaches further."""
    if not standing.later_orders.height:
        return rows
    dated = rows.join(standing.later_orders, on="order_id", how="left", maintain_order="left")
    later = pl.coalesce("sale_date", "period_end") >= pl.col("stated_from")
    return dated.filter(~later.fill_null(False)).drop("stated_from")


def changes_between(pieces: Pieces, standing: Standing) -> pl.DataFrame:
    """`changes_of` for a list read in pieces, all of it months of primary rows: each piece is summed to its cells before the next is read."""
    if all_new(pieces.seen.counts.rows, standing):
        return pl.DataFrame(schema=CHANGES)
    won = pl.concat([changing(standing.slices), fresh(standing.slices)]).select(SLICE)
    stated = [cells(rows.join(won, on=SLICE, how="semi")) for rows in pieces.rows()] if won.height else []
    return difference(standing.cells, add_cells(stated))


def all_new(rows: int, standing: Standing) -> bool:
    """True for a very long list of which nothing was stored before: a difference list would be the list itself."""
    return rows > LONG_LIST and not changing(standing.slices).height and not standing.cells.height


def nothing_before(rows: int, standing: Standing) -> list[Problem]:
    if not all_new(rows, standing):
        return []
    return [Problem("all_new", f"Nothing of these periods was stored before: all {rows:,} rows are new and not listed as changes.", "info")]


def restatements(changes: pl.DataFrame, standing: Standing) -> list[Problem]:
    """Earlier periods that the file states differently than what is live."""
    touched = changes.filter(pl.col("change") != "added")
    older = touched.join(changing(standing.slices).select(SLICE), on=SLICE, how="semi") if standing.slices.height else touched
    if not older.height:
        return []
    first = older["period_start"].min()
    assert isinstance(first, date)
    units = (older["after_units"].fill_null(0) - older["before_units"].fill_null(0)).sum()
    counts = {kind: older.filter(pl.col("change") == kind).height for kind in ("changed", "vanished")}
    return [
        Problem(
            "history_restated",
            f"{counts['changed']} earlier {'cell' if counts['changed'] == 1 else 'cells'} changed and {counts['vanished']} vanished, "
            f"from {first:%b %Y} on ({units:+} units).",
            "warning",
            suggestion="Read the list of changes before you store; reports that were sent may have shown the earlier figures.",
        )
    ]


def once_only(frame: SalesFrame, standing: Standing) -> list[Problem]:
    """Slices of an older file that a newer one has stated already, gaps that close, content that was there before."""
    found = []
    lost = standing.slices.filter(~pl.col("wins"))
    if lost.height:
        found.append(
            Problem(
                "superseded_on_arrival",
                f"A newer file already states {lost.height} of the {standing.slices.height} periods of this file; there the newer figures stay.",
                "info",
            )
        )
    if standing.later_orders.height:
        orders = "1 order" if standing.later_orders.height == 1 else f"{standing.later_orders.height:,} orders"
        found.append(
            Problem("superseded_on_arrival", f"A newer file already states {orders} of this one; there the newer lines stay.", "info")
        )
    period = nominal(frame)
    if frame.living is False and not frame.by_order and period and standing.last_period is None and _later(standing, period):
        found.append(Problem("late_period_arrived", f"{period[0]:%-d %b} – {period[1]:%-d %b %Y} arrived after later periods.", "info"))
    return found


def copied(frame: SalesFrame, standing: Standing) -> list[Problem]:
    twin = copy_of(frame, standing)
    if twin is None:
        return []
    text = f"All cells equal “{twin.file_name}” (upload {twin.upload_batch_id}), which is another period."
    return [Problem("same_content_other_period", text, "error", suggestion="Ask the sender for the right file.")]


def stock_alone(standing: Standing) -> list[Problem]:
    """The same sales as a stored file, with stock that it does not state: the sales count once, the stock of the later file counts."""
    twin = standing.same_sales
    if twin is None or standing.same_content is not None:
        return []
    text = f"All sales equal “{twin.file_name}” (upload {twin.upload_batch_id}) and are not counted again; only the stock is new."
    return [Problem("stock_alone_is_new", text, "info")]


def _later(standing: Standing, period: tuple[date, date]) -> bool:
    return any(week.period_start > period[1] for week in standing.weeks)


def stores_missing(stores: frozenset[str], frame: SalesFrame, standing: Standing) -> list[Problem]:
    """Stores of the last period that a fresh report does not name at all."""
    if frame.living or frame.by_order or any(problem.rule == "store_missing" for problem in frame.problems):
        return []
    named = stores | {p.value for p in frame.problems if p.value}
    if not named & set(standing.last_stores):
        return []
    return [
        Problem(
            "store_missing",
            f"{store} reported last time and is not in this file.",
            "warning",
            value=store,
            suggestion="Ask whether it closed.",
        )
        for store in standing.last_stores
        if store not in named
    ]


def duplicate_of(frame: SalesFrame, standing: Standing) -> EarlierFile | None:
    """The stored file that states exactly the same, slice by slice."""
    return standing.same_content if nominal(frame) is not None else None


# The proof ------------------------------------------------------------------------------------------------------------


def not_proven(controls: pl.DataFrame, frame: SalesFrame) -> list[Problem]:
    """Said plainly where the file prints no total to compare with."""
    said = any(problem.rule == "no_control_total" for problem in frame.problems)
    if controls.height or frame.year_to_date or said:
        return []
    return [Problem("no_control_total", "The file prints no totals, so its sums are not proven by the file itself.", "info")]
