"""What can be done with a view beside reading it: ask about it, keep it, send it as a report, go on in a notebook, take it away."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

import streamlit as st

from core.chat.wording import in_words
from core.db.engine import Scope
from core.reports import records
from core.reports.definition import PERIOD_RULES, ReportDefinition, resolve_period, rules_for, view_report
from core.sales import files
from core.sales.naming import name_period
from core.sales.query import FiscalYears, Period, SalesQuery, conditions
from core.sales.shown import Shown
from pages.components import cached, choosing, errors, saved_views, session
from pages.components.choosing import Choice
from pages.components.frame import plain
from pages.components.sections import ENTRIES

FILES: Mapping[str, str] = {entry.url: entry.file for entry in ENTRIES}
REPORT_TAB, CONTENT = "report_tab", "Content"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MakeReport = Callable[[str, str], ReportDefinition]  # title, period rule → the report


def ask(query: SalesQuery) -> None:
    """Put the view's question into the conversation; says what of it the conversation is not asked for."""
    said = in_words(query)
    if said.unsaid:
        session.notify(f"Asked without: {plain('; '.join(said.unsaid))}.", icon=":material/chat_info:")
    session.remember("chat.asked", said.text)
    st.switch_page(FILES["chat"])


@st.dialog("Save this view", icon=":material/bookmark_add:")
def save_dialog(name: str, chosen: Choice) -> None:
    """A name for the page as it is."""
    with errors.boundary():
        saved_views.form(chosen, name=name)


@st.dialog("Open in a notebook", width="large", icon=":material/code:")
def notebook_dialog(code: str) -> None:
    """Code that gives the same figures."""
    st.caption("Run beside the workbench, this gives the same figures, exact. The button at its right copies it.")
    st.code(code, language="python")


@st.dialog("Send this view as a report", width="medium", icon=":material/send:")
def report_dialog(title: str, query: SalesQuery, chosen: Choice, make: MakeReport) -> None:
    """A name and a period; then the report editor, with its preview, schedules and formats."""
    with errors.boundary():
        period = query.period or chosen.period
        fixed = choosing.period_text(period)
        fiscal = cached.fiscal_calendar()
        rules = [*rules_for(period, date.today(), fiscal), *PERIOD_RULES]
        with st.form("view_report", border=False):
            called = st.text_input("Name", title, max_chars=120)
            rule = st.selectbox(
                "Period", list(dict.fromkeys([fixed, *rules])), format_func=lambda one: rule_words(one, period, date.today(), fiscal)
            )
            st.caption(_promise(query))
            if st.form_submit_button("Make the report", type="primary"):
                _make(make(called.strip() or title, rule))


def rule_words(rule: str, period: Period, today: date, fiscal: FiscalYears | None = None) -> str:
    """`Always Jan–May 2025`; `Last complete month (now May 2025)`."""
    if rule not in PERIOD_RULES:
        return f"Always {name_period(period)}"
    words = PERIOD_RULES[rule]
    return f"{words[:1].upper()}{words[1:]} (now {name_period(resolve_period(rule, today, fiscal))})"


def _promise(query: SalesQuery) -> str:
    kept = " The period it is compared with stays the same." if isinstance(query.compare, Period) else ""
    return f"Exactly this view: its figures, groups, filters and comparison.{kept} PDF, Excel and CSV show the digits of this page."


def _make(definition: ReportDefinition) -> None:
    number = records.save_report(cached.database(), session.person(), definition)
    session.remember(REPORT_TAB, CONTENT)
    session.notify(f"“{plain(definition.title)}” is a report now. Say under Schedules when it goes to whom, or send it under Preview.")
    st.switch_page(FILES["reports"], query_params={"report": str(number)})


def report_of(query: SalesQuery) -> MakeReport:
    """The report of a plain question."""
    return lambda title, period: view_report(title, query, period)


def exports(seen: Callable[[], Shown], name: str, key: str) -> None:
    """Excel and CSV of exactly what is seen, written when asked for."""
    for label, ending, mime, write in (
        ("Export Excel", "xlsx", XLSX, files.xlsx_bytes),
        ("Export CSV", "csv", "text/csv", files.csv_bytes),
    ):
        st.download_button(
            label,
            lambda write=write: write(seen()),
            f"{name}.{ending}",
            mime,
            icon=":material/table:" if ending == "xlsx" else ":material/csv:",
            on_click="ignore",
            type="tertiary",
            key=f"{ending}_{key}",
        )


def code(query: SalesQuery, scope: Scope = None, version: int | None = None, call: str = "") -> str:
    """The same question for a notebook. `scope`: the resellers of whoever asks; `call`: of an analysis, what stands in place of the question, or all
    of its code."""
    if call.startswith("import core"):
        return call if scope is None else call.replace("wb = core.open()\n", f"wb = core.open()\n{_scoped(scope)}\n")
    seen = [_scoped(scope)] if scope is not None else []
    asked = ["result = wb.result(", *(f"    {argument}," for argument in arguments(query)), ")"]
    now = f"  # {version} when this was copied: a higher number means that data changed since" if version is not None else ""
    after = [call] if call else [*asked, f"result.data_version{now}", "result.frame"]
    return "\n".join(["import core", "", "wb = core.open()", *seen, *after])


def _scoped(scope: Scope) -> str:
    return f"wb.scope = {tuple(scope or ())!r}  # the resellers that you see"


def arguments(query: SalesQuery) -> Sequence[str]:
    """`measures=['units']`, `period='2025-01-01/2025-05-31'` …: the arguments of `wb.result`, without those that say nothing."""
    values = {
        "measures": list(query.measures),
        "by": list(query.by),
        "where": conditions(query.where) or None,
        "period": str(query.period) if query.period else None,
        "compare": str(query.compare) if query.compare else None,
        "like_for_like": query.like_for_like,
        "order_by": query.order_by,
        "descending": query.descending,
        "limit": query.limit,
        "others": query.others or None,
        "line_kinds": query.line_kinds,
        "without_bulk": query.without_bulk or None,
    }
    return [f"{name}={value!r}" for name, value in values.items() if value is not None]
