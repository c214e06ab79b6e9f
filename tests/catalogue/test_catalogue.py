"""Filling and reading the catalogue: idempotent, folded keys, one meaning a key, rules from what is known of a vendor."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from core.catalogue import storing
from core.catalogue.folding import bare_code, fold
from core.catalogue.reading import read_catalogue
from core.catalogue.storing import UnusableCatalogue, load_folder
from tests.conftest import SHARED

FILES = {
    "products": "ean,functional_name,product_name,size_ml,kind,category,rrp_eur\n9524001001008,NLGOT100,Glow of Tundra 100 ml,100,full,perfume,218\n",
    "resellers": "name,country,currency,vat_basis,vat_rate,cadence,period_rule\nCDLC,LT,EUR,gross,0.21,monthly,sheet name says it\nNew Shop,DE,EUR,net,0.19,weekly,majority\n",
    "stores": "reseller,store,alias,channel,city,country\nCDLC,CDLC Riga,LV Riga,offline,Riga,LV\nCDLC,CDLC Riga,  lv  rīga ,offline,Riga,LV\n",
    "product_aliases": "reseller,alias_type,alias,ean\nLiberty,code,000910748 | 98-NO COLOUR,9524001001008\n",
    "price_list": "ean,currency,valid_from,unit_price,vat_basis\n9524001001008,EUR,2023-11-01,218.00,gross\n",
    "fx_rates": "currency,month,rate_to_eur\nGBP,2025-06,1.18113\n",
}


def folder_of(path: Path, **changed: str) -> Path:
    for name, text in {**FILES, **changed}.items():
        (path / f"{name}.csv").write_text(text, encoding="utf-8")
    return path


def counts(database) -> dict[str, int]:
    tables = (
        "products",
        "resellers",
        "reseller_aliases",
        "stores",
        "store_aliases",
        "product_aliases",
        "price_list",
        "fx_rates",
        "vat_rates",
    )
    with database.read() as connection:
        return {table: connection.exec_driver_sql(f"select count(*) from {table}").scalar_one() for table in tables}


def test_loading_a_folder_twice_changes_nothing(database, tmp_path):
    assert load_folder(database, folder_of(tmp_path))["products"] == 1
    before = counts(database)
    load_folder(database, tmp_path)
    assert counts(database) == before


def test_resellers_keep_their_vendor_key_and_known_rules(database, tmp_path):
    load_folder(database, folder_of(tmp_path))
    with database.read() as connection:
        catalogue = read_catalogue(connection)
    cdlc, new = catalogue.reseller("creme de la CREME"), catalogue.reseller("New Shop")
    assert cdlc == catalogue.reseller("CDLC") == catalogue.reseller("Crème de la Crème")
    assert (cdlc.name, cdlc.period_rule, cdlc.tolerance_amount) == ("CDLC", "week_end", Decimal("0.01"))
    assert (new.key, new.period_rule, new.cadence, new.vat_rate) == ("new_shop", "majority", "weekly", Decimal("0.19"))
    assert catalogue.reseller("liberty").match_by == ("ean", "code"), "an alias alone is enough to enter a known vendor"


def test_store_spellings_meet_in_one_key(database, tmp_path):
    load_folder(database, folder_of(tmp_path))
    with database.read() as connection:
        catalogue = read_catalogue(connection)
    assert sorted(catalogue.store_aliases["alias_key"]) == ["cdlc riga", "lv riga"]


def test_one_key_for_two_products_is_refused_whole(database, tmp_path):
    other = FILES["product_aliases"] + "Liberty,code,000910748 | 98-no colour ,9524001001015\n"
    with pytest.raises(UnusableCatalogue, match="two products"):
        load_folder(database, folder_of(tmp_path, product_aliases=other))
    assert counts(database)["products"] == 0


@pytest.mark.parametrize(
    "row", ["None,NLX,X,1,full,perfume,1", "0000000000000,NLX,X,1,full,perfume,1", "9524001001015,nlgot100,X,1,full,perfume,1"]
)
def test_keys_that_would_swallow_rows_are_refused(database, tmp_path, row):
    with pytest.raises(UnusableCatalogue, match=r"products\.csv"):
        load_folder(database, folder_of(tmp_path, products=FILES["products"] + row + "\n"))


def test_a_later_price_stands_beside_the_earlier_one(database, tmp_path):
    later = FILES["price_list"] + "9524001001008,EUR,2025-07-01,226.00,gross\n"
    load_folder(database, folder_of(tmp_path, price_list=later))
    with database.read() as connection:
        assert read_catalogue(connection).prices.height == 2


def test_a_persons_vat_rate_is_not_overwritten_by_the_shipped_one(database):
    with database.write() as connection:
        storing.store_vat_rates(connection, [{"country": "EE", "valid_from": "2025-07-01", "rate": "0.99"}])
        storing.seed_vat_rates(connection)
        rates = read_catalogue(connection).vat_rates.filter(pl.col("country") == "EE").sort("valid_from")
    assert rates["rate"].to_list()[-2:] == [Decimal("0.22"), Decimal("0.99")]


@pytest.mark.parametrize(("text", "key"), [("GALERIA NORTE", "galeria norte"), ("Galería\u00a0 Norte ", "galeria norte"), ("Łódź", "lodz")])
def test_spellings_fold_to_one_key(text, key):
    assert fold(text) == key


def test_a_code_stands_for_itself_without_its_bar_part():
    assert {bare_code(fold(text)) for text in ("000910748 | 98-NO COLOUR", "000910748", "000910748 | 98-NO COLOUR Total")} == {"000910748"}


@pytest.mark.shared
def test_the_shared_master_data_loads(database):
    loaded = load_folder(database, SHARED / "master")
    with database.read() as connection:
        catalogue = read_catalogue(connection)
    assert loaded["products"] == catalogue.products.height == 73 and len(catalogue.resellers) == 9
    assert {r.key for r in catalogue.resellers} == {
        *("liberty", "galilu", "boxnox", "skins_sa", "skins_nl", "cdlc", "aromateque", "selfridges", "online")
    }
