"""Metabase on any host: public links as they are, plain links by a signed token that is made anew for every view."""

from __future__ import annotations

import re

from core.dashboards.links import Link
from core.dashboards.shapes import Embed

KEY, TITLE = "metabase", "Metabase"
HOSTS: tuple[str, ...] = ()
PUBLIC = re.compile(r"^(.*)/public/(dashboard|question)/([0-9a-f-]{36})$")
PLAIN = re.compile(r"^(.*)/(dashboard|question)/(\d+)(?:-[^/]*)?$")
ADVICE = "Switch embedding on for this dashboard in Metabase, publish it, and paste the embedding secret key of Metabase's admin settings."


def recognise(link: Link) -> Embed | None:
    """A public link, or `/dashboard/12-name` and `/question/7`, which need the embedding secret."""
    if match := PUBLIC.match(link.path):
        advice = "A public Metabase link is open to anybody who has it; hidden filters do not protect data."
        return Embed(KEY, TITLE, link.at(match[0], link.query, link.fragment or "bordered=false&titled=false"), advice=advice)
    if match := PLAIN.match(link.path):
        target = link.at(f"{match[1]}/embed/{match[2]}")
        return Embed(KEY, TITLE, target, "Shown by a signed link.", needs_secret=True, resource={match[2]: int(match[3])}, advice=ADVICE)
    return None
