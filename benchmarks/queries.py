"""Every question of the overview page together, from the sums and from the facts: the same answers, their cost at several sizes, and what
keeping the sums costs when one file comes or is taken back."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import psutil
import sqlalchemy as sa

from benchmarks import made_facts
from benchmarks.long_list import add_stores, write_list
from benchmarks.measuring import say, scratch_workbench, timed
from core.db.engine import Database
from core.ingest import coarsening
from core.ingest.importing import import_file
from core.ingest.undoing import undo
from core.sales import standard
from core.sales.query import Period, Result, SalesQuery
from core.sales.running import run_all
from core.settings import Settings

TODAY, YEAR = date(2026, 1, 10), Period(date(2025, 1, 1), date(2025, 12, 31))
REPEATS, FEW, PATIENCE = 30, 5, 3600.0
SUMS = ("sales_rollup", *coarsening.TABLES, "order_days")
FILE = "BOXNOX - NORDLYS Monthly Sales Report JUN2026"
FILE_ROWS = 20_000
PAGES: dict[str, tuple[SalesQuery, ...]] = {
    "overview, a whole year": standard.overview((), YEAR),
    "overview, a period that cuts months": standard.overview((), Period(date(2025, 1, 1), date(2025, 11, 22))),
    "heat map product × month": (SalesQuery(("sales_eur_net", "units"), ("product", "month"), (), YEAR, "prior_year"),),
    "movers by store": (SalesQuery(("sales_eur_net",), ("store",), (), YEAR, "prior_year"),),
    "stores and products active, by month": (SalesQuery(("active_stores", "active_products"), ("month",), (), YEAR),),
    "price realisation by reseller": (SalesQuery(("price_realisation",), ("reseller",), (), YEAR, "prior_year"),),
}


def run(sizes: Iterable[int]) -> None:
    for size in sizes:
        with scratch_workbench() as (database, settings):
            add_stores(database)
            seconds, _ = timed(lambda made=size, into=database: made_facts.fill(into, made))
            measure(database, settings, size, seconds)


def measure(database: Database, settings: Settings, size: int, seconds: float) -> None:
    print(f"\n{size:,} facts (written and rolled up in {seconds:.0f} s)", flush=True)
    database = replace(database, query_seconds=PATIENCE)
    _sizes(database)
    costs = {page: _cost(database, queries, REPEATS if page.startswith("overview") else FEW) for page, queries in PAGES.items()}
    overview = costs["overview, a whole year"]
    for page, cost in costs.items():
        aimed = page.startswith("overview, a whole")
        say(
            f"  {page}, p50 / p95",
            f"{cost.middle * 1000:.0f} / {cost.slow * 1000:.0f} ms",
            "≤ 300 ms" if aimed else "",
            cost.slow <= 0.3 if aimed else None,
        )
        say("    processor time, server / application", f"{cost.server * 1000:.0f} / {cost.application * 1000:.0f} ms")
    _against_facts(database, overview)
    _upkeep(database, settings)


def _sizes(database: Database) -> None:
    with database.read() as connection:
        for table in SUMS:
            count, text = connection.execute(
                sa.text(f"select count(*), pg_size_pretty(pg_total_relation_size('{table}')) from {table}")
            ).one()
            say(f"  rows of {table}", f"{count:,}", text)


@dataclass(frozen=True)
class Cost:
    """Seconds of a page's questions, warm: middle, 95th percentile; processor time of the server's two readers and of this process."""

    middle: float
    slow: float
    server: float
    application: float
    answers: tuple[Result, ...]


def _cost(database: Database, queries: tuple[SalesQuery, ...], repeats: int = REPEATS, by_line: bool = False) -> Cost:
    def ask() -> tuple[Result, ...]:
        return run_all(database, queries, None, TODAY, by_line=by_line)

    answers = ask()
    with database.readers.connection() as one, database.readers.connection() as other:
        server = [psutil.Process(reader.info.backend_pid) for reader in (one, other)]  # a page's questions are read by two
    sides = (server, [psutil.Process()])
    before = [_processor(side) for side in sides]
    times = sorted(timed(ask)[0] for _ in range(repeats))
    spent = [(_processor(side) - begun) / repeats for side, begun in zip(sides, before, strict=True)]
    return Cost(times[len(times) // 2], times[min(len(times) - 1, int(len(times) * 0.95))], *spent, answers)


def _processor(processes: Iterable[psutil.Process]) -> float:
    return sum(float(spent.user + spent.system) for spent in (process.cpu_times() for process in processes))


def _against_facts(database: Database, rolled: Cost) -> None:
    """The same questions as GROUP BY over the lines, one after the other, and by statements of our own."""
    facts = _cost(database, PAGES["overview, a whole year"], 1, by_line=True)
    same = all(_same(one, other) for one, other in zip(rolled.answers, facts.answers, strict=True))
    say("  the same questions from the facts", f"{facts.middle:.1f} s")
    ratio = facts.middle / rolled.middle
    say("    against the sums", f"{ratio:.0f} ×", "≥ 20 ×", ratio >= 20)
    work = (facts.server + facts.application) / (rolled.server + rolled.application)
    say("    by processor time of both processes", f"{work:.0f} ×")
    say("    identical rows, totals, caveats", "yes" if same else "NO", "yes", same)
    seconds, plain = timed(lambda: _plain(database))
    own = {row["reseller"]: (row["sales_eur_net"], row["units"]) for row in _by_reseller(rolled).frame.iter_rows(named=True)}
    say("  net and units by reseller by a GROUP BY of our own", f"{seconds:.1f} s", "identical", plain == own)
    if not same or plain != own:
        raise SystemExit("The sums and the facts disagree.")


def _same(one: Result, other: Result) -> bool:
    return one.frame.equals(other.frame) and (one.totals, one.caveats) == (other.totals, other.caveats)


def _by_reseller(cost: Cost) -> Result:
    return next(answer for answer in cost.answers if answer.query.by == ("reseller",))


_PLAIN = """
select r.name, sum(net), sum(units)::bigint from (
  select reseller_id, sales_eur_net as net, case when line_kind <> 'adjustment' then quantity end as units from sellout_entries2
  where live and primary_view and year = 2025 and line_kind in ('sale', 'return', 'adjustment')
  union all
  select reseller_id, sales_eur_net, case when line_kind <> 'adjustment' then quantity end from ecommerce_orders
  where live and order_date between '2025-01-01' and '2025-12-31' and line_kind in ('sale', 'return', 'adjustment')
) as lines join resellers r on r.id = reseller_id group by 1"""


def _plain(database: Database) -> dict[str, tuple[Decimal, int]]:
    with database.read() as connection:
        return {name: (net, units) for name, net, units in connection.execute(sa.text(_PLAIN))}


def _upkeep(database: Database, settings: Settings) -> None:
    """One file into the full database and back, and what of it goes into the sums."""
    path = write_list(Path(settings.home) / "files" / f"{FILE}.csv", FILE_ROWS, seed=11)
    spent: dict[str, float] = {}
    _watch(database, spent)
    seconds, report = timed(lambda: import_file(database, settings, path, accept_warnings=True))
    if report.status != "stored":
        raise SystemExit(f"The benchmark's own file was not stored: {report.status}. {report.reason}")
    say(f"  a file of {FILE_ROWS:,} rows over 36 months comes", f"{seconds:.2f} s")
    say("    of it for the sums", f"{spent.get('sums', 0.0):.2f} s")
    spent.clear()
    seconds, _ = timed(lambda: undo(database, report.upload_batch_id))
    say("  it is taken back", f"{seconds:.2f} s")
    say("    of it for the sums", f"{spent.get('sums', 0.0):.2f} s")


def _watch(database: Database, spent: dict[str, float]) -> None:
    """Add up the time of the statements that change the sums."""

    def before(_connection: Any, _cursor: Any, _text: str, _parameters: Any, context: Any, _many: bool) -> None:
        context.begun = time.perf_counter()

    def after(_connection: Any, _cursor: Any, text: str, _parameters: Any, context: Any, _many: bool) -> None:
        if any(f"{word} {table}" in text for word in ("into", "from") for table in SUMS) and "select 1" not in text:
            spent["sums"] = spent.get("sums", 0.0) + time.perf_counter() - context.begun

    sa.event.listen(database.engine, "before_cursor_execute", before)
    sa.event.listen(database.engine, "after_cursor_execute", after)
