"""The state of the Anomalies page as a value: which group, which kind, how much money at least, how many cards. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from core.sales.anomalies import at_stake
from core.sales.anomaly_shapes import KINDS, REASONS, Anomaly
from pages.components import stating

SHOWS: Mapping[str, str] = {"": "All", "data": "Data", "business": "Business", "calendar": "Calendar", "dismissed": "Dismissed"}
KIND_LABELS: Mapping[str, str] = {"": "Every kind", **KINDS}
LEAST = (0, 100, 500, 1000, 5000)
STEP = 8
MOST = (STEP, STEP * 3, STEP * 12)
NAMES = ("show", "kind", "least", "most")


@dataclass(frozen=True)
class View:
    """`show`: '' all open ones, a reason, or 'dismissed'; `least`: EUR net at stake; `most`: cards of a group that are drawn."""

    show: str = ""
    kind: str = ""
    least: int = 0
    most: int = STEP


def read(parameters: Mapping[str, Sequence[str]]) -> tuple[View, tuple[str, ...]]:
    """The view that a URL states, and one sentence for each part that can not be used."""
    problems: list[str] = []
    view = View(
        stating.one(parameters, "show", SHOWS, "", problems),
        stating.one(parameters, "kind", KIND_LABELS, "", problems),
        stating.number(parameters, "least", LEAST, 0, problems),
        stating.number(parameters, "most", MOST, STEP, problems),
    )
    return view, tuple(problems)


def written(view: View) -> dict[str, list[str]]:
    """The parameters of a URL that state this view, the inverse of `read`; defaults are left out."""
    texts = {"show": view.show, "kind": view.kind, "least": str(view.least or ""), "most": "" if view.most == STEP else str(view.most)}
    return {name: [text] for name, text in texts.items() if text}


def kept(view: View, found: Sequence[Anomaly]) -> tuple[Anomaly, ...]:
    """Of the kind, and worth enough."""
    least = Decimal(view.least)
    return tuple(one for one in found if view.kind in ("", one.kind) and at_stake(one) >= least)


def of_channel(found: Sequence[Anomaly], channel: str, own_shops: Collection[str]) -> tuple[Anomaly, ...]:
    """What concerns a channel, as far as whole files tell: the own web shop alone, or all but it. `own_shops`: names."""
    if not channel:
        return tuple(found)
    alone = channel == "own-shop"
    names = [(one, {name for name in (one.reseller, *one.resellers) if name}) for one in found]
    return tuple(one for one, about in names if (bool(about & set(own_shops)) if alone else not about or not about <= set(own_shops)))


def channel_words(channel: str) -> str:
    """What the channel above does to the list; '' without one."""
    if channel == "own-shop":
        return "Of the own web shop. What a product did over all resellers together is not listed."
    return (
        "Without the own web shop. Resellers’ files are judged whole: their stores and web shops are not told apart here."
        if channel
        else ""
    )


def grouped(view: View, found: Sequence[Anomaly]) -> dict[str, tuple[Anomaly, ...]]:
    """By reason, data first; only the group that is asked for."""
    return {reason: tuple(one for one in found if one.reason == reason) for reason in REASONS if view.show in ("", reason)}


def counted(found: Sequence[Anomaly], dismissed: int) -> dict[str, str]:
    """The switch with its counts: `Data 3`."""
    counts = {"": len(found), **{reason: sum(one.reason == reason for one in found) for reason in REASONS}, "dismissed": dismissed}
    return {name: f"{label} {counts[name]}" for name, label in SHOWS.items()}
