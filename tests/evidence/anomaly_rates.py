"""How often the search for anomalies is silent where it should be, and finds what was broken under its right name."""

from __future__ import annotations

import random
from collections import Counter

from core.sales import anomalies
from core.sales.anomaly_shapes import Anomaly, month_number
from tests.evidence.databases import Databases
from tests.evidence.page import Part, table
from tests.sales.generated_market import INJECTIONS, JUDGED, Injected, clean

STILL, BROKEN = 20, 8  # markets
STATED_RATE, LEAST_RECALL, LEAST_PRECISION = 0.01, 0.75, 0.8


def anomalies_part(_: Databases) -> Part:
    rows, passed = [_still()], True
    passed &= rows[0][-1] <= STATED_RATE
    lines = [f"{STILL} markets of 4 resellers and 12 products that only fluctuate (season, growth, Poisson): {rows[0][1]} alarms over "
             f"{rows[0][0]} series-months, {100 * rows[0][2]:.2f} %; stated: at most 1 %.", "",
             f"Each kind of damage done to {BROKEN} such markets: found under its right name (recall), and how many of the alarms that the damage "
             "added were that name (precision).", ""]  # fmt: skip
    found = [(name, *_broken(name)) for name in INJECTIONS]
    passed &= all(recall >= LEAST_RECALL and precision >= LEAST_PRECISION for _, recall, precision, _ in found)
    shown = [(name, f"{100 * recall:.0f}", f"{100 * precision:.0f}", also) for name, recall, precision, also in found]
    return Part(
        "anomalies",
        "Anomalies: silent where nothing is odd, right where something is",
        bool(passed),
        (*lines, *table(("damage", "recall %", "precision %", "also said"), shown)),
    )


def _still() -> tuple[int, int, float]:
    tested = alarms = 0
    for seed in range(STILL):
        evidence = clean(seed)
        tested += (len(evidence.books) + 12) * JUDGED
        alarms += len(anomalies.find(evidence).anomalies)
    return tested, alarms, alarms / tested


def _broken(name: str) -> tuple[float, float, str]:
    hits, right, also = 0, 0, Counter[str]()
    for seed in range(BROKEN):
        market = clean(seed)
        before = {one.key for one in anomalies.find(market).anomalies}
        damaged = INJECTIONS[name](market, random.Random(seed))
        fresh = [one for one in anomalies.find(damaged.evidence).anomalies if one.key not in before]
        named = [one for one in fresh if is_named(damaged, one)]
        hits, right = hits + bool(named), right + len(named)
        also.update(one.kind for one in fresh if one not in named)
    return hits / BROKEN, right / max(right + also.total(), 1), ", ".join(f"{kind} {count}" for kind, count in also.items())


def is_named(damaged: Injected, one: Anomaly) -> bool:
    """The right kind, reseller and month."""
    inside = month_number(one.period.start) <= damaged.month <= month_number(one.period.end)
    return one.kind == damaged.kind and inside and damaged.reseller in ("", one.reseller)
