"""The state of a page as its URL states it, kept as a view: what to keep, what of it can not be shown any more, what still works. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from core.errors import BadQuestion
from core.sales.naming import name_day
from core.sales.query import FiscalYears, parse_period
from core.sales.restated import Restated, change_words
from pages.components import choosing, exploring
from pages.components.choosing import Known

PARAMETER = "view"  # the address of an opened view names it
PASSING = (
    PARAMETER,
    "conversation",
    "report",
    "upload",
    "embed",
    "embed_options",
)  # of the moment, or of other pages: never part of a view
State = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class World:
    """What can be named today. `products`: EAN → `code · name`."""

    known: Known
    today: date
    fiscal: FiscalYears | None
    products: Mapping[str, str]


def kept(parameters: State, period: str = "") -> dict[str, list[str]]:
    """The parameters of a URL that make up a view. `period`: the one to fix, where the URL leaves it to the newest data."""
    state = {name: list(values) for name, values in parameters.items() if name not in PASSING}
    return ({"period": [period]} if period and "period" not in state else {}) | state


def broken(page: str, state: State, world: World) -> tuple[str, ...]:
    """One sentence for each part of a view that can not be shown any more."""
    _, problems = choosing.read(_of_the_bar(state), world.known, world.today, world.fiscal)
    gone = [f"There is no product “{value}” any more." for value in _gone(state, world.products)]
    return (*problems, *gone, *(exploring.read(state)[1] if page == "explore" else ()))


def repaired(page: str, state: State, world: World) -> dict[str, list[str]]:
    """What of a view still works, as parameters of the URL."""
    gone = _gone(state, world.products)
    choice, _ = choosing.read(state, world.known, world.today, world.fiscal)
    for value in gone:
        for exclude in (False, True):
            choice = choosing.without(choice, "product", value, exclude)
    own = {name: list(values) for name, values in state.items() if name not in (*choosing.NAMES, *PASSING)}
    if page == "explore":
        own = exploring.written(exploring.read(state)[0])
    bar = choosing.written(choice, world.known, world.today)
    bar.pop("period", None)
    return own | bar | _period(state, world.fiscal)


def same(page: str, one: State, other: State, world: World) -> bool:
    """Whether two states show the same: what stands for itself when left out may be written or not."""
    return _meaning(page, one, world) == _meaning(page, other, world)


def _meaning(page: str, state: State, world: World) -> tuple[object, ...]:
    choice, _ = choosing.read(_of_the_bar(state), world.known, world.today, world.fiscal)
    own = {name: list(values) for name, values in state.items() if name not in (*choosing.NAMES, *PASSING)}
    return choice, exploring.read(own)[0] if page == "explore" else own


def _of_the_bar(state: State) -> State:
    return {name: values for name, values in state.items() if name in choosing.NAMES}


def _period(state: State, fiscal: FiscalYears | None) -> dict[str, list[str]]:
    """As it is written, if it still is one: also the one that is shown without being named."""
    try:
        values = [text for text in state.get("period", ())[-1:] if text and parse_period(text, fiscal)]
    except BadQuestion:
        return {}
    return {"period": values} if values else {}


def _gone(state: State, products: Mapping[str, str]) -> tuple[str, ...]:
    named = [value.partition(":")[2] for name in ("where", "not") for value in state.get(name, ()) if value.startswith("product:")]
    if not named or not products:
        return ()
    known = {part.casefold() for ean, label in products.items() for part in (ean, label, *label.split(" · ", 1))}
    return tuple(dict.fromkeys(value for value in named if value and value.casefold() not in known))


def since_saved(saved_at: datetime, then: int | None, now: int, changed: Sequence[Restated] = ()) -> str:
    """`Saved on 3 November 2026 at data version 412; now 430. Restated since: Liberty May 2025 +3 units.`"""
    when = f"Saved on {name_day(saved_at.date())}"
    if then is None:
        return f"{when}, before data versions were noted."
    if then == now:
        return f"{when} at data version {then}: the figures are those of then."
    told = "; ".join(change_words(one) for one in changed[:3])
    more = f" and {len(changed) - 3} more" if len(changed) > 3 else ""
    what = f"Restated since: {told}{more}." if told else "Figures may have changed: what was loaded or decided since counts now."
    return f"{when} at data version {then}; now {now}. {what}"
