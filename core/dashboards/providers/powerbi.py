"""Power BI: publish to web, and secure embed for people with a Power BI account."""

from __future__ import annotations

import re

from core.dashboards.links import Link
from core.dashboards.shapes import Embed
from core.errors import BoardRefused

KEY, TITLE = "powerbi", "Power BI"
HOSTS = ("app.powerbi.com",)
KEPT = ("reportId", "groupId", "ctid", "pageName", "$filter", "filterPaneEnabled", "navContentPaneEnabled", "config")
SECURE = "Viewers sign in to Power BI in a small window and need a licence for the report."


def recognise(link: Link) -> Embed | None:
    """`/groups/<g>/reports/<r>/…` becomes `/reportEmbed?…`; published links stay as they are."""
    if link.host != HOSTS[0]:
        return None
    if link.path == "/view" and (code := link.value("r")):
        advice = "“Publish to web” makes every row of the report public: anybody with the link can read it."
        return Embed(KEY, TITLE, link.at("/view", (("r", code),)), advice=advice)
    if link.path == "/reportEmbed" and link.value("reportId"):
        return _secure(link, dict(link.query), "")
    match = re.match(r"/groups/([\w-]+)/reports/([\w-]+)(?:/(ReportSection\w*|[0-9a-f]{16,}))?", link.path)
    if match is None:
        raise BoardRefused("This Power BI link names no report. Open the report, choose File, Embed report, Website or portal.")
    found = {"reportId": match[2], **({"groupId": match[1]} if match[1] != "me" else {}), **({"pageName": match[3]} if match[3] else {})}
    return _secure(link, {**dict(link.query), **found}, "The link to the report was turned into its embed link.")


def _secure(link: Link, values: dict[str, str], changed: str) -> Embed:
    query = [(name, values[name]) for name in KEPT if name in values]
    return Embed(KEY, TITLE, link.at("/reportEmbed", (*query, ("autoAuth", "true"))), changed, advice=SECURE)
