"""A change of the catalogue takes effect: waiting rows are judged again and stored figures worked out anew, in the change's own transaction.

What would happen is found out by doing it and taking it back, so that the preview and the change can not differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import sqlalchemy as sa

from core.catalogue import editing, storing
from core.catalogue.editing import Edits
from core.catalogue.folding import fold
from core.catalogue.grids import Grid
from core.db.engine import Database
from core.ingest import inbox
from core.ingest.inbox import HeldKey
from core.ingest.rejudging import rejudge
from core.ingest.revaluing import revalue_in, valuation_key_in
from core.ingest.slices import roll_up_reseller
from core.ingest.storing import lock_reseller
from core.people.permissions import Person, require
from core.sales.formatting import format_money, format_number
from core.sales.measures import DEFAULT_KINDS

PLACES = ("resellers", "stores", "store_aliases", "products", "product_aliases")  # grids that decide where a row belongs
KEYED = ("store_aliases", "product_aliases")


@dataclass(frozen=True)
class Effect:
    """What a change does to stored rows. `placed`: held rows that become facts; `moved`: facts of another product or store;
    `taken_back`: rows that wait in the inbox; `set_aside`: rows that are no product; `renamed`: facts whose channel or code follows their store or product; `revalued`: rows with another EUR, VAT, month or kind.
    `revenue`: EUR net of all time, before and after, of the resellers where it differs."""

    placed: int = 0
    moved: int = 0
    taken_back: int = 0
    set_aside: int = 0
    renamed: int = 0
    revalued: int = 0
    revenue: tuple[tuple[str, Decimal, Decimal], ...] = ()

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
        sentences = [", ".join(parts), f"Net revenue of all time: {moved}" if moved else ""]
        return " ".join(f"{sentence}." for sentence in sentences if sentence)


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
    with database.read() as connection:
        rules = valuation_key_in(connection)
    loaded = storing.load_folder(database, folder)
    with database.write() as connection:
        resellers = _lock(connection)
        places, before = _places(connection, resellers), _revenue(connection, resellers)
        _judge(connection, resellers)
        renamed = _follow_names(connection)
        anew = resellers if valuation_key_in(connection) != rules else {}
        revalued = sum(revalue_in(connection, number, by.username) for number in anew)
        storing.bump_version(connection)
        went = _went(places, _places(connection, resellers))
        revenue = _moved(resellers, before, _revenue(connection, resellers))
    return loaded, replace(went, renamed=renamed, revalued=revalued, revenue=revenue)


def _save(connection: sa.Connection, by: str, grid: Grid, edits: Edits) -> Effect:
    resellers = _lock(connection)
    rules, places, before = valuation_key_in(connection), _places(connection, resellers), _revenue(connection, resellers)
    touched = _keys(connection, grid, edits)
    editing.apply_edits(connection, grid, edits, by)
    if grid.name in PLACES:
        _spell_new_stores(connection, grid, by)
        for key in touched | _keys(connection, grid, edits):
            inbox.release_key(connection, key)
        _judge(connection, resellers)
    renamed = _follow_names(connection) if grid.name in ("stores", "products") else 0
    revalued = _revalue(connection, by, grid, edits, resellers) if valuation_key_in(connection) != rules else 0
    went = _went(places, _places(connection, resellers))
    return replace(went, renamed=renamed, revalued=revalued, revenue=_moved(resellers, before, _revenue(connection, resellers)))


def _lock(connection: sa.Connection) -> dict[int, str]:
    """The resellers with rows, by id; held off from imports until the end of the transaction, always in the same order."""
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
    statement = "select distinct reseller_id from held_rows where reseller_id = any(cast(:ids as bigint[])) order by 1"
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


def _revenue(connection: sa.Connection, resellers: Iterable[int]) -> dict[int, Decimal]:
    statement = """select reseller_id, coalesce(sum(sales_eur_net), 0) as net from sales_rollup
        where reseller_id = any(cast(:ids as bigint[])) and line_kind = any(cast(:kinds as text[])) group by 1"""
    rows = connection.execute(sa.text(statement), {"ids": list(resellers), "kinds": list(DEFAULT_KINDS)})
    return {row.reseller_id: row.net for row in rows}


def _moved(
    resellers: Mapping[int, str], before: Mapping[int, Decimal], after: Mapping[int, Decimal]
) -> tuple[tuple[str, Decimal, Decimal], ...]:
    zero = Decimal(0)
    both = ((name, before.get(number, zero), after.get(number, zero)) for number, name in resellers.items())
    return tuple((name, old, new) for name, old, new in both if old != new)
