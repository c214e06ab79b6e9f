"""Money that is worked out anew: foretold month by month, in one transaction, and back as it was when the change is set back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from core import catalogue_changes
from core.catalogue import storing as catalogue
from core.catalogue.editing import Edits, difference, read_grid
from core.catalogue.grids import BY_NAME
from core.db.engine import Database
from core.ingest import importing, inbox, reading_back
from core.people.permissions import SYSTEM
from core.status import data_version
from tests.conftest import FillOnce
from tests.ingest.fresh.aromateque import Export
from tests.ingest.fresh.grid import xlsx
from tests.ingest.samples import JANUARY, MARCH, TUNDRA, TUNDRA_30, bring_in, fill_catalogue, order_lines, report, rollup_gap, scalar, state
from tests.revaluing import revalue

POUNDS = {"vendor": "liberty", "currency": "GBP", "vat_basis": "gross"}
SPRING = {"months": (date(2027, 1, 1), date(2027, 2, 1)), "stores": (("Sky Mall", (2, 1)),)}


@pytest.fixture
def shop(database: Database, fill_once: FillOnce) -> Database:
    """BOXNOX in January and March, Liberty in pounds, the web shop to the Netherlands."""
    fill_once(_shop, lambda: _shop(database))
    return database


def _shop(database: Database) -> None:
    fill_catalogue(database)
    bring_in(database, report((JANUARY, [("Sol", TUNDRA, 1, "180.17")]), (MARCH, [("Sol", TUNDRA_30, 2, "171.9")])), "boxnox.xlsx")
    bring_in(database, report((JANUARY, [("Flagship", TUNDRA, 1, "198")]), **POUNDS), "liberty.xlsx")
    bring_in(database, order_lines(("1", date(2025, 1, 3), TUNDRA, 1, "100")), "orders.csv")


def edit(database: Database, table: str, where: pl.Expr, **values: object) -> tuple[object, Edits]:
    before = read_grid(database, BY_NAME[table])
    after = before.with_columns(
        pl.when(where).then(pl.lit(value, dtype=before.schema[key])).otherwise(pl.col(key)).alias(key) for key, value in values.items()
    )
    return BY_NAME[table], difference(before, after)


def save(database: Database, asked: tuple[object, Edits]) -> catalogue_changes.Effect:
    foretold = catalogue_changes.preview(database, SYSTEM, *asked)  # type: ignore[arg-type]
    done = catalogue_changes.save(database, SYSTEM, *asked)  # type: ignore[arg-type]
    assert done == foretold
    return done


def months(effect: catalogue_changes.Effect) -> list[tuple[object, ...]]:
    return [(m.reseller, f"{m.month:%Y-%m}", m.lines, m.net_before, m.net_after) for m in effect.months]


RATE = ("fx_rates", pl.col("currency") == "GBP", "rate_to_eur", 1.25, 1.18)
BASIS = ("resellers", pl.col("key") == "boxnox", "vat_basis", "gross", "net")
VAT = ("resellers", pl.col("key") == "liberty", "vat_rate", 0.1, 0.2)
DESTINATION = ("vat_rates", pl.col("country") == "NL", "rate", 0.25, 0.21)


@pytest.mark.parametrize(("table", "where", "name", "new", "old"), [RATE, BASIS, VAT, DESTINATION], ids=lambda one: str(one)[:20])
def test_a_change_set_back_leaves_everything_as_it_was(shop, table, where, name, new, old):
    before = state(shop)
    done = save(shop, edit(shop, table, where, **{name: new}))
    changed = state(shop)
    assert done.revalued and done.months and changed != before and not rollup_gap(shop)
    back = save(shop, edit(shop, table, where, **{name: old}))
    assert state(shop) == before
    assert [(m.net_after, m.gross_after) for m in back.months] == [(m.net_before, m.gross_before) for m in done.months]


def test_what_a_rate_moves_is_foretold_by_reseller_and_month(shop):
    done = save(shop, edit(shop, "fx_rates", pl.col("currency") == "GBP", rate_to_eur=1.25))
    assert months(done) == [("Liberty", "2025-01", 1, Decimal("194.700000"), Decimal("206.250000"))]
    assert done.revenue == (("Liberty", Decimal("194.700000"), Decimal("206.250000")),)


def test_a_vat_rate_that_moves_only_the_gross_side_is_foretold_too(shop):
    done = save(shop, edit(shop, "vat_rates", pl.col("country") == "NL", rate=0.25))
    assert [(m.reseller, m.net_before == m.net_after, m.gross_before, m.gross_after) for m in done.months] == [("Online", True, 121, 125)]
    assert not done.revenue


def test_reports_that_showed_the_earlier_figures_are_named(shop):
    with shop.write() as connection:
        connection.exec_driver_sql(
            "insert into reports (name, owner, definition) values ('Monthly pack', 'ana', '{}'), ('Old pack', 'ana', '{}')"
        )
        sent = "insert into deliveries (report_id, due_at, recipient, status, sent_at) values (%s, %s, 'board@example.com', 'sent', %s)"
        for number, day in ((1, datetime(2025, 2, 3)), (2, datetime(2025, 1, 20))):
            connection.exec_driver_sql(sent, (number, day, day))
    done = save(shop, edit(shop, "fx_rates", pl.col("currency") == "GBP", rate_to_eur=1.25))
    assert done.reports == (("Monthly pack", date(2025, 2, 3)),) and "Monthly pack (last 3 Feb 2025)" in done.words


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "fx_rates.csv").write_text("currency,month,rate_to_eur\nGBP,2025-01,1.25\n")
    return tmp_path


def test_files_of_the_catalogue_are_foretold_and_take_effect_at_once(shop, folder):
    before, version = state(shop), data_version(shop)
    foretold = catalogue_changes.preview_folder(shop, SYSTEM, folder)
    assert (state(shop), data_version(shop)) == (before, version)
    assert catalogue_changes.load_folder(shop, SYSTEM, folder) == foretold
    assert data_version(shop) == version + 1 and months(foretold[1])[0][4] == Decimal("206.250000")
    assert scalar(shop, "select count(*) from audit_log where action = 'catalogue loaded'") == 1


def test_files_whose_consequences_fail_change_nothing_at_all(shop, folder, monkeypatch):
    before, version = state(shop), data_version(shop)
    rates = scalar(shop, "select count(*) from fx_rates where source = 'override'")

    def fails(*_: object) -> int:
        raise RuntimeError("the server went away")

    monkeypatch.setattr(catalogue_changes, "revalue_in", fails)
    with pytest.raises(RuntimeError, match="went away"):
        catalogue_changes.load_folder(shop, SYSTEM, folder)
    assert (state(shop), data_version(shop)) == (before, version)
    assert scalar(shop, "select rate_to_eur from fx_rates where currency = 'GBP' and source = 'override'") == Decimal("1.18") and rates


# Other countries ------------------------------------------------------------------------------------------------------


def abroad(database: Database, country: str) -> None:
    with database.write() as connection:
        row = {"reseller": "Creme de la Creme", "store": "Pop-up", "alias": "Pop-up", "channel": "offline", "country": country}
        catalogue.store_stores(connection, [row])
    cdlc = {"vendor": "cdlc", "vat_basis": "gross", "living": False}
    assert bring_in(database, report((JANUARY, [("Pop-up", TUNDRA, 1, "240")]), **cdlc), "cdlc.xlsx")


def test_a_country_without_a_vat_rate_takes_nobody_elses(shop):
    abroad(shop, "GE")
    row = reading_back.live_rows(shop, "cdlc").row(0, named=True)
    assert (row["sales_eur_net"], row["sales_eur_gross"]) == (None, 240)
    said = scalar(shop, "select message || suggestion from error_reports where rule = 'vat_rate_missing'")
    assert said.startswith("1 line has no revenue excl. VAT (€\u202f240.00): the VAT rate of GE is not known for Jan 2025.")
    assert "VAT rates" in said


def test_the_rate_of_a_country_is_set_and_its_figures_follow(shop):
    abroad(shop, "GE")
    rate = {"country": "GE", "valid_from": date(2015, 1, 1), "rate": 0.2}
    done = save(shop, (BY_NAME["vat_rates"], Edits((rate,), (), ())))
    assert done.revalued == 1
    assert reading_back.live_rows(shop, "cdlc")["sales_eur_net"][0] == Decimal("200")


def test_orders_to_nobody_knows_where_have_net_only_and_say_so(shop):
    frame = order_lines(("7", date(2025, 3, 3), TUNDRA, 1, "100"))
    bring_in(shop, frame.with_rows(frame.rows.with_columns(pl.lit(None, pl.String).alias("country"))), "more.csv")
    row = reading_back.live_rows(shop, "online").filter(pl.col("order_id") == "7").row(0, named=True)
    assert (row["sales_eur_net"], row["sales_eur_gross"]) == (100, None)
    said = scalar(shop, "select message from error_reports where rule = 'vat_rate_missing'")
    assert said == "1 line has no figure incl. VAT (€\u202f100.00): the order names no country."


# List prices that prove themselves ------------------------------------------------------------------------------------


def sent(database: Database, settings: object, export: Export) -> importing.ImportReport:
    return importing.import_file(database, settings, xlsx(export.book()), file_name=export.name, accept_warnings=True)


def units(*sold: int | None, euros: str, sku: str | None = "NLGOT100") -> Export:
    """One product over the first months of 2027."""
    first = tuple(date(2027, month, 1) for month in range(1, len(sold) + 1))
    line = ("NORDLYS PARFUM Glow of Tundra Eau de Parfum 100 ml", sku, sold, euros)
    return Export(first, (("Sky Mall", sold),), (line,), first[-1])


def revenue(database: Database) -> list[Decimal | None]:
    rows = reading_back.live_rows(database, "aromateque").filter(pl.col("view") == "product_month").sort("period_start")
    return rows["sales_eur_gross"].to_list()


def test_revenue_from_list_prices_survives_being_worked_out_anew(database, settings):
    fill_catalogue(database)
    sent(database, settings, units(2, 1, euros="654"))
    sent(database, settings, units(2, 1, 3, euros="1308"))  # shares January and February with the file before
    before = revenue(database)
    assert before == [436, 218, 654] and scalar(database, "select bool_and(valued) from sellout_entries2 where primary_view")
    assert revalue(database, scalar(database, "select id from resellers where key = 'aromateque'")) == 0
    assert revenue(database) == before


def test_a_product_that_is_found_later_has_the_revenue_it_would_have_had(database, settings):
    fill_catalogue(database)
    for export in (units(2, 1, euros="654", sku="NLX"), units(2, 1, 3, euros="1308", sku="NLX")):
        assert sent(database, settings, export).rows_held
    assert inbox.count(database) and not any(revenue(database))
    alias = {"reseller": "Aromateque", "alias_type": "sku", "alias": "NLX", "ean": TUNDRA}
    save(database, (BY_NAME["product_aliases"], Edits((alias,), (), ())))
    assert revenue(database) == [436, 218, 654] and not rollup_gap(database)


def test_a_list_price_that_stops_proving_itself_takes_its_revenue_along_and_brings_it_back(database, settings):
    fill_catalogue(database)
    sent(database, settings, units(2, 1, euros="654"))
    before = state(database)
    price = pl.col("ean") == TUNDRA
    done = save(database, edit(database, "price_list", price, unit_price=200.0))
    assert revenue(database) == [None, None] and done.months[0].net_after == 0
    save(database, edit(database, "price_list", price, unit_price=218.0))
    assert state(database) == before


@pytest.mark.parametrize(
    ("euros", "said"),
    [
        ("600", "the file states €\u202f600.00, units × list price give €\u202f654.00; −€\u202f54.00 apart"),
        (None, "the file states no money for it"),
    ],
)
def test_a_product_that_proves_nothing_has_no_revenue_and_says_why(database, settings, euros, said):
    fill_catalogue(database)
    export = units(2, 1, euros="654")
    name, sku, sold, _ = export.products[0]
    done = sent(database, settings, Export(export.months, export.stores, ((name, sku, sold, euros),), export.nominal))
    assert revenue(database) == [None, None]
    assert any(said in text for text in done.problems.filter(pl.col("rule") == "amount_not_list_price")["message"])
