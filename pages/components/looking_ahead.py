"""The state of the Forecast page as a value: read from a URL's parameters, written back, turned into a question. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.sales.dimensions import DIMENSIONS
from core.sales.forecasting import FORECAST_MEASURES, HORIZONS
from core.sales.histories import Grain
from core.sales.measures import MEASURES
from core.sales.query import Filter
from core.sales.running_forecasts import PARTS, ForecastQuestion
from core.sales.suggesting import did_you_mean

NAMES = ("figure", "ahead", "split", "step")
FIGURES: Mapping[str, str] = {name: MEASURES[name].label for name in FORECAST_MEASURES}
SPLITS: Mapping[str, str] = {name: f"By {DIMENSIONS[name].title.lower()}" for name in PARTS}
STEPS: Mapping[str, str] = {"month": "Months", "week": "Weeks"}
WEEKS = {1: 4, 3: 13, 6: 26, 12: 26}  # a horizon of months, in weeks


@dataclass(frozen=True)
class View:
    """What the controls say. `ahead`: months after the newest data."""

    figure: str = "sales_eur_net"
    ahead: int = 3
    split: str = "reseller"
    step: Grain = "month"


def read(parameters: Mapping[str, Sequence[str]]) -> tuple[View, tuple[str, ...]]:
    """The view that a URL states, and one sentence for each part that can not be used."""
    problems: list[str] = []
    usual = View()
    figure = _one(parameters, "figure", FIGURES, usual.figure, "is forecast", problems)
    split = _one(parameters, "split", SPLITS, usual.split, "splits a forecast", problems)
    step = _one(parameters, "step", STEPS, usual.step, "is a step of a forecast", problems)
    return View(figure, _ahead(parameters, usual.ahead, problems), split, step), tuple(problems)  # type: ignore[arg-type]


def written(view: View) -> dict[str, list[str]]:
    """The parameters of a URL that state this view, the inverse of `read`; defaults are left out."""
    usual = View()
    return {name: [str(getattr(view, name))] for name in NAMES if getattr(view, name) != getattr(usual, name)}


def horizon_words(ahead: int) -> str:
    return f"{ahead} month{'' if ahead == 1 else 's'}"


def question(view: View, where: tuple[Filter, ...]) -> ForecastQuestion:
    return ForecastQuestion(view.figure, where, view.ahead if view.step == "month" else WEEKS[view.ahead], view.split, view.step)


def _one(parameters: Mapping[str, Sequence[str]], name: str, known: Mapping[str, str], usual: str, said: str, problems: list[str]) -> str:
    stated = (parameters.get(name) or (usual,))[-1].strip()
    if stated in known:
        return stated
    problems.append(f"Nothing called “{stated}” {said}. {did_you_mean(stated, known)} {known[usual]} is shown instead.")
    return usual


def _ahead(parameters: Mapping[str, Sequence[str]], usual: int, problems: list[str]) -> int:
    stated = (parameters.get("ahead") or (str(usual),))[-1].strip()
    if stated in map(str, HORIZONS):
        return int(stated)
    listed = ", ".join(str(number) for number in HORIZONS)
    problems.append(f"A forecast looks {listed} months ahead, not “{stated}”; further would be a guess. {horizon_words(usual)} are shown.")
    return usual
