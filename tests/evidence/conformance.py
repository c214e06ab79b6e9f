"""Every vendor file with a truth beside it, through the whole importer: right, asked, or wrong and said so; never silently wrong."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from core.catalogue.storing import load_folder
from core.db.engine import Database
from core.ingest import importing, reading_back, undoing
from core.ingest.shapes import ImportReport
from demo.brand import write_catalogue
from demo.layouts import aromateque, boxnox, cdlc, galilu, liberty, online, selfridges, skins_nl, skins_sa
from demo.market import months_until
from tests.conftest import SHARED, make_settings
from tests.evidence.databases import Databases
from tests.evidence.page import Part, table
from tests.ingest import test_conformance as judged
from tests.ingest.samples import rollup_gap, scalar

LAYOUTS = (aromateque, boxnox, cdlc, galilu, liberty, online, selfridges, skins_nl, skins_sa)
OWN = "The shared fixtures are not here: the project's own generated files were measured instead, against what their generator sold."
TODAY = date(2026, 11, 22)
ALONE = {"same_file_again", "same_period_again", "history_restated", "store_missing"}  # need the file before


@dataclass(frozen=True)
class Sample:
    """A vendor file and what a perfect reader takes from it. `units`, `amount`: over all its rows; None where no truth says it."""

    vendor: str
    path: Path
    truth: dict[str, Any]

    @property
    def copy(self) -> bool:
        """Must not be loaded: a person asks the reseller instead."""
        return bool(self.truth.get("must_not_load"))


@dataclass(frozen=True)
class Verdict:
    """How one file fared. `silent`: stored, wrong, and nothing said so."""

    sample: Sample
    rows: bool
    warnings: bool
    totals: bool
    asked: bool
    silent: bool


def samples(folder: Path) -> list[Sample]:
    """The shared files; without them the project's own."""
    if SHARED.is_dir():
        return [Sample(path.parent.name, path, judged.truth_of(path)) for path in judged.FILES]
    span = months_until(TODAY, 4)
    listed = []
    for layout in LAYOUTS:
        vendor = layout.__name__.rsplit(".", 1)[-1]
        for path, lines in layout.files(folder / vendor, span, 47):  # type: ignore[attr-defined]
            totals = {"units": sum(line.units for line in lines), "amount": str(sum((line.amount for line in lines), Decimal(0)))}
            listed.append(Sample(vendor, path, {"sold": totals}))
    return listed


def template(databases: Databases) -> None:
    """A database with the catalogue of the files, named `master`."""
    folder = SHARED / "master" if SHARED.is_dir() else write_catalogue(databases.folder / "catalogue")
    databases.make("master", "template")
    with databases.reach("master") as database:
        load_folder(database, folder)


def bring_in(database: Database, home: Path, sample: Sample) -> ImportReport:
    """As a person would: the file, then the truth's period and a yes where they are asked for."""
    settings = make_settings(home)
    if "sold" not in sample.truth:
        return judged.bring_in(database, settings, sample.path)
    report = importing.import_file(database, settings, sample.path)
    return importing.import_file(database, settings, sample.path, accept_warnings=True) if report.status == "needs_decision" else report


# File by file ---------------------------------------------------------------------------------------------------------


def judge(databases: Databases, sample: Sample) -> Verdict:
    home = databases.folder / "home"
    with databases.open("master") as database:
        asked = importing.preview_file(database, make_settings(home), sample.path).status == "needs_decision"
        report = bring_in(database, home, sample)
        if report.upload_batch_id is None or report.status != "stored":
            return Verdict(sample, False, False, False, asked, False)
        rows = reading_back.rows(database, report.upload_batch_id)
        if "sold" in sample.truth:
            sold = sample.truth["sold"]
            equal = int(rows["quantity"].sum() or 0) == sold["units"] or rows["amount_local"].sum() == Decimal(sold["amount"])
            return Verdict(sample, equal, True, report.controls["agrees"].all(), asked, not equal and report.controls["agrees"].all())
        equal = judged.stored(rows) == judged.stated(sample.truth["rows"])
        said = {w["code"] for w in sample.truth["expected_warnings"]} - ALONE <= set(report.problems["rule"])
        totals = holds(lambda: judged.judge_controls(report, sample.truth))
        quiet = report.controls["agrees"].all() and not report.problems.filter(report.problems["severity"] != "info").height
        return Verdict(sample, equal, said, totals, asked, not equal and quiet)


def holds(check: Callable[[], object]) -> bool:
    try:
        check()
    except AssertionError:
        return False
    return True


def files_part(databases: Databases) -> Part:
    listed = [sample for sample in samples(databases.folder / "files") if not sample.copy]
    verdicts = [judge(databases, sample) for sample in listed]
    rows = [_line(vendor, [v for v in verdicts if v.sample.vendor == vendor]) for vendor in sorted({v.sample.vendor for v in verdicts})]
    rows.append(_line("all", verdicts))
    heads = ("vendor", "files", "rows exact", "warnings exact", "totals judged right", "asked first", "silently wrong")
    passed = all(v.rows and v.warnings and v.totals and not v.silent for v in verdicts)
    nobody = nobodys(databases)
    lines = [*([] if SHARED.is_dir() else [OWN, ""]), *table(heads, rows), *nobody]
    return Part("conformance", "Every vendor file against its truth", passed, tuple(lines))


