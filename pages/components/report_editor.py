"""What a report consists of: its period, comparison and blocks, each an editable line; saving checks that it can be built."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl
import streamlit as st

from core.reports import records
from core.reports.definition import COMPARISONS, KINDS, PERIOD_RULES, Block, ReportDefinition
from core.reports.records import Report
from core.sales.dimensions import DIMENSIONS
from core.sales.measures import MEASURES
from pages.components import cached, session

MAY_NOT = "Your role may look at reports but not change them."


def edit(report: Report) -> None:
    definition = report.definition
    locked = not session.may_do("edit_reports")
    if locked:
        st.caption(MAY_NOT)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        title = st.text_input("Name", definition.title, key=f"title_{report.id}", disabled=locked)
        rules = list(PERIOD_RULES) if definition.period in PERIOD_RULES else [definition.period, *PERIOD_RULES]
        period = st.selectbox(
            "Period",
            rules,
            index=rules.index(definition.period),
            format_func=lambda rule: PERIOD_RULES.get(rule, rule).capitalize(),
            accept_new_options=True,
            key=f"period_{report.id}",
            disabled=locked,
            help="A rule, or 2025, 2025-06, 2025-Q2, 2025-06-09/2025-06-15",
        )
        compare = st.selectbox(
            "Compared with",
            ["", *COMPARISONS],
            index=["", *COMPARISONS].index(definition.compare or ""),
            format_func=lambda name: COMPARISONS.get(name, "nothing").capitalize(),
            key=f"compare_{report.id}",
            disabled=locked,
        )
    rows = st.data_editor(
        _rows(definition), num_rows="dynamic", key=f"blocks_{report.id}", disabled=locked, column_config=_columns(), hide_index=True
    )
    if locked:
        return
    with st.container(horizontal=True):
        if st.button("Save", type="primary", key=f"save_{report.id}"):
            changed = replace(definition, title=title.strip(), period=period, compare=compare or None, blocks=_blocks(rows, definition))
            records.save_report(cached.database(), session.person(), changed, report.id)
            session.notify("Saved. The preview shows it.")
            st.rerun()
        if st.button("Archive", key=f"archive_{report.id}", help="It is no longer listed or sent; its deliveries stay."):
            records.archive_report(cached.database(), session.person(), report.id)
            del st.query_params["report"]
            session.forget("report")
            st.rerun()


def _rows(definition: ReportDefinition) -> pl.DataFrame:
    schema = {
        "kind": pl.String,
        "title": pl.String,
        "measures": pl.List(pl.String),
        "by": pl.List(pl.String),
        "limit": pl.Int64,
        "text": pl.String,
    }
    rows = [(b.kind, b.title, list(b.measures), list(b.by), b.limit, b.text) for b in definition.blocks]
    return pl.DataFrame(rows, schema=schema, orient="row")


def _columns() -> dict[str, Any]:
    return {
        "kind": st.column_config.SelectboxColumn("Block", options=list(KINDS), format_func=lambda kind: KINDS[kind], required=True),
        "title": st.column_config.TextColumn("Heading"),
        "measures": st.column_config.MultiselectColumn("Figures", options=list(MEASURES), format_func=lambda name: MEASURES[name].label),
        "by": st.column_config.MultiselectColumn("Split by", options=list(DIMENSIONS), format_func=lambda name: DIMENSIONS[name].label),
        "limit": st.column_config.NumberColumn("First rows", min_value=1, max_value=500, step=1),
        "text": st.column_config.TextColumn("Text", width="medium"),
    }


def _blocks(rows: Any, definition: ReportDefinition) -> tuple[Block, ...]:
    """The edited lines as blocks; what the table does not show (filters, own period) stays with the block of the same heading."""
    known = {block.title: block for block in definition.blocks}
    blocks = []
    for row in pl.DataFrame(rows).iter_rows(named=True):
        if not row["kind"]:
            continue
        kept = known.get(row["title"] or "", Block(row["kind"]))
        limit = int(row["limit"]) if row["limit"] else None
        blocks.append(
            replace(
                kept,
                kind=row["kind"],
                title=row["title"] or KINDS[row["kind"]],
                measures=tuple(row["measures"] or ()) or ("sales_eur_net",),
                by=tuple(row["by"] or ()),
                limit=limit,
                text=row["text"] or "",
            )
        )
    return tuple(blocks)
