"""An edition says what later files restated since the one before it; the first has nothing to tell."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from core.people.permissions import SYSTEM
from core.reports.definition import Block, ReportDefinition
from core.reports.editions import Order, edition_for
from core.reports.records import save_report
from tests.sales.conftest import TUNDRA

DUE = datetime(2025, 6, 9, 6, tzinfo=UTC)
NOW = datetime.now(UTC)


def state_april(market, content: str, units: int, net: int, moment: datetime) -> None:
    with market.database.write() as connection:
        connection.exec_driver_sql("update slice_claims set live = false where view = 'late'")
        connection.exec_driver_sql("update sellout_entries2 set live = false where view = 'late'")
    batch = market.new_batch("galilu", file_name=f"{content}.xlsx", stored_at=moment)
    market.covers("galilu", "2025-04", batch=batch, content=content, view="late")
    market.line("galilu", "2025-04", TUNDRA, units, net, upload_batch_id=batch, view="late")
    market.fill_rollup()


def test_a_report_tells_what_changed_since_its_last_edition(filled, database, settings):
    small = save_report(database, SYSTEM, ReportDefinition("Small", blocks=(Block("kpis"),)))
    state_april(filled, "first", 10, 1000, NOW - timedelta(days=1))
    first = edition_for(database, settings, Order(small, None, DUE, ("pdf",)), DUE)
    state_april(filled, "second", 13, 1212, NOW + timedelta(days=1))
    second = edition_for(database, settings, Order(small, None, DUE + timedelta(days=7), ("pdf",)), DUE)
    told = "Galilu April 2025 +3 units, +€ 212."
    assert "Changed since" not in first.text and told in second.text.replace("\u202f", " ")
