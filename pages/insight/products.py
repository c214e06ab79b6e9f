"""Products: one product, where, when and at what price it sells; without one, all of them."""

import streamlit as st

from pages.components import cached, empty, filters, product_choice, product_held, product_list, product_view, results, session, warnings

chosen = filters.head("Products")
known = cached.known(session.scope())
if known.through is None:
    empty.no_sales()
    st.stop()
article = product_choice.pick()
if article is None:
    product_list.draw(chosen, known)
    st.stop()

product_view.head(article, chosen.period.end)
page = product_view.open_page(article, chosen, known)
product_held.draw(article)
if page.is_empty:
    warnings.line(page.key)
    product_view.nothing(page)
    st.stop()

product_view.tiles_row(page)
warnings.line(page.key)
left, right = st.columns([3, 2])
with left:
    product_view.trend(page)
with right:
    product_view.change(page)
product_view.places(page)
product_view.prices_and_launch(page)
left, right = st.columns(2)
with left:
    product_view.stores(page)
    product_view.stock(page)
with right:
    product_view.markets(page)
results.caveats(page.key, without=warnings.KINDS)
