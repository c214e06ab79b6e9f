"""Fill the catalogue from the CSV files of a folder. Loading the same folder twice changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from core.catalogue.defaults import BY_KEY, VENDORS, VendorDefaults
from core.catalogue.folding import fold
from core.db import tables as t
from core.db.engine import Database
from core.errors import WorkbenchError

Row = Mapping[str, Any]
VAT_SEED = Path(__file__).with_name("vat_rates.csv")
PERIOD_RULES = ("week_end", "week_start", "majority")
CADENCES = ("weekly", "monthly", "any")


class UnusableCatalogue(WorkbenchError):
    """This catalogue file can not be used. Correct the line that is named and load the folder again."""


def load_folder(database: Database, folder: Path) -> dict[str, int]:
    """Bring in products, resellers, stores, aliases, prices and rates from `<table>.csv` files; returns rows by table.

    Columns as in the exports of the catalogue page (products.csv: ean, functional_name, …). Files that are missing are left alone, and so
    is everything the files do not name. Errors: UnusableCatalogue, and then nothing was changed.
    """
    with database.write() as connection:
        loaded = load_folder_in(connection, folder)
        if loaded:
            bump_version(connection)
    return loaded


def load_folder_in(connection: sa.Connection, folder: Path) -> dict[str, int]:
    """`load_folder` as a part of the caller's transaction, which an error ends; the caller raises the data version."""
    seed_vat_rates(connection)
    loaded = {name: _load(connection, folder / f"{name}.csv", store) for name, store in LOADERS.items()}
    return {name: rows for name, rows in loaded.items() if rows}


def _load(connection: sa.Connection, path: Path, store: Callable[[sa.Connection, Iterable[Row]], None]) -> int:
    if not path.is_file():
        return 0
    rows = pl.read_csv(path, infer_schema=False, encoding="utf8").rows(named=True)
    try:
        store(connection, rows)
    except (KeyError, ValueError, InvalidOperation) as error:
        raise UnusableCatalogue(f"{path.name}: {error} can not be used. Correct it and load the folder again.") from error
    except sa.exc.IntegrityError as error:
        detail = getattr(getattr(error.orig, "diag", None), "message_detail", None) or "two lines contradict each other."
        raise UnusableCatalogue(f"{path.name}: {detail} Correct it and load the folder again.") from error
    return len(rows)


def bump_version(connection: sa.Connection) -> None:
    """Raise `data_version`: whatever was computed from the data before is out of date."""
    connection.execute(
        sa.text(
            "insert into app_state (key, value) values ('data_version', '1') on conflict (key) do update"
            " set value = to_jsonb((app_state.value #>> '{}')::bigint + 1), changed_at = now()"
        )
    )


def _upsert(connection: sa.Connection, table: sa.Table, rows: Iterable[Row], keys: tuple[str, ...]) -> None:
    listed = list(rows)
    if not listed:
        return
    statement = insert(table)
    changing = {name: statement.excluded[name] for name in listed[0] if name not in keys}
    connection.execute(statement.on_conflict_do_update(index_elements=list(keys), set_=changing), listed)


# Resellers ------------------------------------------------------------------------------------------------------------


def ensure_reseller(connection: sa.Connection, vendor: str) -> int:
    """The id of the reseller with that vendor key, made from what is known of the vendor when the catalogue has none yet."""
    found = connection.execute(sa.select(t.resellers.c.id).where(t.resellers.c.key == vendor)).scalar_one_or_none()
    return found if found is not None else _insert_reseller(connection, vendor, BY_KEY[vendor].name, {})


def ensure_named_reseller(connection: sa.Connection, name: str, currency: str | None = None, vat_basis: str | None = None) -> int:
    """The id of the reseller a person named; a new one is entered with what was said of its amounts, a known one keeps its rules."""
    found = _find_reseller(connection, name)
    if found is not None:
        return found
    return _insert_reseller(connection, _vendor_key(name), name, {"currency": currency, "vat_basis": vat_basis})


def store_resellers(connection: sa.Connection, rows: Iterable[Row]) -> None:
    """Resellers by name; a known name keeps its vendor key, another one gets a key of its own. Rules the row does not state stay."""
    for row in rows:
        name = _need(row, "name")
        stated = _stated_rules(row)
        known = _find_reseller(connection, name)
        if known is None:
            _insert_reseller(connection, _vendor_key(name), name, stated)
        elif stated:
            connection.execute(t.resellers.update().where(t.resellers.c.id == known).values(**stated))


def _stated_rules(row: Row) -> dict[str, Any]:
    rule = (row.get("period_rule") or "").strip()
    cadence = (row.get("cadence") or "").strip()
    stated = {
        "country": _text(row, "country"),
        "currency": _text(row, "currency"),
        "vat_basis": _text(row, "vat_basis"),
        "vat_rate": _decimal(row, "vat_rate"),
        "cadence": cadence if cadence in CADENCES else None,
        # Other files describe in prose how the period is found; that is the format's business, not a rule.
        "period_rule": rule if rule in PERIOD_RULES else None,
    }
    return {name: value for name, value in stated.items() if value is not None}


