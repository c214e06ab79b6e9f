"""What a provider makes of a link."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.dashboards.links import Link


@dataclass(frozen=True)
class Embed:
    """A link as it must be framed. `changed`: what was corrected, in words. `needs_secret`: it must be signed for every view;
    then `resource` says for what ({'dashboard': 12})."""

    provider: str
    title: str
    link: Link
    changed: str = ""
    needs_secret: bool = False
    resource: Mapping[str, int] = field(default_factory=dict)
    advice: str = ""
