"""The state of the Calendar page as a value: which event is looked at, and how many days around it. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from core.sales.event_effects import Effect, most_telling
from core.sales.events import EVENTS
from core.sales.naming import name_list, name_period
from core.sales.query import Period

NAMES = ("event", "window")
MOST_DAYS = 60


@dataclass(frozen=True)
class View:
    """`event`: the slug of an occurrence, '' for the one that tells most; `window`: days before and after, None for the event's own."""

    event: str = ""
    window: tuple[int, int] | None = None


def read(parameters: Mapping[str, Sequence[str]]) -> tuple[View, tuple[str, ...]]:
    """The view that a URL states, and one sentence for each part that can not be used."""
    event = (parameters.get("event") or ("",))[-1].strip()
    text = (parameters.get("window") or ("",))[-1].strip()
    if not text:
        return View(event), ()
    days = re.fullmatch(r"(\d{1,3})-(\d{1,3})", text)
    if days is None or max(int(days[1]), int(days[2])) > MOST_DAYS:
        usual = f"Write days before and after, like 14-1, at most {MOST_DAYS} each."
        return View(event), (f"“{text}” is no window around an event. The event's own days are shown. {usual}",)
    return View(event, (int(days[1]), int(days[2]))), ()


def written(view: View) -> dict[str, list[str]]:
    """The parameters of a URL that state this view, the inverse of `read`; defaults are left out."""
    stated = {"event": [view.event]} if view.event else {}
    return stated | ({"window": [f"{view.window[0]}-{view.window[1]}"]} if view.window else {})


def choose(view: View, found: Sequence[Effect], period: Period) -> tuple[Effect | None, tuple[str, ...]]:
    """The event to look at, and a sentence where the one that is asked for is not in the period."""
    asked = next((one for one in found if one.occurrence.slug == view.event), None)
    if asked is not None or not view.event:
        return asked or most_telling(found), ()
    known = name_list([one.occurrence.slug for one in found], 12)
    there = f"There are {known}." if known else "There is none."
    return most_telling(found), (f"No event “{view.event}” lies in {name_period(period)}. {there}",)


def windows(view: View) -> dict[str, tuple[int, int]]:
    """For `event_effects.effects`: the chosen event's own days."""
    return {_key(view.event): view.window} if view.event and view.window else {}


def _key(slug: str) -> str:
    return next((event.key for event in EVENTS if slug == event.key or slug.startswith(f"{event.key}-")), slug)


def with_event(view: View, slug: str) -> View:
    """Another event begins with its own days."""
    return view if slug == view.event else replace(view, event=slug, window=None)
