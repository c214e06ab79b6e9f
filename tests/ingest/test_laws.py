"""The laws of once and only once, on a real PostgreSQL: whatever is uploaded, answered, revalued and taken back in whatever order, the
tables show what a few lines of plain Python say they must."""

from __future__ import annotations

import csv
import io
import os
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from core import catalogue_changes
from core.catalogue import storing as catalogue
from core.catalogue.editing import Edits, read_grid
from core.catalogue.grids import GRIDS
from core.db.engine import Database, connect
from core.errors import UnknownRecord
from core.ingest import coarsening, importing, inbox, reading_back, undoing
from core.ingest.inbox import Decision, HeldKey
from core.people.permissions import SYSTEM
from tests.conftest import NAMES, SECRET, make_settings
from tests.databases import Shelf
from tests.ingest.samples import CANDLE, TUNDRA, fill_catalogue, rollup_gap, scalar

MONTHS = {n: (date(2025, n, 1), (date(2025, n, 28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)) for n in range(1, 5)}
UNKNOWN = ("NLA", "NLB")
EXAMPLES = int(os.environ.get("LAW_EXAMPLES", "10"))  # more for a longer search
Line = tuple[str, str, int, str]  # store, product key, units, money


# What is uploaded -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Living:
    """A living list of BOXNOX in pounds: the lines of each month from `first` on, the newest one is its period."""

    first: int
    months: tuple[tuple[Line, ...], ...]

    @property
    def name(self) -> str:
        return f"BOXNOX - NORDLYS Monthly Sales Report {('JAN', 'FEB', 'MAR', 'APR')[self.last - 1]}2025.csv"

    @property
    def last(self) -> int:
        return self.first + len(self.months) - 1

    @property
    def until(self) -> date:
        return MONTHS[self.last][1]

    @property
    def data(self) -> bytes:
        rows: list[list[Any]] = [["YEAR", "MONTH", "CHANNEL", "POS", "EAN", "QTY", "AMOUNT", "DESCRIPTION", "SKU"]]
        for month, lines in enumerate(self.months, self.first):
            for store, key, units, money in lines:
                ean, sku = (key, "") if key.isdigit() else ("", key)
                rows.append([2025, month, "Retail", store, ean, units, money, f"text of {key}", sku])
        return _csv(rows)

    @property
    def slices(self) -> dict[int, Counter[Line]]:
        return {month: Counter(lines) for month, lines in enumerate(self.months, self.first)}


OrderLine = tuple[int, int, str, int, str]  # order, day of May, EAN, units, money
SHOP = "id,order_id,product_ean,order_date,quantity,sales_eur,country,functional_name,product_name,stripe_fee,cost_of_goods,reseller"


@dataclass(frozen=True)
class Orders:
    """An export of the web shop."""

    lines: tuple[OrderLine, ...]

    name = "wc-orders-export-2025-05.csv"

    @property
    def data(self) -> bytes:
        rows = [[f"line {n}", order, ean, f"2025-05-{day:02}", units, money, "NL", "", "text", "", "", "Online"]
                for n, (order, day, ean, units, money) in enumerate(self.lines)]  # fmt: skip
        return _csv([SHOP.split(","), *rows])

    @property
    def days(self) -> tuple[int, int]:
        days = [line[1] for line in self.lines]
        return min(days), max(days)


def _csv(rows: list[list[Any]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


# What the tables must show --------------------------------------------------------------------------------------------


@dataclass
class Model:
    """What was stored, answered and set, in plain values; `rates`: EUR for a pound by month."""

    stored: dict[int, Living | Orders] = field(default_factory=dict)
    products: dict[str, str] = field(default_factory=dict)
    stores: dict[str, str] = field(default_factory=dict)
    rates: dict[int, Decimal] = field(default_factory=lambda: {month: Decimal("1.2") for month in MONTHS})

    def live(self, *kinds: type) -> Counter[tuple[Any, ...]]:
        """What counts now, of all resellers or of those whose files are of these kinds."""
        parts = {Living: self._sellout, Orders: self._orders}
        return Counter(row for kind, rows in parts.items() if not kinds or kind in kinds for row in rows())

    def winners(self) -> dict[int, int]:
        """Month → the upload that counts there: the one that states the newest period, at a tie the later one."""
        best: dict[int, tuple[date, int]] = {}
        for batch, file in self.stored.items():
            for month in file.slices if isinstance(file, Living) else ():
                best[month] = max(best.get(month, (date.min, 0)), (file.until, batch))
        return {month: batch for month, (_, batch) in best.items()}

    def _sellout(self) -> list[tuple[Any, ...]]:
        return [
            self._row(month, *line)
            for month, batch in self.winners().items()
            for line in self.stored[batch].slices[month].elements()  # type: ignore[union-attr]
        ]

    def _row(self, month: int, store: str, key: str, units: int, money: str) -> tuple[Any, ...]:
        product = key if key.isdigit() else self.products.get(key)
        place = {"Sol": "Perfumería Sol", **self.stores}.get(store)
        held = product is None or place is None
        eur = (Decimal(money) * self.rates[month]).quantize(Decimal("0.000001"), ROUND_HALF_UP)
        return MONTHS[month][0], None if held else place, None if held else product, None, units, Decimal(money), eur, held

    def _orders(self) -> list[tuple[Any, ...]]:
        exports = [(batch, file) for batch, file in self.stored.items() if isinstance(file, Orders)]
        return [
            (date(2025, 5, day), "Webshop", ean, str(order), units, Decimal(money), Decimal(money), False)
            for batch, file in exports
            for order, day, ean, units, money in file.lines
            if not any(self._overrides(other, number, file, batch, order, day) for number, other in exports)
        ]

    @staticmethod
    def _overrides(other: Orders, number: int, file: Orders, batch: int, order: int, day: int) -> bool:
        reaches = (other.days[1], number) > (file.days[1], batch)
        return reaches and other.days[0] <= day and any(line[0] == order for line in other.lines)


def shown(database: Database) -> Counter[tuple[Any, ...]]:
    """The live rows as the model tells them; where a held row belongs is nobody's business yet."""
    names = ("period_start", "store", "product_ean", "order_id", "quantity", "amount_local", "sales_eur_net", "held")
    rows = reading_back.live_rows(database).select(names).rows()
    return Counter(
        (day, None if held else store, None if held else ean, order, *rest, held) for day, store, ean, order, *rest, held in rows
    )


TABLES = ("sellout_entries2", "ecommerce_orders", "held_rows")


def everything(database: Database, before: int) -> dict[str, Any]:
    """Every stored row, text by text, of the uploads up to `before`; all sums; the claims."""
    own = f"upload_batch_id <= {before}"
    statements = {name: f"select f::text from {name} f where {own} order by id" for name in TABLES}
    statements["claims"] = f"select c::text from slice_claims c where {own} order by id"
    statements["batches"] = f"select b::text from upload_batches b where id <= {before} order by id"
    statements["controls"] = f"select c::text from batch_controls c where {own} order by id"
    with database.read() as connection:
        texts: dict[str, Any] = {name: list(connection.execute(sa.text(statement)).scalars()) for name, statement in statements.items()}
        sums = ("sales_rollup", *coarsening.TABLES, "order_days")
        return {**texts, **{name: Counter(tuple(row)[1:] for row in connection.execute(sa.text(f"select * from {name}"))) for name in sums}}


def version(database: Database) -> int:
    return int(scalar(database, "select coalesce((select (value #>> '{}')::bigint from app_state where key = 'data_version'), 0)"))


# Operations in any order ----------------------------------------------------------------------------------------------

money = st.decimals(min_value=-99, max_value=500, places=2).map(str)
lines = st.tuples(st.sampled_from(["Sol", "Sol", "Aurelia"]), st.sampled_from([TUNDRA, CANDLE, *UNKNOWN]), st.integers(1, 9), money)
month = st.lists(lines, max_size=3).map(tuple)
living = st.builds(
    lambda first, opening, middle, closing: Living(first, (opening, *middle, closing)[: 5 - first]),
    st.integers(1, 3),
    st.lists(lines, min_size=1, max_size=3).map(tuple),
    st.lists(month, max_size=2),
    st.lists(lines, min_size=1, max_size=3).map(tuple),
).filter(lambda file: bool(file.months[-1]))
orders = st.lists(
    st.tuples(st.integers(4001, 4003), st.integers(1, 9), st.sampled_from([TUNDRA, CANDLE]), st.integers(1, 3), money),
    min_size=2,
    max_size=5,
).map(lambda found: Orders(tuple(found)))
files = st.one_of(living, living, orders)


class Workbench(RuleBasedStateMachine):
    """Uploads, undos, answers and rates in any order, beside a model of what the tables must show."""

    def __init__(self, fresh: Callable[[ExitStack], tuple[Database, Path]]) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.database, home = fresh(self.stack)
        self.settings = make_settings(home)
        self.model, self.decisions, self.undone = Model(), {}, []
        fill_catalogue(self.database)
        with self.database.write() as connection:
            rates = [{"currency": "GBP", "month": f"2025-{n:02}", "rate_to_eur": "1.2"} for n in MONTHS]
            catalogue.store_fx_rates(connection, rates)
            connection.exec_driver_sql("update resellers set currency = 'GBP' where key = 'boxnox'")
        self.version = version(self.database)

    def teardown(self) -> None:
        self.stack.close()

    # What people do

    def upload(self, file: Living | Orders) -> int | None:
        twins = [batch for batch, other in self.model.stored.items() if self._same(file, other)]
        currency = "GBP" if isinstance(file, Living) else None
        report = importing.import_file(
            self.database, self.settings, file.data, file_name=file.name, accept_warnings=True, currency=currency
        )
        assert report.status == ("duplicate" if twins else "stored"), (report.status, report.reason)
        if twins:
            assert report.duplicate_of in twins
            return None
        self.version += 1
        self.model.stored[report.upload_batch_id] = file
        return report.upload_batch_id

    @staticmethod
    def _same(one: Living | Orders, other: Living | Orders) -> bool:
        if isinstance(one, Orders) or isinstance(other, Orders):
            return isinstance(one, Orders) and isinstance(other, Orders) and Counter(one.lines) == Counter(other.lines)
        return one.slices == other.slices

    @rule(file=files)
    def uploads(self, file: Living | Orders) -> None:
        self.upload(file)

    @rule(file=files)
    def uploads_and_takes_it_back(self, file: Living | Orders) -> None:
        newest = int(scalar(self.database, "select coalesce(max(id), 0) from upload_batches"))
        before = everything(self.database, newest)
        batch = self.upload(file)
        if batch is not None:
            self.undo(batch)
        assert everything(self.database, newest) == before

    @precondition(lambda self: self.model.stored)
    @rule(data=st.data())
    def uploads_something_again(self, data: st.DataObject) -> None:
        self.upload(data.draw(st.sampled_from(list(self.model.stored.values()))))

    @precondition(lambda self: self.undone)
    @rule(data=st.data())
    def uploads_what_was_taken_back(self, data: st.DataObject) -> None:
        self.upload(data.draw(st.sampled_from(self.undone)))

    @precondition(lambda self: self.model.stored)
    @rule(data=st.data())
    def takes_an_upload_back(self, data: st.DataObject) -> None:
        self.undo(data.draw(st.sampled_from(list(self.model.stored))))

    def undo(self, batch: int) -> None:
        kind = type(self.model.stored[batch])
        before = self.model.live(kind)
        file = self.model.stored.pop(batch)
        self.undone.append(file)
        done = undoing.undo(self.database, batch)
        self.version += 1
        after = self.model.live(kind)
        assert (done.rows_live_before, done.rows_live_after) == (before.total(), after.total())
        stated = sum(map(len, file.months)) if isinstance(file, Living) else len(file.lines)
        assert sum(outcome.rows for outcome in done.outcomes) == stated
        assert done.rows("reversed") >= (before - after).total()
        with pytest.raises(UnknownRecord):
            undoing.undo(self.database, batch)

    @rule(data=st.data())
    def answers(self, data: st.DataObject) -> None:
        groups = inbox.groups(self.database).rows(named=True)
        if not groups:
            return
        group = data.draw(st.sampled_from(groups))
        key = HeldKey(group["reseller_id"], group["key_kind"], group["key"])
        store = group["key_kind"] == "store"
        target = "Perfumería Sol" if store else data.draw(st.sampled_from([TUNDRA, CANDLE]))
        done = inbox.resolve(self.database, key, Decision("match_store" if store else "match_product", target))
        self.version += 1
        known, name = (self.model.stores, "Aurelia") if store else (self.model.products, group["key"].upper())
        known[name] = target
        self.decisions[done.decision_id] = (known, name)

    @precondition(lambda self: self.decisions)
    @rule(data=st.data())
    def takes_an_answer_back(self, data: st.DataObject) -> None:
        decision = data.draw(st.sampled_from(list(self.decisions)))
        known, name = self.decisions.pop(decision)
        inbox.undo_decision(self.database, decision)
        del known[name]
        self.version += 1

    @rule(number=st.sampled_from(list(MONTHS)), rate=st.sampled_from(["1.1", "1.2", "1.3"]))
    def changes_a_rate(self, number: int, rate: str) -> None:
        grid = next(grid for grid in GRIDS if grid.name == "fx_rates")
        before = read_grid(self.database, grid)
        row = next(row["row_id"] for row in before.iter_rows(named=True) if row["currency"] == "GBP" and row["month"] == MONTHS[number][0])
        catalogue_changes.save(self.database, SYSTEM, grid, Edits((), ((row, {"rate_to_eur": float(rate)}),), ()))
        self.model.rates[number] = Decimal(rate)
        self.version += 1

    # What holds always

    @invariant()
    def the_tables_show_what_the_model_says(self) -> None:
        assert shown(self.database) == self.model.live()

    @invariant()
    def the_rollup_equals_the_facts(self) -> None:
        assert not rollup_gap(self.database)

    @invariant()
    def every_change_raises_the_version_once(self) -> None:
        assert version(self.database) == self.version

    @invariant()
    def batch_figures_follow(self) -> None:
        for batch, file in self.model.stored.items():
            if isinstance(file, Living):
                held = sum(self.model._row(n, *line)[-1] for n, counted in file.slices.items() for line in counted.elements())
                assert scalar(self.database, f"select rows_held from upload_batches where id = {batch}") == held


@pytest.fixture
def fresh(shelf: Shelf, tmp_path: Path) -> Callable[[ExitStack], tuple[Database, Path]]:
    """A fresh database for every example."""

    def make(stack: ExitStack) -> tuple[Database, Path]:
        database = connect(stack.enter_context(shelf.database()), NAMES, SECRET)
        stack.callback(database.close)
        return database, tmp_path

    return make


def test_every_sequence_of_uploads_undos_answers_and_rates_shows_what_it_must(fresh) -> None:
    run_state_machine_as_test(
        lambda: Workbench(fresh),
        settings=settings(max_examples=EXAMPLES, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)),
    )
