"""EUR, VAT and months worked out anew after a rate, a price or a rule of the catalogue changed. What the file stated never changes."""

from __future__ import annotations

from typing import Any

import polars as pl
import sqlalchemy as sa

from core.catalogue.rates import rates_for
from core.catalogue.reading import read_catalogue
from core.catalogue.records import Catalogue, Reseller
from core.errors import UnknownRecord
from core.ingest import slices
from core.ingest.copying import copy_frame, driver, fetch
from core.ingest.price_proofs import value_by_statements
from core.ingest.shapes import ROW_COLUMNS, Schema
from core.ingest.storing import lock_reseller
from core.ingest.valuing import VALUED, rate_needs, value
from core.people import audit

_STATED: Schema = {
    "id": pl.Int64,
    **{name: ROW_COLUMNS[name] for name in ("view", "primary_view", "vendor_key", "product_text", "source_sheet", "source_cells")},
    **{name: ROW_COLUMNS[name] for name in ("order_id", "country", "period_start", "period_end", "quantity", "amount_local", "currency")},
    "vat_basis": pl.String,
    "upload_batch_id": pl.Int64,
    "store_country": pl.String,
    "product_ean": pl.String,
    "product_kind": pl.String,
}
_DERIVED = [name for name in VALUED if name != "list_price"]
_OLD: Schema = {f"old_{name}": VALUED[name] for name in _DERIVED}
_TABLES = {
    "sellout_entries2": "f.view, f.primary_view, f.vendor_key, f.product_text, f.source_sheet, f.source_cells, null::text, null::text,"
    " f.period_start, f.period_end",
    "ecommerce_orders": "'main', true, f.vendor_key, f.product_text, f.source_sheet, f.source_cells, f.order_id, f.country,"
    " f.order_date, f.order_date",
    "held_rows": "f.view, f.primary_view, f.vendor_key, f.product_text, f.source_sheet, f.source_cells, f.order_id, f.row ->> 'country',"
    " f.period_start, f.period_end",
}
_YEARS = {
    "sellout_entries2": "f.year, f.month",
    "ecommerce_orders": "extract(year from f.order_date)::int, extract(month from f.order_date)::int",
    "held_rows": "null::int, null::int",
}


def revalue_in(connection: sa.Connection, reseller_id: int, by: str = "system", vat_basis: str | None = None) -> int:
    """Work out the derived columns of all rows of a reseller by the catalogue as it is now; returns how many rows changed.

    `vat_basis`: the basis its amounts turned out to be in; rows of files that state their own, or of which a person said it, keep theirs.
    One audited action within the caller's transaction; the caller raises the data version. Errors: UnknownRecord.
    """
    lock_reseller(connection, reseller_id)
    catalogue = read_catalogue(connection)
    reseller = next((r for r in catalogue.resellers if r.id == reseller_id), None)
    if reseller is None:
        raise UnknownRecord("This reseller does not exist any more.")
    changed = sum(_revalue(connection, table, catalogue, reseller, vat_basis) for table in _TABLES)
    if changed:
        slices.roll_up_reseller(connection, reseller_id)
        audit.record(connection, by, "revalued", reseller.name, {"rows": changed, "vat_basis": vat_basis})
    return changed


def _revalue(connection: sa.Connection, table: str, catalogue: Catalogue, reseller: Reseller, vat_basis: str | None) -> int:
    old = _read(connection, table, reseller.id)
    if not old.height:
        return 0
    stated = old.select(_STATED.keys())
    if vat_basis is not None:
        own = pl.col("upload_batch_id").is_in(_with_own_basis(connection, reseller.id))
        stated = stated.with_columns(pl.when(own).then("vat_basis").otherwise(pl.lit(vat_basis)).alias("vat_basis"))
    new = value(stated, catalogue, reseller, rates_for(connection, rate_needs(stated), reseller.fx_method))
    if reseller.values_from_price_list:
        new = value_by_statements(connection, reseller.id, new)
    columns = [name for name in _DERIVED if not (table != "sellout_entries2" and name in ("year", "month"))]
    if table == "held_rows":
        columns.remove("bulk")
    basis = new["vat_basis"].ne_missing(old["vat_basis"])
    differs = pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"old_{name}")) for name in columns)
    both = pl.concat([new, old.select(_OLD.keys())], how="horizontal")
    changed = both.filter(differs | basis).select("id", "vat_basis", *columns)
    _write(connection, table, changed)
    return changed.height


def _with_own_basis(connection: sa.Connection, reseller_id: int) -> list[int]:
    """The uploads whose basis the file itself or a person states."""
    return [row.id for row in connection.execute(sa.text(_OWN_BASIS), {"reseller": reseller_id})]


_OWN_BASIS = """
select b.id from upload_batches b
where b.reseller_id = :reseller and coalesce(
  b.report ->> 'basis_from',
  case when b.answers ->> 'vat_basis' is not null then 'person'
       when exists (select from error_reports e where e.upload_batch_id = b.id and e.rule = 'vat_basis_stated') then 'file'
       else 'rule' end) <> 'rule'"""


def _read(connection: sa.Connection, table: str, reseller_id: int) -> pl.DataFrame:
    held = table == "held_rows"
    derived = ", ".join(f"f.{name}" for name in _DERIVED if name not in ("year", "month") and not (held and name == "bulk"))
    derived = derived if not held else derived + ", null::boolean"
    statement = f"""
        select f.id, {_TABLES[table]}, f.quantity, f.amount_local, f.currency, f.vat_basis, f.upload_batch_id, s.country, f.product_ean, p.kind,
               {_YEARS[table]}, {derived}
        from {table} f left join stores s on s.id = f.store_id left join products p on p.ean = f.product_ean
        where f.reseller_id = :reseller order by f.id"""
    return fetch(connection, statement, {**_STATED, **_OLD}, {"reseller": reseller_id})


def _write(connection: sa.Connection, table: str, changed: pl.DataFrame) -> None:
    if not changed.height:
        return
    names = [name for name in changed.columns if name != "id"]
    types: dict[str, Any] = {row[0]: row[1] for row in connection.execute(sa.text(_TYPES_OF), {"table": table})}
    columns = ", ".join(f"{name} {types[name]}" for name in ("id", *names))
    connection.execute(sa.text(f"create temp table revalued ({columns}) on commit drop"))
    copy_frame(driver(connection), "revalued", changed)
    settings = ", ".join(f"{name} = v.{name}" for name in names)
    if table == "held_rows":  # what it is placed by later
        settings += ", row = jsonb_set(f.row, '{vat_basis}', coalesce(to_jsonb(v.vat_basis), 'null'))"
    connection.execute(sa.text(f"update {table} f set {settings} from revalued v where v.id = f.id"))
    connection.execute(sa.text("drop table revalued"))


_TYPES_OF = "select column_name, data_type from information_schema.columns where table_schema = 'public' and table_name = :table"
