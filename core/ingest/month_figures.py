"""What every month of a reseller comes to now, to be compared with what it came to before a change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

import sqlalchemy as sa

from core.sales.measures import DEFAULT_KINDS

MonthFigures = Mapping[tuple[int, date], tuple[int, Decimal, Decimal]]  # (reseller, first of month) → lines, EUR net, EUR gross
NOTHING = (0, Decimal(0), Decimal(0))


def month_figures(connection: sa.Connection, resellers: Iterable[int]) -> MonthFigures:
    """Lines and revenue (sales, returns, adjustments) of every month of the resellers."""
    statement = """select reseller_id, make_date(year, month, 1) as month, sum(lines) as lines,
          coalesce(sum(sales_eur_net), 0) as net, coalesce(sum(sales_eur_gross), 0) as gross
        from sales_rollup where reseller_id = any(cast(:ids as bigint[])) and line_kind = any(cast(:kinds as text[])) group by 1, 2"""
    rows = connection.execute(sa.text(statement), {"ids": list(resellers), "kinds": list(DEFAULT_KINDS)})
    return {(row.reseller_id, row.month): (int(row.lines), row.net, row.gross) for row in rows}