def _insert_reseller(connection: sa.Connection, key: str, name: str, stated: Mapping[str, Any]) -> int:
    known = BY_KEY.get(key, VendorDefaults(key, name, None, None, None, None))
    values: dict[str, Any] = {
        "country": known.country,
        "currency": known.currency,
        "vat_basis": known.vat_basis,
        "vat_rate": known.vat_rate,
        "cadence": known.cadence,
        "tolerance_amount": known.tolerance_amount,
        "settings": known.settings,
    }
    row = {**values, **stated, "key": key, "name": name}
    reseller_id: int = connection.execute(t.resellers.insert().values(**row).returning(t.resellers.c.id)).scalar_one()
    for alias in known.aliases:
        statement = insert(t.reseller_aliases).values(reseller_id=reseller_id, alias=alias)
        connection.execute(statement.on_conflict_do_nothing())
    return reseller_id


def _vendor_key(name: str) -> str:
    spellings = {fold(text): vendor.key for vendor in VENDORS for text in (vendor.key, vendor.name, *vendor.aliases)}
    return spellings.get(fold(name)) or fold(name).replace(" ", "_")


def _find_reseller(connection: sa.Connection, name: str) -> int | None:
    known = connection.execute(sa.select(t.resellers.c.id, t.resellers.c.name, t.resellers.c.key)).all()
    aliases = connection.execute(sa.select(t.reseller_aliases.c.reseller_id, t.reseller_aliases.c.alias)).all()
    spellings = {fold(alias): reseller_id for reseller_id, alias in aliases}
    spellings |= {fold(text): row.id for row in known for text in (row.key, row.name)}
    return spellings.get(fold(name)) or spellings.get(_vendor_key(name))


def _reseller_ids(connection: sa.Connection, rows: Iterable[Row]) -> dict[str, int]:
    ids: dict[str, int] = {}
    for name in {_need(row, "reseller") for row in rows}:
        found = _find_reseller(connection, name)
        ids[name] = found if found is not None else _insert_reseller(connection, _vendor_key(name), name, {})
    return ids


# Products, stores, prices, rates --------------------------------------------------------------------------------------


def store_products(connection: sa.Connection, rows: Iterable[Row]) -> None:
    """Products by EAN; sizes in millilitres, `rrp_eur` in EUR incl. VAT."""
    _upsert(connection, t.products, [_product(row) for row in rows], ("ean",))


def _product(row: Row) -> dict[str, Any]:
    product = {name: _need(row, name) for name in ("ean", "functional_name", "product_name", "kind", "category")}
    return {**product, "size_ml": _decimal(row, "size_ml"), "rrp_eur": _decimal(row, "rrp_eur")}


def store_stores(connection: sa.Connection, rows: Iterable[Row]) -> None:
    """Stores, one row an alias; the store's own name is an alias too."""
    listed = list(rows)
    resellers = _reseller_ids(connection, listed)
    for row in listed:
        reseller_id, name = resellers[_need(row, "reseller")], _need(row, "store")
        store_id = _store_id(connection, reseller_id, name, row)
        for alias in (name, row.get("alias") or name):
            add_store_alias(connection, reseller_id, store_id, alias, "catalogue", replace=alias is not name)


def _store_id(connection: sa.Connection, reseller_id: int, name: str, row: Row) -> int:
    values: dict[str, Any] = {"channel": _need(row, "channel"), "city": _text(row, "city"), "country": _text(row, "country")}
    c = t.stores.c
    known = connection.execute(
        sa.select(c.id).where(c.reseller_id == reseller_id, sa.func.lower(c.name) == name.lower())
    ).scalar_one_or_none()
    if known is None:
        return add_store(connection, reseller_id, name, **values)
    connection.execute(t.stores.update().where(c.id == known).values(**values))
    return int(known)


def add_store(connection: sa.Connection, reseller_id: int, name: str, channel: str, city: str | None, country: str | None) -> int:
    """A new selling point; returns its id."""
    row = {"reseller_id": reseller_id, "name": name, "channel": channel, "city": city, "country": country}
    store_id: int = connection.execute(t.stores.insert().values(**row).returning(t.stores.c.id)).scalar_one()
    return store_id


