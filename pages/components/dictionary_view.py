"""The parts of the Dictionary page: search, figures with who states them, dimensions, comparisons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from core.sales import dictionary
from core.sales.dictionary import ADDS, Stated
from core.sales.dimensions import Dimension
from core.sales.measures import Measure
from core.sales.query import COMPARISONS
from pages.components import frame, session
from pages.components.frame import escaped


def search() -> str:
    """What is looked for, kept in the URL."""
    session.show_in("dictionary_find", st.query_params.get("find", ""))
    text = st.text_input("Find a figure or dimension", key="dictionary_find", placeholder="revenue, Umsatz, returns, store …", width=420)
    if text:
        st.query_params["find"] = text
    elif "find" in st.query_params:
        del st.query_params["find"]
    session.settle()
    return text.strip()


def nothing(text: str) -> None:
    """A search that meets nothing, with the nearest names."""
    near = dictionary.suggestions(text)
    hint = f"Did you mean {' or '.join(near)}?" if near else "Clear the field to see every figure."
    frame.hint(frame.plain(f"Nothing is called “{text}” here. {hint}"))


def measures(found: Sequence[Measure], stated: Mapping[str, Stated]) -> None:
    """Each figure: meaning, formula, unit and how it adds up, which lines, who states it."""
    heads = "<tr><th>Figure</th><th>Meaning</th><th>Formula</th><th>Unit, totals</th><th>Stated by</th></tr>"
    rows = (
        f'<tr id="{escaped(m.name)}"><td><b>{escaped(m.label)}</b><br><code>{escaped(m.name)}</code></td><td>{escaped(m.definition)}</td>'
        f"<td>{escaped(m.formula)}<br><small>{escaped(dictionary.source_of(m))}: {escaped(dictionary.conditions_of(m))}</small></td>"
        f"<td>{escaped(m.unit)}<br><small>{escaped(ADDS[m.additivity])}</small></td><td>{escaped(_by(m, stated))}</td></tr>"
        for m in found
    )
    st.html(f'<div class="wide"><table class="plain dictionary">{heads}{"".join(rows)}</table></div>')


def _by(measure: Measure, stated: Mapping[str, Stated]) -> str:
    if measure.name in stated:
        return stated[measure.name].words
    return "the own web shop" if measure.only == "d2c" else "who states the lines it is made of"


def dimensions(found: Sequence[Dimension]) -> None:
    """Each dimension with the name that URLs and notebooks use, what it is and who states none."""
    heads = "<tr><th>Dimension</th><th>What it is, and where it comes from</th></tr>"
    rows = (
        f"<tr><td><b>{escaped(d.title)}</b><br><code>{escaped(d.name)}</code></td><td>{escaped(d.definition)}"
        + (f" <small>Lines that state no {escaped(d.without)} stand in a row of their own.</small>" if d.without else "")
        + "</td></tr>"
        for d in found
    )
    st.html(f'<div class="wide"><table class="plain dictionary">{heads}{"".join(rows)}</table></div>')


def comparisons() -> None:
    rows = "".join(f"<tr><td><code>{escaped(name)}</code></td><td>{escaped(meaning)}</td></tr>" for name, meaning in COMPARISONS.items())
    st.html(f'<div class="wide"><table class="plain dictionary"><tr><th>Name</th><th>What is compared</th></tr>{rows}</table></div>')
