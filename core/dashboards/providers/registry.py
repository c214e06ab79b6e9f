"""Every provider, in the order they are asked. To add one: copy the nearest file, list it here, add a test."""

from __future__ import annotations

from types import ModuleType

from core.dashboards.links import Link
from core.dashboards.providers import generic, looker, metabase, powerbi, tableau
from core.dashboards.shapes import Embed

PROVIDERS: tuple[ModuleType, ...] = (looker, tableau, powerbi, metabase, generic)
TITLES: dict[str, str] = {provider.KEY: provider.TITLE for provider in PROVIDERS}
KNOWN_HOSTS: tuple[str, ...] = tuple(host for provider in PROVIDERS for host in provider.HOSTS)


def recognise(link: Link) -> Embed:
    """What the first provider that knows the link makes of it. Errors: BoardRefused when that provider can not embed it."""
    found = (provider.recognise(link) for provider in PROVIDERS)
    embed: Embed = next(embed for embed in found if embed is not None)
    return embed
