"""The lines behind a figure, each with its file, sheet, row and cells."""

from __future__ import annotations

import polars as pl
import streamlit as st

from core.sales.formatting import format_number
from core.sales.lines import lines
from core.sales.query import SalesQuery
from pages.components import cached, session

TITLES = {
    "counted_on": "Counts on",
    "reseller": "Reseller",
    "store": "Store",
    "functional_name": "Product",
    "line_kind": "Kind",
    "quantity": "Units",
    "amount_local": "Amount",
    "currency": "Currency",
    "sales_eur_net": "Net €",
    "file_name": "File",
    "source_sheet": "Sheet",
    "source_row": "Row",
    "source_cells": "Cells",
    "upload_batch_id": "Batch",
}


def draw(query: SalesQuery, *, limit: int = 1_000) -> None:
    """Newest first; says so when there are more."""
    found = lines(cached.database(), query, session.scope(), limit)
    if found.shortened:
        st.caption(f"The newest {format_number(limit)} lines. Narrow the period or the filters to see the others.")
    frame = found.frame.select(*TITLES).with_columns(pl.col("amount_local", "sales_eur_net").cast(pl.Float64))
    config = {name: st.column_config.Column(title) for name, title in TITLES.items()}
    config |= {name: st.column_config.NumberColumn(TITLES[name], format="%.2f") for name in ("amount_local", "sales_eur_net")}
    config["counted_on"] = st.column_config.DateColumn(TITLES["counted_on"], format="D MMM YYYY")
    st.dataframe(frame, hide_index=True, height=700 if frame.height > 20 else "content", column_config=config, key="source_rows")
