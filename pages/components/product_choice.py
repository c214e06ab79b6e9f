"""Which product a page is about: found by name, code or EAN, kept in the URL as `product=`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from core.sales.articles import Article, find_article, near_articles
from pages.components import cached_analyses, filters, session
from pages.components.frame import plain

NAME = "product"


@dataclass(frozen=True)
class Chosen:
    """`product`: an EAN, '' while none is chosen."""

    product: str = ""


def read(parameters: Mapping[str, Sequence[str]], articles: Sequence[Article]) -> tuple[Chosen, tuple[str, ...], tuple[Article, ...]]:
    """What the URL says (an EAN, a code, a name), a sentence where no product is meant by it, and the products that come near."""
    text = next((value for value in reversed(parameters.get(NAME, ())) if value.strip()), "")
    if not text:
        return Chosen(), (), ()
    found = find_article(articles, text)
    if found is not None:
        return Chosen(found.ean), (), ()
    near = tuple(near_articles(articles, text))
    told = f"No product of the catalogue is called “{text}”; it may have been renamed or taken out."
    return Chosen(), (f"{told} Near it: choose one below." if near else f"{told} Every product is listed below.",), near


def written(chosen: Chosen) -> dict[str, list[str]]:
    return {NAME: [chosen.product]} if chosen.product else {}


def choose(ean: str) -> None:
    """Write a product into the URL; '' goes back to the list."""
    for name in (NAME,):
        if ean:
            st.query_params[name] = ean
        elif name in st.query_params:
            del st.query_params[name]


def pick() -> Article | None:
    """Draw the search; returns the chosen product. One that is gone is explained, with those that come near."""
    articles = cached_analyses.articles()
    chosen, problems, near = read({NAME: st.query_params.get_all(NAME)}, articles)
    filters.explain(problems)
    if near:
        with st.container(horizontal=True, key="near_products", gap="small"):
            for article in near:
                st.button(plain(article.label), key=f"near_{article.ean}", icon=":material/search:", on_click=choose, args=(article.ean,))
    known = {article.ean: article for article in articles}
    session.show_in("product_chosen", chosen.product or None)
    picked = st.selectbox(
        "Product",
        list(known),
        format_func=lambda ean: f"{known[ean].label} · {ean}",
        key="product_chosen",
        placeholder="Find a product by name, code or EAN",
        label_visibility="collapsed",
        index=None,
    )
    if (picked or "") != chosen.product:
        choose(picked or "")
    session.settle()
    return known.get(picked or "")
