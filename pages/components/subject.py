"""What the parts of a page about one thing share: the choice of the bar, the figures of its tiles, and each answer asked for once a run."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from core.sales import standard
from core.sales.query import Period, Result, SalesQuery
from pages.components import cached, empty, session
from pages.components.card_menu import Menu
from pages.components.choosing import Choice, Known


@dataclass(frozen=True)
class Subject:
    """`key`: the answer behind the tiles; `kind`: product or reseller, in front of the keys of its cards."""

    kind: ClassVar[str]
    chosen: Choice
    known: Known
    key: Result
    answers: dict[SalesQuery, Result] = field(default_factory=dict, compare=False, kw_only=True)

    @property
    def against(self) -> tuple[Any, Any]:
        return self.chosen.comparison, self.chosen.like_for_like

    @property
    def year(self) -> Period:
        """The months that its chart over time shows."""
        return standard.around(self.chosen.period, self.chosen.comparison)

    def result(self, query: SalesQuery) -> Result:
        """Each question is asked once a run, however many cards show its answer."""
        if query == self.key.query:
            return self.key
        if query not in self.answers:
            self.answers[query] = cached.result(query, session.scope())
        return self.answers[query]

    @property
    def is_empty(self) -> bool:
        """Nothing was sold here; counts of nothing are 0, so only money and units tell."""
        return empty.nothing_sold(replace(self.key, totals={name: self.key.totals.get(name) for name in ("sales_eur_net", "units")}))

    def menu(self, name: str, result: Result, show: Any = "table", **more: Any) -> Menu:
        return Menu(f"{self.kind}-{name}", result, self.chosen, self.known, show=show, **more)
