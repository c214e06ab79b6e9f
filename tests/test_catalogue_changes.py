"""A change of the catalogue reaches the rows that are stored already, and is foretold exactly."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from core import catalogue_changes
from core.catalogue.editing import Edits, difference, read_grid
from core.catalogue.grids import BY_NAME
from core.catalogue.storing import UnusableCatalogue
from core.db.engine import Database
from core.errors import NotAllowed
from core.ingest import inbox, reading_back
from core.people.permissions import SYSTEM, Person
from core.status import data_version
from tests.conftest import FillOnce
from tests.ingest.samples import CANDLE, JANUARY, TUNDRA, bring_in, fill_catalogue, report, rollup_gap, scalar, state

ALIAS = {"reseller": "BOXNOX", "alias_type": "sku", "alias": "NLMYSTERY", "ean": CANDLE}


@pytest.fixture
def shop(database: Database, fill_once: FillOnce) -> Database:
    """BOXNOX sold a product it has its own key for and one by EAN; Liberty sold in pounds."""
    fill_once(_shop, lambda: _shop(database))
    return database


def _shop(database: Database) -> None:
    fill_catalogue(database)
    bring_in(database, report((JANUARY, [("Sol", "NLMYSTERY", 2, "300"), ("Sol", TUNDRA, 1, "100")])))


def add(name: str, **values: object) -> tuple[object, Edits]:
    return BY_NAME[name], Edits((values,), (), ())


def change(database: Database, name: str, where: pl.Expr, **values: object) -> tuple[object, Edits]:
    before = read_grid(database, BY_NAME[name])
    after = before.with_columns(
        pl.when(where).then(pl.lit(value, dtype=before.schema[key])).otherwise(pl.col(key)).alias(key) for key, value in values.items()
    )
    return BY_NAME[name], difference(before, after)


def remove(database: Database, name: str) -> tuple[object, Edits]:
    before = read_grid(database, BY_NAME[name])
    return BY_NAME[name], difference(before, before.clear())


def save(database: Database, asked: tuple[object, Edits]) -> catalogue_changes.Effect:
    """Foretell, save, and hold the one against the other."""
    before, version = state(database), data_version(database)
    foretold = catalogue_changes.preview(database, SYSTEM, *asked)  # type: ignore[arg-type]
    assert (state(database), data_version(database)) == (before, version)
    done = catalogue_changes.save(database, SYSTEM, *asked)  # type: ignore[arg-type]
    assert done == foretold and data_version(database) > version and not rollup_gap(database)
    return done


def eans(database: Database) -> set[object]:
    return set(reading_back.live_rows(database).filter(~pl.col("held"))["product_ean"])


def test_a_new_key_places_what_waited_for_it(shop: Database) -> None:
    done = save(shop, add("product_aliases", **ALIAS))
    assert done.placed == 1 and eans(shop) == {TUNDRA, CANDLE} and not inbox.count(shop)
    assert done.words.startswith("1 held row placed. Net revenue of all time: BOXNOX €\u202f100.00 → €\u202f400.00.")


def test_a_key_taken_away_sends_its_rows_back_to_the_inbox(shop: Database) -> None:
    before = state(shop)
    save(shop, add("product_aliases", **ALIAS))
    assert save(shop, remove(shop, "product_aliases")).taken_back == 1
    assert state(shop) == before


def test_a_corrected_key_moves_rows_that_were_placed_when_they_came(shop: Database) -> None:
    save(shop, add("product_aliases", **ALIAS))
    bring_in(shop, report((JANUARY, [("Sol", "NLMYSTERY", 3, "300")])), "again.xlsx")
    done = save(shop, change(shop, "product_aliases", pl.col("alias") == "NLMYSTERY", ean=TUNDRA))
    assert done.moved == 1 and "1 row moved to another product or store" in done.words and eans(shop) == {TUNDRA}


def test_a_key_of_no_product_sets_its_rows_aside(shop: Database) -> None:
    done = save(shop, add("product_aliases", **{**ALIAS, "ean": None}))
    assert (done.set_aside, done.placed, inbox.count(shop)) == (1, 0, 0)


def test_a_new_store_is_written_by_its_own_name(shop: Database) -> None:
    bring_in(shop, report((JANUARY, [("Aurelia", TUNDRA, 4, "400")])), "aurelia.xlsx")
    done = save(shop, add("stores", reseller="BOXNOX", store="Aurelia", channel="offline", country="ES"))
    assert done.placed == 1 and scalar(shop, "select count(*) from store_aliases where alias = 'Aurelia'") == 1


def test_a_spelling_given_to_another_store_takes_its_rows_along(shop: Database) -> None:
    save(shop, add("stores", reseller="BOXNOX", store="Luna", channel="offline", country="ES"))
    done = save(shop, change(shop, "store_aliases", pl.col("alias") == "Sol", store="BOXNOX · Luna"))
    assert done.moved == 1 and set(reading_back.live_rows(shop).filter(~pl.col("held"))["store"]) == {"Luna"}


def test_a_store_that_is_a_web_shop_turns_its_sales_online(shop: Database) -> None:
    done = save(shop, change(shop, "stores", pl.col("store") == "Perfumería Sol", channel="online"))
    assert done.renamed == 2 and scalar(shop, "select channel from sales_rollup where source = 'sell-out'") == "online"


def test_a_product_whose_kind_was_wrong_changes_what_its_rows_are(shop: Database) -> None:
    done = save(shop, change(shop, "products", pl.col("ean") == TUNDRA, kind="tester"))
    assert done.revalued == 1 and scalar(shop, "select line_kind from sellout_entries2") == "tester"


def test_a_rate_values_what_was_not_converted(shop: Database) -> None:
    bring_in(shop, report((JANUARY, [("Sol", TUNDRA, 1, "100")]), currency="UAH"), "uah.xlsx")
    done = save(shop, add("fx_rates", currency="UAH", month=date(2025, 1, 1), rate_to_eur=0.02))
    assert done.revalued >= 1 and done.revenue[0][2] - done.revenue[0][1] == Decimal(2)


def test_a_corrected_vat_basis_works_the_figures_out_anew(shop: Database) -> None:
    done = save(shop, change(shop, "resellers", pl.col("key") == "boxnox", vat_basis="gross"))
    assert done.revalued == 2 and scalar(shop, "select round(sales_eur_net, 2) from sellout_entries2") == Decimal("82.64")
    assert scalar(shop, "select count(*) from audit_log where action = 'revalued' and username = 'system'") == 1


def test_a_rule_that_no_figure_stands_on_touches_no_row(shop: Database) -> None:
    assert save(shop, change(shop, "resellers", pl.col("key") == "boxnox", grace_days=9)) == catalogue_changes.Effect()


def test_what_can_not_be_saved_changes_nothing(shop: Database) -> None:
    before = state(shop)
    with pytest.raises(UnusableCatalogue, match="not in"):
        catalogue_changes.save(shop, SYSTEM, *add("product_aliases", **{**ALIAS, "ean": "9999999999999"}))  # type: ignore[arg-type]
    with pytest.raises(NotAllowed):
        catalogue_changes.preview(shop, Person("v", "V", "viewer"), *add("product_aliases", **ALIAS))  # type: ignore[arg-type]
    assert state(shop) == before and read_grid(shop, BY_NAME["product_aliases"]).is_empty()
