"""A change of the catalogue takes effect: waiting rows are judged again and stored figures worked out anew, in the change's own transaction.

What would happen is found out by doing it and taking it back, so that the preview and the change can not differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import polars as pl
import sqlalchemy as sa

from core.catalogue import editing, storing
from core.catalogue.editing import Edits
from core.catalogue.folding import fold
from core.catalogue.grids import Grid
from core.catalogue.holding import hold_alone, valuation_state
from core.catalogue.records import Schema
from core.db.engine import Database
from core.ingest import inbox
from core.ingest.coarsening import coarsen_all
from core.ingest.inbox import HeldKey
from core.ingest.month_figures import NOTHING, MonthFigures, month_figures
from core.ingest.rejudging import rejudge
from core.ingest.revaluing import revalue_in
from core.ingest.slices import roll_up_reseller
from core.ingest.storing import lock_reseller
from core.people import audit
from core.people.permissions import Person, require
from core.sales.formatting import format_money, format_number

PLACES = ("resellers", "stores", "store_aliases", "products", "product_aliases")  # grids that decide where a row belongs
KEYED = ("store_aliases", "product_aliases")
IN_SUMS = {"stores", "price_list"}  # the sums by month know a store's country and the list price


@dataclass(frozen=True)
class MonthMove:
    """A month of a reseller whose revenue a change moves: its lines, and EUR net and gross before and after (sales, returns, adjustments)."""

    reseller: str
    month: date
    lines: int
    net_before: Decimal
    net_after: Decimal
    gross_before: Decimal
    gross_after: Decimal


@dataclass(frozen=True)
class Effect:
    """What a change does to stored rows. `placed`: held rows that become facts; `moved`: facts of another product or store;
    `taken_back`: rows that wait in the inbox; `set_aside`: rows that are no product; `renamed`: facts whose channel or code follows their store or product; `revalued`: rows with another EUR, VAT, month or kind.
    `revenue`: EUR net of all time, before and after, of the resellers where it differs. `months`: the same month by month, net and gross.
    `reports`: reports that went out since the first of these months ended, and when last; they may have shown the earlier figures."""

    placed: int = 0
    moved: int = 0
    taken_back: int = 0
    set_aside: int = 0
    renamed: int = 0
    revalued: int = 0
    revenue: tuple[tuple[str, Decimal, Decimal], ...] = ()
    months: tuple[MonthMove, ...] = ()
    reports: tuple[tuple[str, date], ...] = ()

    @property
    def touches_rows(self) -> bool:
        return self != Effect()

    @property
    def words(self) -> str:
        """`3 held rows placed, 12 rows valued anew. Net revenue of all time: Liberty € 100.00 → € 120.00.`; '' where nothing changes."""
        counts = [
            (self.placed, "held {rows} placed"),
            (self.moved, "{rows} moved to another product or store"),
            (self.set_aside, "{rows} set aside as no product"),
            (self.taken_back, "{rows} back in the inbox"),
            (self.renamed, "{rows} with another channel or code"),
            (self.revalued, "{rows} valued anew"),
        ]
        parts = [f"{format_number(count)} {text.format(rows='row' if count == 1 else 'rows')}" for count, text in counts if count]
        moved = ", ".join(f"{name} {format_money(before, 2)} → {format_money(after, 2)}" for name, before, after in self.revenue)
        sentences = [", ".join(parts), f"Net revenue of all time: {moved}" if moved else "", self._month_words, self._report_words]
        return " ".join(f"{sentence}." for sentence in sentences if sentence)

    @property
    def _month_words(self) -> str:
        if len(self.months) < 2:
            return ""
        first, last = min(m.month for m in self.months), max(m.month for m in self.months)
        return f"{len(self.months)} months of resellers change, {first:%b %Y} to {last:%b %Y}"

    @property
    def _report_words(self) -> str:
        shown = ", ".join(f"{name} (last {day:%-d %b %Y})" for name, day in self.reports[:3])
        more = f" and {len(self.reports) - 3} more" if len(self.reports) > 3 else ""
        return f"Reports that went out may have shown the earlier figures: {shown}{more}" if shown else ""

    @property
    def month_table(self) -> pl.DataFrame:
        """`months` as a table: reseller, month, lines, and EUR net and gross before and after."""
        schema: Schema = {"reseller": pl.String, "month": pl.Date, "lines": pl.Int64, **dict.fromkeys(MONTH_MONEY, pl.Decimal(38, 6))}
        return pl.DataFrame([astuple(move) for move in self.months], schema=schema, orient="row")


MONTH_MONEY = ("net_before", "net_after", "gross_before", "gross_after")


def preview(database: Database, by: Person, grid: Grid, edits: Edits) -> Effect:
    """What saving would do; nothing is changed. Errors: NotAllowed, UnusableCatalogue."""
    require(by, "edit_catalogue")
    with database.write() as connection:
        trial = connection.begin_nested()
        effect = _save(connection, by.username, grid, edits)
        trial.rollback()
    return effect


def save(database: Database, by: Person, grid: Grid, edits: Edits) -> Effect:
    """Store the edits and what follows from them; all or nothing. Errors: NotAllowed, UnusableCatalogue."""
    require(by, "edit_catalogue")
    with database.write() as connection:
        effect = _save(connection, by.username, grid, edits)
        storing.bump_version(connection)
    return effect


def load_folder(database: Database, by: Person, folder: Path) -> tuple[dict[str, int], Effect]:
    """Bring in tables from CSV files (`core.catalogue.storing.load_folder`) and let them take effect; rows by table, and what followed.

    Errors: NotAllowed, UnusableCatalogue.
    """
    require(by, "edit_catalogue")
    with database.write() as connection:
        loaded, effect = _load(connection, by.username, folder)
        storing.bump_version(connection)
    return loaded, effect


def preview_folder(database: Database, by: Person, folder: Path) -> tuple[dict[str, int], Effect]:
    """What loading these CSV files would do; nothing is changed. Errors: NotAllowed, UnusableCatalogue."""
    require(by, "edit_catalogue")
    with database.write() as connection:
        trial = connection.begin_nested()
        found = _load(connection, by.username, folder)
        trial.rollback()
    return found


def _load(connection: sa.Connection, by: str, folder: Path) -> tuple[dict[str, int], Effect]:
    resellers = _lock(connection)
    rules, places, before = valuation_state(connection), _places(connection, resellers), month_figures(connection, resellers)
    loaded = storing.load_folder_in(connection, folder)
    audit.record(connection, by, "catalogue loaded", ", ".join(loaded), dict(loaded))
    _judge(connection, resellers)
    renamed = _follow_names(connection)
    anew = resellers if valuation_state(connection) != rules else {}
    revalued = sum(revalue_in(connection, number, by) for number in anew)
    if IN_SUMS & loaded.keys():
        coarsen_all(connection)
    went = replace(_went(places, _places(connection, resellers)), renamed=renamed, revalued=revalued)
    return loaded, _with_moves(connection, went, resellers, before)


def _save(connection: sa.Connection, by: str, grid: Grid, edits: Edits) -> Effect:
    resellers = _lock(connection)
    rules, places, before = valuation_state(connection), _places(connection, resellers), month_figures(connection, resellers)
    touched = _keys(connection, grid, edits)
    editing.apply_edits(connection, grid, edits, by)
    if grid.name in PLACES:
        _spell_new_stores(connection, grid, by)
        for key in touched | _keys(connection, grid, edits):
            inbox.release_key(connection, key)
        _judge(connection, resellers)
    renamed = _follow_names(connection) if grid.name in ("stores", "products") else 0
    revalued = _revalue(connection, by, grid, edits, resellers) if valuation_state(connection) != rules else 0
    if grid.name in IN_SUMS:
        coarsen_all(connection)
    went = replace(_went(places, _places(connection, resellers)), renamed=renamed, revalued=revalued)
    return _with_moves(connection, went, resellers, before)


def _lock(connection: sa.Connection) -> dict[int, str]:
    """The resellers with rows, by id; held off from imports until the end of the transaction, always in the same order."""
    hold_alone(connection)
    statement = "select id, name from resellers where id in (select reseller_id from upload_batches) order by id"
    found: dict[int, str] = {row.id: row.name for row in connection.execute(sa.text(statement))}
    for number in found:
        lock_reseller(connection, number)
    return found


# Where rows belong ----------------------------------------------------------------------------------------------------


def _keys(connection: sa.Connection, grid: Grid, edits: Edits) -> set[HeldKey]:
    """The keys the edited spellings stand for, as they are stored now."""
    if grid.name not in KEYED:
        return set()
    ids = [int(row_id) for row_id in (*edits.removed, *(row_id for row_id, _ in edits.changed))]
    added = [fold(str(values.get("alias"))) for values in edits.added]
    kind = "kind" if grid.name == "product_aliases" else "'store'"
    statement = f"""select reseller_id, {kind} as kind, alias_key from {grid.table.name}
        where id = any(cast(:ids as bigint[])) or alias_key = any(cast(:added as text[]))"""
    rows = connection.execute(sa.text(statement), {"ids": ids, "added": added})
    return {HeldKey(row.reseller_id, row.kind, row.alias_key) for row in rows}


def _spell_new_stores(connection: sa.Connection, grid: Grid, by: str) -> None:
    """A store is written by its own name too."""
    if grid.name == "stores":
        statement = "select id, reseller_id, name from stores s where not exists (select from store_aliases a where a.store_id = s.id)"
        for row in connection.execute(sa.text(statement)).all():
            storing.add_store_alias(connection, row.reseller_id, row.id, row.name, by)


@dataclass(frozen=True)
class _Places:
    """Where the live rows of the resellers stand: ids that wait, ids set aside as no product, lines by (product, store)."""

    waiting: frozenset[int]
    aside: frozenset[int]
    lines: Mapping[tuple[str | None, int | None], int]


def _places(connection: sa.Connection, resellers: Iterable[int]) -> _Places:
    ids = {"ids": list(resellers)}
    held = connection.execute(sa.text(_HELD), ids).all()
    lines = {(row.product_ean, row.store_id): int(row.lines) for row in connection.execute(sa.text(_LINES), ids)}
    return _Places(frozenset(row.id for row in held if not row.aside), frozenset(row.id for row in held if row.aside), lines)


_HELD = """select id, rule = 'not_a_product' as aside from held_rows
    where reseller_id = any(cast(:ids as bigint[])) and live and primary_view and resolved_at is null"""
_LINES = """select product_ean, store_id, sum(lines) as lines from sales_rollup
    where reseller_id = any(cast(:ids as bigint[])) group by 1, 2"""


def _judge(connection: sa.Connection, resellers: Iterable[int]) -> None:
    statement = """select reseller_id from held_rows where reseller_id = any(cast(:ids as bigint[]))
        union select reseller_id from stock_levels where reseller_id = any(cast(:ids as bigint[])) order by 1"""
    for number in [row[0] for row in connection.execute(sa.text(statement), {"ids": list(resellers)})]:
        rejudge(connection, number)


def _went(before: _Places, after: _Places) -> Effect:
    placed = len((before.waiting | before.aside) - after.waiting - after.aside)
    arrived = sum(max(0, count - before.lines.get(place, 0)) for place, count in after.lines.items())
    return Effect(
        placed=placed,
        moved=max(0, arrived - placed),
        taken_back=len(after.waiting - before.waiting),
        set_aside=len(after.aside - before.aside),
    )


def _follow_names(connection: sa.Connection) -> int:
    """Facts and held rows carry their store's channel, facts their product's code; returns how many changed."""
    changed = sum(connection.execute(sa.text(statement)).rowcount for statement in _CODES)
    for table in ("sellout_entries2", "ecommerce_orders", "held_rows"):
        moved = connection.execute(sa.text(_CHANNELS.format(table=table))).all()
        changed += len(moved)
        for number in {row.reseller_id for row in moved}:
            roll_up_reseller(connection, number)
    return changed


_CHANNELS = """
update {table} f set channel = s.channel from stores s where s.id = f.store_id and s.channel is distinct from f.channel
returning f.reseller_id"""
_CODES = tuple(
    f"""
