"""What a report consists of, beside the paper it becomes: period, comparison and blocks, each an editable line; saving checks it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl
import streamlit as st

from core.reports import records
from core.reports.definition import COMPARISONS, KINDS, PERIOD_RULES, Block, ReportDefinition, check
from core.reports.records import Report
from core.sales.dimensions import DIMENSIONS
from core.sales.measures import MEASURES
from pages.components import cached, errors, report_preview, session

BLOCKS = {
    "place": pl.Float64,
    "kind": pl.String,
    "title": pl.String,
    "measures": pl.List(pl.String),
    "by": pl.List(pl.String),
    "limit": pl.Int64,
    "period": pl.String,
    "text": pl.String,
    "origin": pl.Int64,  # which saved block the line was
}


def edit(report: Report) -> None:
    """The editor at the left, at the right the pages as they would be now, saved or not."""
    left, right = st.columns([6, 5], gap="large")
    with left:
        edited = _fields(report)
        _buttons(report, edited)
    with right, errors.boundary():
        st.caption("As it stands in the editor" if edited != report.definition else "As it is saved")
        report_preview.pages(check(edited, cached.fiscal_calendar()))


def _fields(report: Report) -> ReportDefinition:
    definition = report.definition
    title = st.text_input("Name", definition.title, key=f"title_{report.id}")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        rules = list(PERIOD_RULES) if definition.period in PERIOD_RULES else [definition.period, *PERIOD_RULES]
        period = st.selectbox(
            "Period",
            rules,
            index=rules.index(definition.period),
            format_func=lambda rule: PERIOD_RULES.get(rule, rule).capitalize(),
            accept_new_options=True,
            key=f"period_{report.id}",
            help="A rule, or 2025, 2025-06, 2025-Q2, 2025-06-09/2025-06-15",
        )
        comparisons = list(dict.fromkeys(["", *COMPARISONS, definition.compare or ""]))
        compare = st.selectbox(
            "Compared with",
            comparisons,
            index=comparisons.index(definition.compare or ""),
            format_func=lambda name: COMPARISONS.get(name, name or "nothing").capitalize(),
            key=f"compare_{report.id}",
        )
    st.caption("Blocks, from top to bottom. The number in front sets the order; the last line adds one.")
    rows = st.data_editor(
        block_rows(definition),
        num_rows="dynamic",
        key=f"blocks_{report.id}_{report.changed_at.timestamp()}",
        column_config=_columns(),
        hide_index=True,
        height="content",
    )
    return replace(definition, title=title.strip(), period=period, compare=compare or None, blocks=blocks(pl.DataFrame(rows), definition))


def _buttons(report: Report, edited: ReportDefinition) -> None:
    with st.container(horizontal=True):
        if st.button("Save", type="primary", key=f"save_{report.id}", disabled=edited == report.definition):
            with errors.boundary():
                records.save_report(cached.database(), session.person(), edited, report.id)
                session.notify("Saved. It is sent like this from now on.")
                st.rerun()
        _give(report)
        with st.popover("Archive", type="tertiary"):
            st.markdown("It is no longer listed or sent; what was sent stays in the ledger.")
            if st.button("Archive this report", key=f"archive_{report.id}"):
                records.archive_report(cached.database(), session.person(), report.id)
                session.notify(f"“{report.name}” is archived.")
                st.rerun()


def _give(report: Report) -> None:
    """The owner's view of the resellers is what a report shows, and it stops when the owner has left."""
    with cached.database().read() as connection:
        people = {name: words for name, words in records.possible_owners(connection, session.person()).items() if name != report.owner}
    with st.popover("Give to a colleague", type="tertiary", disabled=not people):
        st.markdown("It then shows the resellers that the new owner sees.")
        owner = st.selectbox("New owner", list(people), format_func=people.__getitem__, key=f"owner_{report.id}")
        if owner and st.button("Give", key=f"give_{report.id}"):
            with errors.boundary():
                records.give_report(cached.database(), session.person(), report.id, owner)
                session.notify(f"“{report.name}” belongs to {people[owner]} now.")
                st.rerun()


def _columns() -> dict[str, Any]:
    return {
        "place": st.column_config.NumberColumn("No.", width=50, format="%g"),
        "kind": st.column_config.SelectboxColumn(
            "Block", width=150, options=list(KINDS), format_func=lambda kind: KINDS[kind], required=True
        ),
        "title": st.column_config.TextColumn("Heading", width=170),
        "measures": st.column_config.MultiselectColumn("Figures", options=list(MEASURES), format_func=lambda name: MEASURES[name].label),
        "by": st.column_config.MultiselectColumn("Split by", options=list(DIMENSIONS), format_func=lambda name: DIMENSIONS[name].label),
        "limit": st.column_config.NumberColumn("First rows", min_value=1, max_value=500, step=1),
        "period": st.column_config.SelectboxColumn("Own period", options=list(PERIOD_RULES), format_func=lambda rule: PERIOD_RULES[rule]),
        "text": st.column_config.TextColumn("Text", width="medium"),
        "origin": None,
    }


def block_rows(definition: ReportDefinition) -> pl.DataFrame:
    """The blocks as lines, in the columns BLOCKS."""
    rows = [
        (float(n + 1), b.kind, b.title, list(b.measures), list(b.by), b.limit, b.period, b.text, n) for n, b in enumerate(definition.blocks)
    ]
    return pl.DataFrame(rows, schema=BLOCKS, orient="row")


def blocks(rows: pl.DataFrame, definition: ReportDefinition) -> tuple[Block, ...]:
    """The edited lines as blocks, in the order of their numbers; what a line does not show (filters) stays with the block it was."""
    last = float(rows.height + len(definition.blocks) + 1)
    lines = [row for row in rows.iter_rows(named=True) if row["kind"]]
    return tuple(_block(row, definition) for row in sorted(lines, key=lambda row: row["place"] if row["place"] is not None else last))


def _block(row: dict[str, Any], definition: ReportDefinition) -> Block:
    kept = definition.blocks[int(row["origin"])] if row["origin"] is not None else Block(row["kind"])
    return replace(
        kept,
        kind=row["kind"],
        title=row["title"] or KINDS[row["kind"]],
        measures=tuple(row["measures"] or ()) or ("sales_eur_net",),
        by=tuple(row["by"] or ()),
        limit=int(row["limit"]) if row["limit"] else None,
        period=row["period"] or None,
        text=row["text"] or "",
    )
