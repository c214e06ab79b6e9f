"""One state of the catalogue for a file: what it was judged by is what it is stored by, or it is judged again."""

from __future__ import annotations

import sqlalchemy as sa


def hold_still(connection: sa.Connection) -> None:
    """Hold off changes of the catalogue until the end of the transaction; imports do not hold off each other. Taken before any reseller."""
    connection.execute(sa.text("select pg_advisory_xact_lock_shared(81453001, 0)"))


def hold_alone(connection: sa.Connection) -> None:
    """Hold off imports and other changes of the catalogue until the end of the transaction. Taken before any reseller."""
    connection.execute(sa.text("select pg_advisory_xact_lock(81453001, 0)"))


def state_of(connection: sa.Connection, reseller_id: int) -> str:
    """Changes whenever anything changes that a file of the reseller is placed, valued or proven by."""
    return _joined(connection, _STATE, {"reseller": reseller_id})


def valuation_state(connection: sa.Connection) -> str:
    """Changes whenever anything changes that EUR, VAT, months or kinds of any reseller are worked out from."""
    return _joined(connection, _VALUATION, {})


def _joined(connection: sa.Connection, statements: tuple[str, ...], parameters: dict[str, int]) -> str:
    """One sum over all of them, as of one moment."""
    row = connection.execute(sa.text(f"select {', '.join(f'({statement})' for statement in statements)}"), parameters).one()
    return "|".join(str(part or "") for part in row)


_MONEY = (
    "select md5(string_agg(p::text, ',' order by ean, currency, valid_from)) from price_list p",
    "select md5(string_agg(v::text, ',' order by country, valid_from)) from vat_rates v",
    "select md5(string_agg(f::text, ',' order by currency, month)) from fx_rates f where source = 'override'",
)
_STATE = (
    "select md5(r::text) from resellers r where id = :reseller",
    "select md5(string_agg(p::text, ',' order by ean)) from products p",
    "select md5(string_agg(a::text, ',' order by id)) from product_aliases a where reseller_id = :reseller",
    "select md5(string_agg(s::text, ',' order by id)) from stores s where reseller_id = :reseller",
    "select md5(string_agg(a::text, ',' order by id)) from store_aliases a where reseller_id = :reseller",
    *_MONEY,
)
_VALUATION = (
    "select md5(string_agg(r::text, ',' order by id)) from resellers r",
    "select md5(string_agg(id || coalesce(country, ''), ',' order by id)) from stores",
    "select md5(string_agg(ean || kind, ',' order by ean)) from products",
    *_MONEY,
)
