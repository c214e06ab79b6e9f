"""Any other https page that lets itself be framed."""

from __future__ import annotations

from core.dashboards.links import Link
from core.dashboards.shapes import Embed

KEY, TITLE = "generic", "Web page"
HOSTS: tuple[str, ...] = ()


def recognise(link: Link) -> Embed | None:
    """Always; listed last."""
    return Embed(KEY, TITLE, link)