update {table} f set functional_name = p.functional_name
from products p where p.ean = f.product_ean and p.functional_name is distinct from f.functional_name"""
    for table in ("sellout_entries2", "ecommerce_orders")
)


# What rows are worth --------------------------------------------------------------------------------------------------


def _revalue(connection: sa.Connection, by: str, grid: Grid, edits: Edits, resellers: Iterable[int]) -> int:
    """Every reseller, or where rules of resellers changed, those alone, in the basis that was set."""
    if grid.name != "resellers":
        return sum(revalue_in(connection, number, by) for number in resellers)
    changed = {int(row_id): values for row_id, values in edits.changed}
    return sum(revalue_in(connection, number, by, changed[number].get("vat_basis")) for number in resellers if number in changed)


def _with_moves(connection: sa.Connection, effect: Effect, resellers: Mapping[int, str], before: MonthFigures) -> Effect:
    """The effect with what it does to revenue, in all and by month, and the reports that may have shown the earlier figures."""
    months = _month_moves(resellers, before, month_figures(connection, resellers))
    reports = _reports_since(connection, min(move.month for move in months)) if months else ()
    return replace(effect, revenue=_revenue(months, before, resellers), months=months, reports=reports)


def _month_moves(resellers: Mapping[int, str], before: MonthFigures, after: MonthFigures) -> tuple[MonthMove, ...]:
    both = ((key, before.get(key, NOTHING), after.get(key, NOTHING)) for key in sorted(before.keys() | after.keys()))
    return tuple(
        MonthMove(resellers[number], month, max(old[0], new[0]), old[1], new[1], old[2], new[2])
        for (number, month), old, new in both
        if old[1:] != new[1:]
    )


def _revenue(months: Iterable[MonthMove], before: MonthFigures, resellers: Mapping[int, str]) -> tuple[tuple[str, Decimal, Decimal], ...]:
    """EUR net of all time of the resellers where it differs."""
    change: dict[str, Decimal] = {}
    for move in months:
        change[move.reseller] = change.get(move.reseller, Decimal(0)) + move.net_after - move.net_before
    totals = {name: sum((net for (n, _), (_, net, _) in before.items() if n == number), Decimal(0)) for number, name in resellers.items()}
    return tuple((name, totals[name], totals[name] + moved) for name, moved in change.items() if moved)


def _reports_since(connection: sa.Connection, month: date) -> tuple[tuple[str, date], ...]:
    """Reports that went out after a month was over, and the day of the last time."""
    statement = """select r.name, max(coalesce(d.sent_at, d.handed_over_at, d.due_at))::date as day from deliveries d join reports r on r.id = d.report_id
        where d.status in ('sent', 'outbox', 'unknown') and coalesce(d.sent_at, d.handed_over_at, d.due_at) >= :since group by 1 order by 2 desc, 1"""
    since = (month.replace(day=28) + timedelta(days=4)).replace(day=1)
    return tuple((row.name, row.day) for row in connection.execute(sa.text(statement), {"since": since}))
