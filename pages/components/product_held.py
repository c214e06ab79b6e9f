"""Held rows that look like a product: what waits in the inbox and may belong to it."""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from core.ingest.inbox import HeldKey
from core.sales.articles import Article
from core.sales.formatting import format_number
from pages.components import cached_files, empty, frame, session

MOST = 30  # groups that are looked at, the largest first


def draw(article: Article) -> None:
    """One line for each group of held rows whose best suggestion is the product; nothing where there is none."""
    lines = [_words(row) for row in _groups() if _looks_like(row, article)]
    if not lines:
        return
    st.html(f'<div class="caveats">{"".join(f"<div>⚑ {frame.escaped(line)}</div>" for line in lines)}</div>')
    empty.link("inbox", "Open the inbox", ":material/inbox:")


def _groups() -> list[dict[str, Any]]:
    """Of the resellers in sight, waiting for a product."""
    found, scope = cached_files.held_groups(), session.scope()
    seen = found if scope is None else found.filter(pl.col("reseller_id").is_in(list(scope)))
    return list(seen.filter((pl.col("key_kind") != "store") & pl.col("key").is_not_null()).head(MOST).iter_rows(named=True))


def _looks_like(row: dict[str, Any], article: Article) -> bool:
    key = HeldKey(row["reseller_id"], row["key_kind"], row["key"])
    found = cached_files.candidates(key, row["key_text"] or "", row["product_text"] or "")
    return bool(found) and found[0].target == article.ean


def _words(row: dict[str, Any]) -> str:
    """`Liberty’s 000910771 looks like it: 4 rows, 4 units, GBP 312.00 wait in the inbox`"""
    rows = f"{row['lines']} {'row' if row['lines'] == 1 else 'rows'}"
    units = f", {format_number(row['units'])} units" if row["units"] else ""
    money = f", {row['currency']} {format_number(row['amount'], 2)}" if row["amount"] else ""
    return f"{row['reseller']}’s “{row['key_text'] or row['product_text']}” looks like this product: {rows}{units}{money} in the inbox, in no figure here."
