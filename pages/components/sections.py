"""Every page of the workbench: its section, file, short URL, title, icon and who may open it. A page whose file is absent is not listed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.people.permissions import Action, Person, may

PAGES = Path(__file__).parents[1]


@dataclass(frozen=True)
class Entry:
    """One page. `counts` names the badge of `attention.Attention` that its title carries."""

    section: str
    file: str
    url: str
    title: str
    icon: str
    action: Action
    help: str
    counts: str | None = None

    @property
    def path(self) -> Path:
        return PAGES / self.file


ENTRIES: tuple[Entry, ...] = (
    Entry("Data", "data/upload.py", "upload", "Upload", "upload_file", "import_files", "Load a vendor's file and see it proven."),
    Entry("Data", "data/inbox.py", "inbox", "Inbox", "inbox", "decide_held_rows", "Rows that wait for a product or a store.", "held_rows"),
    Entry("Data", "data/history.py", "history", "History", "history", "see_sales", "Every file: proof, changes, problems, undo."),
    Entry(
        "Data",
        "data/coverage.py",
        "coverage",
        "Coverage",
        "grid_on",
        "see_sales",
        "What each reseller has sent and what is late.",
        "missing",
    ),
    Entry("Insight", "insight/overview.py", "overview", "Overview", "monitoring", "see_sales", "How are we doing, and can I believe it?"),
    Entry(
        "Insight",
        "insight/explore.py",
        "explore",
        "Explore",
        "pivot_table_chart",
        "see_sales",
        "Any figure by anything, as pivot or chart.",
    ),
    Entry(
        "Insight",
        "insight/products.py",
        "products",
        "Products",
        "category",
        "see_sales",
        "One product: where, when and at what price it sells.",
    ),
    Entry(
        "Insight",
        "insight/resellers.py",
        "resellers",
        "Resellers",
        "storefront",
        "see_sales",
        "One reseller: stores, products, prices, stock.",
    ),
    Entry("Insight", "insight/chat.py", "chat", "Ask", "chat_bubble", "ask", "Questions in words, answered with proof."),
    Entry("Insight", "insight/dashboards.py", "boards", "Boards", "dashboard", "see_sales", "Dashboards of other tools, embedded."),
    Entry(
        "Analyses",
        "analyses/movers.py",
        "movers",
        "Movers",
        "swap_vert",
        "see_sales",
        "What rose, what fell, and why: the bridge of change.",
    ),
    Entry(
        "Analyses", "analyses/pareto.py", "pareto", "Pareto", "bar_chart", "see_sales", "The few that make the most, and who changed class."
    ),
    Entry("Analyses", "analyses/heatmap.py", "heatmap", "Heat map", "grid_view", "see_sales", "Product by month at a glance."),
    Entry("Analyses", "analyses/calendar.py", "calendar", "Calendar", "event", "see_sales", "Easter, Black Friday and trading days."),
    Entry(
        "Analyses",
        "analyses/anomalies.py",
        "anomalies",
        "Anomalies",
        "troubleshoot",
        "see_sales",
        "What looks odd: the data first, then the business.",
        "data_problems",
    ),
    Entry(
        "Analyses",
        "analyses/forecast.py",
        "forecast",
        "Forecast",
        "trending_up",
        "see_sales",
        "What comes next, with the error it had before.",
    ),
    Entry(
        "Reports",
        "reports/reports.py",
        "reports",
        "Reports",
        "description",
        "see_sales",
        "Reports by mail, and what was sent.",
        "failed_sends",
    ),
    Entry("Reports", "reports/alerts.py", "alerts", "Alerts", "notifications", "edit_alerts", "Tell me when a figure does something."),
    Entry(
        "Admin",
        "admin/catalogue.py",
        "catalogue",
        "Catalogue",
        "inventory_2",
        "edit_catalogue",
        "Resellers, stores, products, prices, rates.",
    ),
    Entry("Admin", "admin/dictionary.py", "dictionary", "Dictionary", "menu_book", "see_sales", "What each figure means."),
    Entry("Admin", "admin/people.py", "people", "People", "group", "manage_people", "Who may sign in, and what they see."),
    Entry("Admin", "admin/system.py", "system", "System", "monitor_heart", "see_system", "Database, queue, clock, mail, model, disk."),
    Entry("Admin", "admin/outbox.py", "outbox", "Outbox", "outgoing_mail", "see_system", "Mails written while no mail server is set."),
    Entry("Admin", "admin/audit.py", "audit", "Audit", "policy", "see_audit", "Who did what, and when."),
)


def entries_for(person: Person) -> tuple[Entry, ...]:
    """The pages this person may open and that exist."""
    return tuple(entry for entry in ENTRIES if may(person, entry.action) and entry.path.is_file())