def _line(name: str, verdicts: Sequence[Verdict]) -> tuple[object, ...]:
    counts = [sum(getattr(v, what) for v in verdicts) for what in ("rows", "warnings", "totals", "asked", "silent")]
    return (name, len(verdicts), *counts)


def nobodys(databases: Databases) -> list[str]:
    """Files of nobody, and the copy under another month's name: asked or refused as the truth says, and nothing stored."""
    found = []
    for path in sorted((SHARED / "vendors" / "unknown").glob("*")):
        if path.name.endswith(".truth.json"):
            continue
        with databases.open("master") as database:
            report = importing.import_file(database, make_settings(databases.folder / "home"), path)
            wanted = {"ask_user": "needs_decision", "reject": "refused"}[judged.truth_of(path)["expected"]]
            found.append((path.name, wanted, report.status, scalar(database, "select count(*) from sales_rollup")))
    return ["", *table(("file of nobody", "should be", "is", "rows stored"), found)] if found else []


# All files, in any order ----------------------------------------------------------------------------------------------


def state(database: Database) -> dict[tuple[str, str], tuple[int, int, Decimal]]:
    """Rows, units and money live, by reseller and month."""
    statement = """
        select r.key, to_char(l.period_end, 'YYYY-MM'), count(*), coalesce(sum(l.quantity), 0)::bigint, coalesce(sum(l.amount_local), 0)
        from (select reseller_id, period_end, quantity, amount_local from sellout_entries2 where live and primary_view
              union all select reseller_id, order_date, quantity, amount_local from ecommerce_orders where live
              union all select reseller_id, period_end, quantity, amount_local from held_rows where live and primary_view and resolved_at is null) l
        join resellers r on r.id = l.reseller_id group by 1, 2"""
    with database.read() as connection:
        rows = connection.exec_driver_sql(statement).all()
    return {(vendor, month): (lines, units, money) for vendor, month, lines, units, money in rows}


def stated(listed: Sequence[Sample]) -> dict[tuple[str, str], tuple[int, int, Decimal]]:
    final = judged.index()["final_state"]
    return {
        (vendor, month): (f["rows"], f["units"], Decimal(f["amount"] or 0))
        for vendor in {sample.vendor for sample in listed}
        for month, f in final[vendor]["by_month_of_period_end"].items()
    }


def orders_part(databases: Databases) -> Part:
    listed = samples(databases.folder / "files")
    orders: list[tuple[str, list[Sample], bool]] = [
        ("as they were sent", listed, False),
        ("newest first", listed[::-1], False),
        *((f"shuffled ({seed})", random.Random(seed).sample(listed, len(listed)), False) for seed in range(1, 6)),
        ("each file twice", [one for sample in listed for one in (sample, sample)], False),
        ("each taken back and loaded again", listed, True),
    ]
    wanted = stated(listed) if SHARED.is_dir() else None
    rows = []
    for name, order, undo in orders:
        reached, whole, loads, first = _load_all(databases, order, undo, wanted)
        wanted = wanted or first
        rows.append((name, loads, "equal" if reached else "**different**", "equal" if whole else "**different**"))
    passed = all("**" not in str(cell) for row in rows for cell in row)
    goal = "the stated final state" if SHARED.is_dir() else "the state after the first order"
    lines = [*([] if SHARED.is_dir() else [OWN, ""]), f"All {len(listed)} files into one database; live rows, units and money by reseller and month against {goal}.", "",
             *table(("order", "loads", "state", "rollup and facts"), rows)]  # fmt: skip
    return Part("orders", "Every order of arrival ends in the same state", passed, tuple(lines))


def _load_all(databases: Databases, order: Sequence[Sample], undo: bool, wanted: Any) -> tuple[bool, bool, int, Any]:
    home = databases.folder / "home"
    with databases.open("master") as database:
        for sample in order:
            report = bring_in(database, home, sample)
            if undo and report.status == "stored":
                undoing.undo(database, int(report.upload_batch_id or 0))
                bring_in(database, home, sample)
        reached = state(database)
        return wanted is None or reached == wanted, not rollup_gap(database), len(order) * (2 if undo else 1), reached


def confusion_part(_: Databases) -> Part:
    from tests.ingest import confusion

    counted = confusion.matrix()
    wrong = confusion.mistaken(counted)
    lines = [f"True sender by what it is recognised as; {wrong} files are taken for somebody they are not.", "",
             *table(counted.columns, counted.rows())]  # fmt: skip
    return Part("confusion", "Who is taken for whom", not wrong, tuple(lines))
