"""All files of the demo brand, in the real layouts: about two years up to last month, and a few held back for the reader to try."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from demo.brand import write_catalogue
from demo.layouts import aromateque, boxnox, cdlc, galilu, liberty, online, selfridges, skins_nl, skins_sa
from demo.market import months_until

SEED = 47
OTHERS = (boxnox, skins_nl, skins_sa, selfridges, aromateque, galilu)


@dataclass(frozen=True)
class DemoFiles:
    """`to_load` vendor by vendor, oldest first; `to_try` are left for a person to drop on the Upload page."""

    catalogue: Path
    to_load: tuple[Path, ...]
    to_try: tuple[Path, ...]


def write_demo(folder: Path, today: date, months: int = 24, seed: int = SEED) -> DemoFiles:
    """Write every file below `folder`; the same day and seed give the same facts.

    Held back: the newest CDLC month, so that coverage shows a gap, and the next Liberty week.
    """
    span = months_until(today, months)
    catalogue = write_catalogue(folder / "catalogue", (*span.months, span.end + timedelta(days=1)))
    weekly = [path for path, _ in liberty.files(folder / "liberty", span, seed, extra_weeks=1)]
    matrix = [path for path, _ in cdlc.files(folder / "cdlc", span, seed)]
    others = [path for layout in OTHERS for path, _ in layout.files(folder / layout.__name__.rsplit(".", 1)[-1], span, seed)]
    orders = [path for path, _ in online.files(folder / "online", span, seed)]
    return DemoFiles(catalogue, (*weekly[:-1], *matrix[:-1], *others, *orders), (weekly[-1], matrix[-1]))
