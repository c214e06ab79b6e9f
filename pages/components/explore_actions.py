"""What can be done with the table of the Explore page: the menu of a card, for rows and columns as they stand."""

from __future__ import annotations

from core.reports.definition import ReportDefinition, view_report
from core.sales.pivot_table import PivotTable
from pages.components import cached, card_menu, exploring, pivot_view, session
from pages.components.card_menu import Menu
from pages.components.choosing import Choice
from pages.components.exploring import View


def menu(view: View, seen: PivotTable) -> None:
    """Ask, save, send as a report, notebook, source, Excel, CSV: of exactly this table."""
    asked = seen.cells.asked
    assert asked.query.period is not None
    title = exploring.title(asked.query, asked.columns)
    Menu(
        "explore",
        seen.result,
        Choice(asked.query.period),
        cached.known(session.scope()),
        shown=lambda: seen.as_shown(title, pivot_view.names()),
        code=exploring.pivot_code(asked, seen.shown_as, subtotals=view.subtotals),
        report=report_of(view, seen),
        title=title,
        leave_out=(card_menu.EXPLORE,),
    ).draw()


def report_of(view: View, seen: PivotTable) -> card_menu.MakeReport:
    """A report of the table as it stands."""
    asked = seen.cells.asked

    def make(title: str, period: str) -> ReportDefinition:
        return view_report(
            title,
            asked.query,
            period,
            columns=asked.columns,
            at=asked.at,
            shown_as=seen.shown_as,
            subtotals=view.subtotals,
            chart=view.show == "chart",
        )

    return make
