"""Read what the catalogue offers: products and stores with the days they are on sale, named as sales figures name them."""

from __future__ import annotations

from core.db.engine import Database, Scope
from core.sales.dimensions import DIMENSIONS
from core.sales.pace import Offer

STATEMENTS = {
    "product": f"""-- Products with the days they are on sale
select {DIMENSIONS["product"].label}, coalesce(kind, ''), on_sale_from, on_sale_until
from (select ean as product_ean, functional_name, product_name, kind, on_sale_from, on_sale_until from readable.products) p
order by 1""",
    "store": f"""-- Stores with the days they are open
select {DIMENSIONS["store"].label}, '', opened, closed
from (select name as store, reseller, opened, closed from readable.stores) s
order by 1""",
}


def offers(database: Database, item: str, scope: Scope = None) -> tuple[Offer, ...]:
    """What the catalogue says of `item`, a dimension; nothing for others than product and store. Stores of resellers out of sight are left
    out by the database."""
    if item not in STATEMENTS:
        return ()
    with database.reader(scope) as connection:
        return tuple(Offer(*row) for row in connection.execute(STATEMENTS[item].encode()).fetchall())
