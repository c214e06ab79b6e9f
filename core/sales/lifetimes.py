"""Read when each store and product of a question sold first and last, for like-for-like comparisons."""

from __future__ import annotations

from typing import Any

import psycopg

from core.sales.asking import BY_DAY, Asked, Relation
from core.sales.compiling import Statement, filter_conditions, where_clause
from core.sales.like_for_like import Lifetime

PLACES = ("reseller", "store", "channel", "source", "country", "currency")
ARTICLES = (*PLACES, "product", "category", "product_kind", "size")
STORES = """-- When each store sold first and last
select coalesce(f.store_id, 0), coalesce(f.store || ' (' || f.reseller || ')', f.reseller), f.first_sale, f.last_sale, f.reseller_id,
       s.opened, s.closed
from (select reseller_id, store_id, max(reseller) as reseller, max(store) as store, min(counted_on) as first_sale, max(counted_on) as last_sale
      from readable.{relation}
{where}
      group by reseller_id, store_id) f
left join readable.stores s on s.id = f.store_id
order by 2"""
PRODUCTS = """-- When each product sold first and last
select f.product_ean, coalesce(p.functional_name || ' · ' || p.product_name, f.product_ean), f.first_sale, f.last_sale, 0,
       p.on_sale_from, p.on_sale_until
from (select product_ean, min(counted_on) as first_sale, max(counted_on) as last_sale
      from readable.{relation}
{where}
      group by product_ean) f
left join readable.products p on p.ean = f.product_ean
order by 2"""


def compile_lifetimes(asked: Asked, relation: Relation) -> Statement:
    """Columns as `Lifetime`. Filters on places (and, over products, on articles) apply; those on time and kind do not: a store is open
    whatever it sells."""
    over_products = asked.query.like_for_like == "products"
    named = ARTICLES if over_products else PLACES
    filters, values = filter_conditions((f for f in asked.filters if f.dimension.name in named), "counted_on", "sold_on")
    days: Relation = BY_DAY.get(relation, relation)
    sold = ["line_kind = 'sale'", *(["product_ean is not null"] if over_products else [])]
    text = (PRODUCTS if over_products else STORES).format(relation=days, where=where_clause([*sold, *filters], "      "))
    return Statement(text, values)


def read_lifetimes(connection: psycopg.Connection[Any], asked: Asked, relation: Relation) -> tuple[Lifetime, ...]:
    statement = compile_lifetimes(asked, relation)
    return tuple(Lifetime(*row) for row in connection.execute(statement.text.encode(), statement.parameters).fetchall())
