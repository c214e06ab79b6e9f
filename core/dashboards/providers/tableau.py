"""Tableau Public, Tableau Cloud."""

from __future__ import annotations

import re

from core.dashboards.links import Link, host_matches
from core.dashboards.shapes import Embed
from core.errors import BoardRefused

KEY, TITLE = "tableau", "Tableau"
HOSTS = ("public.tableau.com", "*.online.tableau.com")
SHOW = ((":embed", "y"), (":showVizHome", "no"), (":toolbar", "bottom"))


def recognise(link: Link) -> Embed | None:
    """`/app/profile/x/viz/Book/View`, `/#/site/s/views/Book/View` and plain views become the embeddable view."""
    if link.host == HOSTS[0]:
        return _embed(link, re.search(r"/(?:views|viz|vizzes)/([^/?#]+)/([^/?#]+)", link.path), "")
    if host_matches(link.host, HOSTS[1]):
        site = re.search(r"/site/([^/]+)/views/([^/?]+)/([^/?]+)", link.fragment) or re.search(
            r"/t/([^/]+)/views/([^/]+)/([^/]+)", link.path
        )
        if site:
            return _view(link, f"/t/{site[1]}/views/{site[2]}/{site[3]}")
        return _embed(link, re.search(r"/views/([^/?]+)/([^/?]+)", link.fragment or link.path), "")
    return None


def _embed(link: Link, match: re.Match[str] | None, site: str) -> Embed:
    if match is None:
        raise BoardRefused("This Tableau link names no view. Open the view, choose Share, and copy its link.")
    return _view(link, f"{site}/views/{match[1]}/{match[2]}")


def _view(link: Link, path: str) -> Embed:
    kept = [(name, value) for name, value in link.query if not name.startswith(":")]
    changed = "" if link.value(":embed") else "The link was turned into the embeddable view."
    advice = "" if link.host == HOSTS[0] else "Viewers sign in at Tableau once in this browser; third-party cookies must be allowed for it."
    return Embed(KEY, TITLE, link.at(path, (*kept, *SHOW)), changed, advice=advice)
