"""Resellers: one reseller, its stores, products, prices, stock and reports; without one, all of them beside each other."""

import streamlit as st

from pages.components import (
    cached,
    empty,
    filters,
    reseller_list,
    reseller_range,
    reseller_reports,
    reseller_view,
    results,
    session,
    warnings,
)

chosen = filters.head("Resellers")
known = cached.known(session.scope())
if known.through is None:
    empty.no_sales()
    st.stop()
facts = reseller_view.facts_of(chosen.resellers[0]) if len(chosen.resellers) == 1 else None
if facts is None:
    reseller_list.draw(chosen, known)
    st.stop()

reseller_view.head(facts, chosen)
page = reseller_view.open_page(facts, chosen, known)
if page.is_empty:
    warnings.line(page.key)
    empty.no_sales_in(chosen)
    reseller_reports.strip(page)
    reseller_reports.files(page)
    st.stop()

reseller_view.tiles_row(page)
warnings.line(page.key)
left, right = st.columns([3, 2])
with left:
    reseller_view.trend(page)
with right:
    reseller_view.change(page)
if facts.is_web_shop:
    reseller_view.countries(page)
else:
    reseller_view.stores(page)
reseller_view.products(page)
held, restated = reseller_range.held_stock(page), reseller_reports.own_restated(page)
left, right = st.columns(2) if held or restated else (st.container(), None)
with left:
    reseller_range.carried(page)
if right is not None:
    with right:
        if held is not None:
            reseller_range.cover(page, held)
        if restated:
            reseller_reports.restated(restated)
reseller_reports.strip(page)
reseller_reports.files(page)
results.caveats(page.key, without=warnings.KINDS)
