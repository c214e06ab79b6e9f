"""All resellers beside each other: a row opens one."""

from __future__ import annotations

from datetime import date

from core.sales import reseller_queries
from core.sales.naming import name_period
from core.sales.reseller_facts import status_words
from pages.components import cached, cached_files, empty, filters, results, session, warnings
from pages.components.card_menu import Menu, beside, card
from pages.components.choosing import Choice, Known


def draw(chosen: Choice, known: Known) -> None:
    scope = session.scope()
    found = cached.result(reseller_queries.all_resellers(chosen.where, chosen.period, chosen.comparison, chosen.like_for_like), scope)
    if empty.nothing_sold(found):
        warnings.line(found)
        empty.no_sales_in(chosen)
        return
    coverage = cached_files.coverage(scope, date.today())
    more = {**results.data_through(found), "Reports": [status_words(coverage, name) for name in found.frame["reseller"]]}
    columns = results.present(found, reseller_queries.COMPARED_COLUMNS)
    menu = Menu("resellers-list", found, chosen, known, shown=lambda: beside(found, "Resellers", columns, more))
    with card("Resellers", f"{name_period(chosen.period)}; click a row to open one", menu):
        titles = {"price_realisation": "Price vs list", "share": "Share", "returns_rate": "Returns"}
        row = results.table(found, key="resellers_all", columns=columns, select=True, total=True, titles=titles, more=more, rows=16)
    filters.narrow(chosen, "resellers.row", "reseller", row and row["reseller"])
    results.caveats(found, without=warnings.KINDS)