def add_store_alias(
    connection: sa.Connection, reseller_id: int, store_id: int, alias: str, approved_by: str, replace: bool = False
) -> int | None:
    """Remember a spelling of a store; returns the alias id, None where that spelling was known already (and `replace` is False)."""
    row = {"reseller_id": reseller_id, "store_id": store_id, "alias": alias, "alias_key": fold(alias), "approved_by": approved_by}
    statement = insert(t.store_aliases).values(**row)
    keys = ["reseller_id", "alias_key"]
    final = (
        statement.on_conflict_do_update(index_elements=keys, set_={"store_id": store_id}) if replace else statement.on_conflict_do_nothing()
    )
    return connection.execute(final.returning(t.store_aliases.c.id)).scalar_one_or_none()


def store_product_aliases(connection: sa.Connection, rows: Iterable[Row]) -> None:
    """Resellers' own keys. Errors: ValueError where one key of one reseller stands for two products."""
    listed = list(rows)
    resellers = _reseller_ids(connection, listed)
    prepared = [_product_alias(row, resellers) for row in listed]
    products: dict[tuple[Any, ...], Any] = {}
    for row in prepared:
        key = (row["reseller_id"], row["kind"], row["alias_key"])
        if products.setdefault(key, row["ean"]) != row["ean"]:
            raise ValueError(f"“{row['alias']}” stands for two products, {products[key]} and {row['ean']}: it")
    unique = {(r["reseller_id"], r["kind"], r["alias_key"]): r for r in prepared}
    _upsert(connection, t.product_aliases, unique.values(), ("reseller_id", "kind", "alias_key"))


def _product_alias(row: Row, resellers: Mapping[str, int]) -> dict[str, Any]:
    alias, kind, ean = _need(row, "alias", strip=False), _need(row, "alias_type"), _text(row, "ean")
    reseller_id = resellers[_need(row, "reseller")]
    return {
        "reseller_id": reseller_id,
        "kind": kind,
        "alias": alias,
        "alias_key": fold(alias),
        "ean": ean,
        "not_a_product": ean is None,
        "approved_by": "catalogue",
    }


def store_prices(connection: sa.Connection, rows: Iterable[Row]) -> None:
    """List prices of one unit from a day on, in their currency and VAT basis."""
    prepared = [
        {
            "ean": _need(row, "ean"),
            "currency": _need(row, "currency"),
            "valid_from": date.fromisoformat(_need(row, "valid_from")),
            "unit_price": _decimal(row, "unit_price"),
            "vat_basis": _text(row, "vat_basis") or "gross",
        }
        for row in rows
    ]
    _upsert(connection, t.price_list, prepared, ("ean", "currency", "valid_from"))


def store_fx_rates(connection: sa.Connection, rows: Iterable[Row]) -> None:
    """A person's rates: EUR for one unit of the currency in a month (`2025-06`). They win over the shipped history."""
    prepared = [
        {
            "currency": _need(row, "currency"),
            "month": date.fromisoformat(f"{_need(row, 'month')[:7]}-01"),
            "source": "override",
            "rate_to_eur": _decimal(row, "rate_to_eur"),
        }
        for row in rows
    ]
    _upsert(connection, t.fx_rates, prepared, ("currency", "month", "source"))


def store_vat_rates(connection: sa.Connection, rows: Iterable[Row]) -> None:
    """Standard VAT rates by country from a day on (0.21 = 21 %)."""
    _upsert(connection, t.vat_rates, [_vat_rate(row) for row in rows], ("country", "valid_from"))


def seed_vat_rates(connection: sa.Connection) -> None:
    """Add the shipped standard rates where a country has none of that day; what a person entered stays."""
    known = {(row.country, row.valid_from) for row in connection.execute(sa.select(t.vat_rates.c.country, t.vat_rates.c.valid_from))}
    missing = [rate for rate in _shipped_vat_rates() if (rate["country"], rate["valid_from"]) not in known]
    if missing:
        connection.execute(insert(t.vat_rates).on_conflict_do_nothing(), missing)


@cache
def _shipped_vat_rates() -> tuple[Row, ...]:
    return tuple(_vat_rate(row) for row in pl.read_csv(VAT_SEED, infer_schema=False).rows(named=True))


def _vat_rate(row: Row) -> dict[str, Any]:
    return {"country": _need(row, "country"), "valid_from": date.fromisoformat(_need(row, "valid_from")), "rate": _decimal(row, "rate")}


LOADERS: dict[str, Callable[[sa.Connection, Iterable[Row]], None]] = {
    "products": store_products,
    "resellers": store_resellers,
    "stores": store_stores,
    "product_aliases": store_product_aliases,
    "price_list": store_prices,
    "fx_rates": store_fx_rates,
    "vat_rates": store_vat_rates,
}


def _text(row: Row, name: str) -> str | None:
    return (row.get(name) or "").strip() or None


def _need(row: Row, name: str, strip: bool = True) -> str:
    value = row[name] or ""
    if not value.strip():
        raise ValueError(f"an empty “{name}”")
    return value.strip() if strip else str(value)


def _decimal(row: Row, name: str) -> Decimal | None:
    text = _text(row, name)
    return None if text is None else Decimal(text)
