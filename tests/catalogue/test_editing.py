from datetime import date
from pathlib import Path

import polars as pl
import pytest

from core.catalogue.editing import ROW, Edits, apply_edits, csv_of, difference, read_grid
from core.catalogue.grids import BY_NAME, GRIDS, Grid
from core.catalogue.storing import UnusableCatalogue, bump_version, load_folder
from core.db.engine import Database
from core.status import data_version
from tests.sales.conftest import TUNDRA, Market, market  # noqa: F401


def save_edits(database: Database, grid: Grid, edits: Edits, by: str) -> None:
    with database.write() as connection:
        apply_edits(connection, grid, edits, by)
        bump_version(connection)


def edit(database: Database, name: str, **columns: object) -> None:
    """Change the first row of a table."""
    before = read_grid(database, BY_NAME[name])
    after = before.with_columns(
        pl.when(pl.int_range(pl.len()) == 0).then(pl.lit(value, dtype=before.schema[key])).otherwise(pl.col(key)).alias(key)
        for key, value in columns.items()
    )
    save_edits(database, BY_NAME[name], difference(before, after), "ada")


def add(database: Database, name: str, **values: object) -> None:
    save_edits(database, BY_NAME[name], Edits((values,), (), ()), "ada")


@pytest.mark.parametrize("grid", GRIDS, ids=lambda grid: grid.name)
def test_reading_twice_is_no_change(market: Market, grid: object) -> None:  # noqa: F811
    frame = read_grid(market.database, grid)  # type: ignore[arg-type]
    assert difference(frame, frame) == Edits((), (), ())


def test_a_changed_cell_changes_that_column_only(market: Market) -> None:  # noqa: F811
    before = read_grid(market.database, BY_NAME["products"])
    edit(market.database, "products", rrp_eur=218.1, on_sale_until=date(2026, 1, 1))
    after = read_grid(market.database, BY_NAME["products"])
    assert difference(before, after).changed == ((before[ROW][0], {"rrp_eur": 218.1, "on_sale_until": date(2026, 1, 1)}),)


def test_a_typed_number_is_stored_exactly(market: Market) -> None:  # noqa: F811
    add(market.database, "fx_rates", currency="GBP", month=date(2025, 6, 9), rate_to_eur=1.13767)
    with market.database.read() as connection:
        stored = connection.exec_driver_sql("select month, rate_to_eur::text, source from fx_rates").one()
    assert tuple(stored) == (date(2025, 6, 1), "1.13767", "override")


def test_a_new_alias_is_folded_and_says_who_approved_it(market: Market) -> None:  # noqa: F811
    add(market.database, "product_aliases", reseller="Galilu", alias_type="name", alias=" Świeca  Zimowa ", ean=TUNDRA)
    with market.database.read() as connection:
        row = connection.exec_driver_sql("select alias_key, approved_by, not_a_product from product_aliases").one()
    assert tuple(row) == ("swieca zimowa", "ada", False)


def test_rows_can_be_taken_away_where_no_sales_hang_on_them(market: Market) -> None:  # noqa: F811
    add(market.database, "vat_rates", country="GB", valid_from=date(2011, 1, 4), rate=0.2)
    before = read_grid(market.database, BY_NAME["vat_rates"])
    save_edits(market.database, BY_NAME["vat_rates"], difference(before, before.clear()), "ada")
    assert read_grid(market.database, BY_NAME["vat_rates"]).is_empty()


@pytest.mark.parametrize("name", ["products", "stores", "resellers"])
def test_products_stores_and_resellers_keep_their_sales(market: Market, name: str) -> None:  # noqa: F811
    before = read_grid(market.database, BY_NAME[name])
    with pytest.raises(UnusableCatalogue, match="stay"):
        save_edits(market.database, BY_NAME[name], difference(before, before.clear()), "ada")


@pytest.mark.parametrize(
    ("name", "values", "sentence"),
    [
        ("products", {"ean": TUNDRA, "functional_name": "X", "product_name": "X", "kind": "full", "category": "perfume"}, "twice"),
        (
            "products",
            {"ean": "abc", "functional_name": "X", "product_name": "X", "kind": "full", "category": "perfume"},
            "not one of those",
        ),
        ("products", {"ean": "9524001009999"}, "is missing"),
        (
            "price_list",
            {"ean": "9999999999999", "currency": "EUR", "valid_from": date(2025, 1, 1), "unit_price": 1.0, "vat_basis": "gross"},
            "not in",
        ),
        ("stores", {"reseller": "Nobody", "store": "X", "channel": "offline"}, "There is no reseller"),
        ("fx_rates", {"currency": "GBP", "month": date(2025, 1, 1), "rate_to_eur": -1.0}, "not one of those"),
    ],
)
def test_what_can_not_be_stored_is_explained(market: Market, name: str, values: dict[str, object], sentence: str) -> None:  # noqa: F811
    version = data_version(market.database)
    with pytest.raises(UnusableCatalogue, match=sentence):
        add(market.database, name, **values)
    assert data_version(market.database) == version


def test_a_change_raises_the_data_version(market: Market) -> None:  # noqa: F811
    version = data_version(market.database)
    edit(market.database, "resellers", grace_days=3)
    assert data_version(market.database) == version + 1


def test_what_was_exported_is_read_back(market: Market, tmp_path: Path) -> None:  # noqa: F811
    add(market.database, "fx_rates", currency="GBP", month=date(2025, 6, 1), rate_to_eur=1.2)
    for name in ("products", "fx_rates", "resellers", "vat_rates"):
        (tmp_path / f"{name}.csv").write_bytes(csv_of(market.database, BY_NAME[name]))
    before = {name: read_grid(market.database, BY_NAME[name]) for name in ("products", "fx_rates", "resellers")}
    load_folder(market.database, tmp_path)
    assert all(read_grid(market.database, BY_NAME[name]).equals(frame) for name, frame in before.items())
