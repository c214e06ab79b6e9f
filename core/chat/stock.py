"""Stock at Liberty, the one reseller whose files state it: read from the newest original when somebody asks, never stored as a fact."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

import polars as pl
import sqlalchemy as sa

from core.catalogue.folding import bare_code, fold
from core.db.engine import Database, Scope
from core.errors import UnknownRecord, UnreadableFile
from core.ingest import originals
from core.ingest.formats import liberty
from core.ingest.layout import find_sheet, text_at, with_hidden
from core.ingest.reading import read_book
from core.ingest.shapes import RawBook
from core.settings import Settings

COLUMN = "Stock Qty Un"
STOCK: dict[str, Any] = {"item": pl.String, "product": pl.String, "stock_units": pl.Int64}
_NEWEST = sa.text("""
select b.id, b.file_name, b.period_end, b.reseller_id
from upload_batches b
where b.status = 'stored' and b.vendor = 'liberty' and b.period_end is not null
  and (cast(:scope as bigint[]) is null or b.reseller_id = any(cast(:scope as bigint[])))
order by b.period_end desc, b.id desc limit 1""")
_KEYS = sa.text("""
select a.alias_key, p.functional_name || ' · ' || p.product_name as product
from product_aliases a join products p on p.ean = a.ean
where a.reseller_id = :reseller and a.kind in ('code', 'sku')""")


def last_stock(database: Database, settings: Settings, scope: Scope = None) -> tuple[pl.DataFrame, date] | None:
    """Columns STOCK of the newest file (`product` null where the item is unknown), and the day it reaches to; None without such a file."""
    with database.read() as connection:
        newest = connection.execute(_NEWEST, {"scope": list(scope) if scope is not None else None}).first()
        if newest is None:
            return None
        known = {str(row.alias_key): str(row.product) for row in connection.execute(_KEYS, {"reseller": newest.reseller_id})}
    try:
        book = read_book(originals.read_original(database, settings, newest.id), newest.file_name)
    except (UnknownRecord, UnreadableFile):
        return None
    rows = [(item, _product(item, known), units) for item, units in stated_stock(book)]
    return (pl.DataFrame(rows, schema=STOCK, orient="row"), newest.period_end) if rows else None


def stated_stock(book: RawBook) -> Iterator[tuple[str, int]]:
    """Item and units of every size row that states a stock."""
    place = find_sheet(with_hidden(book, liberty.has_items), (liberty.ITEM_ID,))
    if place is None or not place[1].starting(COLUMN):
        return
    sheet, header = place
    column = header.starting(COLUMN)[0]
    for line in liberty.lines_of(sheet, header, liberty.figures_of(sheet, header)):
        units = _units(text_at(sheet.grid[line.row], column)) if line.kind == "figures" else None
        if line.item is not None and units is not None:
            yield line.item.key, units


def _units(text: str | None) -> int | None:
    try:
        return int(Decimal(text)) if text is not None else None
    except InvalidOperation:
        return None


def _product(item: str, known: Mapping[str, str]) -> str | None:
    key = fold(item)
    return known.get(key) or known.get(bare_code(key))
