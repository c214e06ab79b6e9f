"""Fetch what the search for anomalies looks at: rows of the one query model, coverage, restatements, prices and rates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
import sqlalchemy as sa

from core.db.engine import Database, Scope
from core.sales import running
from core.sales.anomaly_shapes import NONE, Book, Cell, Evidence, month_number, month_period
from core.sales.coverage import coverage
from core.sales.covered import Covered, Sender, expected_slices
from core.sales.covering import read_covered
from core.sales.dimensions import NOT_STATED
from core.sales.query import Filter, Period, Result, SalesQuery
from core.sales.restated import restated

Ask = Callable[[Sequence[SalesQuery]], Sequence[Result]]
JUDGED, HISTORY = 24, 25  # months that are judged, and months before the first of them that teach what is usual
PRODUCTS = ("sales_eur_net", "units", "units_sold", "units_returned", "sold_revenue_with_units", "sold_units_with_revenue")
REGULAR = ("sales_eur_net", "units", "units_sold", "sold_revenue_with_units", "sold_units_with_revenue")
RESELLERS = "select id, country, currency from readable.resellers"
CLOSED = "select reseller, name, closed from readable.stores where closed is not null"
VAT = sa.text("select id, vat_rate from resellers")
LISTS = sa.text("""
select coalesce(p.functional_name || ' · ' || p.product_name, p.ean), l.currency, l.valid_from, l.unit_price
from price_list l join products p using (ean) where l.vat_basis = 'gross' order by l.valid_from
""")
Month = dict[int, dict[str, Any]]


def read_evidence(database: Database, scope: Scope = None, today: date | None = None, ask: Ask | None = None) -> Evidence:
    """The last JUDGED months that have ended, with their history, of the resellers in sight. `ask`: answers several questions, by
    default `running.run_all` as of `today`: from one snapshot, what they share read once."""
    day = today or date.today()
    ask = ask or (lambda queries: running.run_all(database, queries, scope, day))
    last = month_number(day) - 1
    first = last - JUDGED + 1
    window = Period(month_period(first - HISTORY).start, month_period(last).end)
    with database.reader(scope) as connection:
        covered = read_covered(connection)
        places, closed = connection.execute(RESELLERS).fetchall(), connection.execute(CLOSED).fetchall()
    slices = coverage(database, scope, day, month_period(first).start)
    weekly = tuple(s.name for s in covered.senders if s.cadence == "weekly" and covered.slices.get(s.reseller_id))
    answers = ask(questions(window, weekly))
    cells, stores = _cells(*answers[:2]), _stores(answers[2])
    weeks = _weeks(answers[4]) if weekly else {}
    vat, lists = _money(database)
    terms = {s.name: (vat.get(s.reseller_id), {i: m for i, _, m in places}.get(s.reseller_id)) for s in covered.senders}
    rates = _rates(answers[3], terms)
    books = []
    for sender in covered.senders:
        if not covered.slices.get(sender.reseller_id):
            continue
        country, currency = next(((c, m) for i, c, m in places if i == sender.reseller_id), (None, None))
        books.append(
            Book(
                sender, country, currency, vat.get(sender.reseller_id),
                cells.get(sender.name, {}), stores.get(sender.name, {}), weeks.get(sender.name, {}),
                whole_months(sender, covered, window, last),
                tuple(slices.filter(pl.col("reseller_id") == sender.reseller_id).iter_rows(named=True)),
                rates.get(sender.name, {}), lists.get(currency or "", {}),
                {name: shut for reseller, name, shut in closed if reseller == sender.name},
            )
        )  # fmt: skip
    return Evidence(tuple(books), first, last, restated(database, scope))


def questions(window: Period, weekly: tuple[str, ...]) -> tuple[SalesQuery, ...]:
    """Products by month and reseller, the same without bulk, stores, currencies; of those whose files state weeks also their weeks."""
    cells = SalesQuery(PRODUCTS, ("month", "reseller", "product"), (), window, descending=True)
    stores = SalesQuery(("sales_eur_net", "units"), ("month", "reseller", "store"), (), window, descending=True)
    money = SalesQuery(("sold_revenue", "sold_local"), ("month", "reseller", "currency", "vat_basis"), (), window, descending=True)
    asked = (cells, replace(cells, measures=REGULAR, without_bulk=True), stores, money)
    if not weekly:
        return asked
    span, where = Period(window.end - timedelta(days=7 * 52 * 3), window.end), (Filter("reseller", weekly),)
    return (*asked, SalesQuery(("sales_eur_net", "units"), ("week", "reseller", "product"), where, span, descending=True))


def whole_months(sender: Sender, covered: Covered, window: Period, last: int) -> frozenset[int]:
    """Months up to `last` that the reseller has stated completely; of weekly ones, all weeks that count in them."""
    found = []
    for month in range(month_number(window.start), last + 1):
        span = month_period(month)
        spans = expected_slices(sender, covered, span) if sender.cadence == "weekly" else (span,)
        if spans and all(covered.covers(sender.reseller_id, one) for one in spans):
            found.append(month)
    return frozenset(found)


def _cells(all_lines: Result, regular: Result) -> dict[str, dict[int, dict[str, Cell]]]:
    """By reseller, month and product; what states no product is a product of its own."""
    found: dict[str, dict[int, dict[str, Cell]]] = defaultdict(lambda: defaultdict(dict))
    for row in _rows(all_lines):
        cell = Cell(row["sales_eur_net"] or NONE, row["units"] or 0, 0, row["units_returned"] or 0)
        found[row["reseller"]][month_number(row["month"])][row["product"]] = cell
    for row in _rows(regular):
        cells = found[row["reseller"]][month_number(row["month"])]
        cells[row["product"]] = replace(
            cells.get(row["product"], Cell()),
            sold=row["units_sold"] or 0,
            regular_net=row["sales_eur_net"] or NONE,
            regular_units=row["units"] or 0,
            priced_net=row["sold_revenue_with_units"] or NONE,
            priced_units=row["sold_units_with_revenue"] or 0,
        )
    return found


def _stores(result: Result) -> dict[str, dict[int, dict[str, tuple[Decimal, int]]]]:
    found: dict[str, dict[int, dict[str, tuple[Decimal, int]]]] = defaultdict(lambda: defaultdict(dict))
    for row in _rows(result):
        if row["store"] != NOT_STATED:
            found[row["reseller"]][month_number(row["month"])][row["store"]] = (row["sales_eur_net"] or NONE, row["units"] or 0)
    return found


def _weeks(result: Result) -> dict[str, dict[date, dict[str, tuple[Decimal, int]]]]:
    found: dict[str, dict[date, dict[str, tuple[Decimal, int]]]] = defaultdict(lambda: defaultdict(dict))
    for row in _rows(result):
        if row["week"] is not None:
            found[row["reseller"]][row["week"]][row["product"]] = (row["sales_eur_net"] or NONE, row["units"] or 0)
    return found


def _rows(result: Result) -> Iterable[Mapping[str, Any]]:
    """The rows, newest first; of a shortened answer without its oldest moment, which may be cut."""
    frame, time = result.frame, result.query.by[0]
    if result.rows_in_all > frame.height and frame.height:
        frame = frame.filter(pl.col(time) > frame[time].min())
    return frame.iter_rows(named=True)


def _rates(result: Result, terms: Mapping[str, tuple[Decimal | None, str | None]]) -> dict[str, dict[int, Decimal]]:
    """EUR for one unit of a reseller's currency by month, as its own lines were converted; none for those in EUR. `terms`: VAT rate and
    currency by reseller."""
    sums: dict[tuple[str, int], tuple[Decimal, Decimal]] = {}
    for row in _rows(result):
        vat, currency = terms.get(row["reseller"], (None, None))
        if row["currency"] != currency or currency == "EUR" or not row["sold_local"] or not row["sold_revenue"]:
            continue
        taxed = row["sold_revenue"] * (1 + (vat or 0) if row["vat_basis"] == "gross" else 1)
        key = (row["reseller"], month_number(row["month"]))
        money, local = sums.get(key, (NONE, NONE))
        sums[key] = (money + taxed, local + row["sold_local"])
    found: dict[str, dict[int, Decimal]] = defaultdict(dict)
    for (reseller, month), (money, local) in sums.items():
        if money > 0 and local > 0:
            found[reseller][month] = money / local
    return found


def _money(database: Database) -> tuple[dict[int, Decimal], dict[str, dict[str, tuple[tuple[date, Decimal], ...]]]]:
    """VAT rates by reseller id, list prices incl. VAT by currency and product."""
    lists: dict[str, dict[str, tuple[tuple[date, Decimal], ...]]] = defaultdict(dict)
    with database.read() as connection:
        vat = {reseller_id: rate for reseller_id, rate in connection.execute(VAT) if rate is not None}
        for name, currency, since, price in connection.execute(LISTS):
            lists[currency][name] = (*lists[currency].get(name, ()), (since, price))
    return vat, lists
