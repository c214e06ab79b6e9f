"""Looker Studio reports and Looker dashboards."""

from __future__ import annotations

import re

from core.dashboards.links import Link, host_matches
from core.dashboards.shapes import Embed
from core.errors import BoardRefused

KEY, TITLE = "looker", "Looker"
HOSTS = ("lookerstudio.google.com", "*.looker.com")
STUDIO = ("lookerstudio.google.com", "datastudio.google.com")
ADVICE = "In Looker Studio choose File, Embed report, and switch “Enable embedding” on; share the report with those who should see it."


def recognise(link: Link) -> Embed | None:
    """`/reporting/<id>/page/<page>/edit` and the like become `/embed/reporting/<id>/page/<page>`."""
    if link.host in STUDIO:
        return _studio(link)
    if host_matches(link.host, "*.looker.com"):
        return _looker(link)
    return None


def _studio(link: Link) -> Embed:
    if link.steps[:1] == ("s",):
        raise BoardRefused("This is Looker Studio's short link, which can not be embedded. Open it and copy the address of the report.")
    match = re.search(r"/reporting/([\w-]+)(?:/page/([\w-]+))?", link.path)
    if match is None:
        raise BoardRefused("This Looker Studio link names no report. Open the report and copy its address.")
    page = f"/page/{match[2]}" if match[2] else ""
    kept = [(name, value) for name, value in link.query if name in ("params", "config")]
    target = Link("https", STUDIO[0], None, f"/embed/reporting/{match[1]}{page}", tuple(kept))
    changed = "" if "/embed/" in link.path else "The link to the report was turned into its embed link."
    return Embed(KEY, "Looker Studio", target, changed, advice=ADVICE)


def _looker(link: Link) -> Embed:
    match = re.match(r"/(?:embed/)?(dashboards|looks|explore|query-visualization|public)/([\w:/-]+)", link.path)
    if match is None:
        raise BoardRefused("This Looker link names no dashboard. Open the dashboard and copy its address.")
    changed = "" if link.path.startswith("/embed/") else "The link to the dashboard was turned into its embed link."
    target = link.at(f"/embed/{match[1]}/{match[2]}", link.query)
    return Embed(
        KEY, TITLE, target, changed, advice="Viewers sign in at Looker; the workbench's address must be on Looker's embed allow-list."
    )
