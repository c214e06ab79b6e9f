"""Imports end to end against the same clean rows by plain COPY, pandas and dlt; memory, cost per row, workbooks, and a Liberty week."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl

from benchmarks.long_list import add_stores, write_list
from benchmarks.measuring import best_of, say, scratch_workbench, timed
from benchmarks.one_import import Imported, import_in_process
from benchmarks.peers import clean_rows, dlt_rate, pandas_rate, plain_copy
from core.db import embedded
from core.db.engine import Database
from core.ingest import coarsening
from core.ingest.importing import import_file, preview_file
from core.ingest.reading import read_book
from core.settings import Settings
from demo.layouts import liberty
from demo.market import months_until

NAME = "BOXNOX - NORDLYS Monthly Sales Report DEC2024"
PEER_ROWS = 50_000
SIZES = (10_000, 100_000, 1_000_000, 10_000_000)
WORKBOOK_ROWS = 1_000_000


def run(rows: int, workbook_rows: int = WORKBOOK_ROWS) -> None:
    with scratch_workbench() as (database, settings):
        add_stores(database)
        long_list(database, settings, rows)
    with scratch_workbench() as (database, settings):
        add_stores(database)
        workbook(database, settings, workbook_rows)
    liberty_weeks()


def long_list(database: Database, settings: Settings, rows: int) -> None:
    costs = {size: imported(database, settings, size).seconds / size for size in SIZES if size < rows}
    done = imported(database, settings, rows)
    costs[rows] = done.seconds / rows
    say(f"import of {rows:,} CSV rows, end to end", f"{done.seconds:.1f} s")
    say("  processor time of the importing process", f"{done.processor:.1f} s")
    say("  its peak memory", f"{done.megabytes:,.0f} MB", "≤ 1,000 MB", done.megabytes <= 1000)
    for size, cost in costs.items():
        say(f"  cost per row of {size:,} rows", f"{cost * 1e6:.1f} µs")
    if rows > 1_000_000:
        return
    clean = clean_rows(database)
    ratio = done.seconds / best_of(2, lambda: plain_copy(database, clean))
    say("  against plain COPY of the clean rows into the same table", f"{ratio:.2f} ×", "≤ 1.3 ×", ratio <= 1.3)
    pandas = pandas_rate(database, PEER_ROWS) * rows / done.seconds
    say(f"  against pandas.to_sql (rate of {PEER_ROWS:,} rows)", f"{pandas:.1f} × faster", "≥ 8 ×", pandas >= 8)
    path = settings.home / "files" / f"{NAME}.csv"
    rate = dlt_rate(embedded.ensure_database(embedded.start_server(settings.home / "postgres")), path, PEER_ROWS)
    if rate is None:
        say("  against dlt", "not measured", "≥ 4 ×")
    else:
        say(
            f"  against dlt (rate of {PEER_ROWS:,} rows)",
            f"{rate * rows / done.seconds:.1f} × faster",
            "≥ 4 ×",
            rate * rows / done.seconds >= 4,
        )


def imported(database: Database, settings: Settings, rows: int) -> Imported:
    """A list of `rows` lines imported into an empty workbook, in a process of its own."""
    empty(database)
    path = write_list(settings.home / "files" / f"{NAME}.csv", rows, seed=rows)
    return proven(import_in_process(settings, path), rows)


def proven(done: Imported, rows: int) -> Imported:
    if done.status != "stored" or done.rows != rows:
        raise SystemExit(f"The benchmark's own file was not stored whole: {done.status}, {done.rows} rows. {done.reason}")
    return done


def empty(database: Database) -> None:
    with database.write() as connection:
        for table in ("sellout_entries2", "sales_rollup", *coarsening.TABLES, "slice_claims"):
            connection.exec_driver_sql(f"truncate {table} cascade")


def workbook(database: Database, settings: Settings, rows: int) -> None:
    """The same list as a workbook, against the time the reader alone needs and plain COPY."""
    lines = write_list(settings.home / "files" / "lines.csv", rows)
    path = lines.with_name(f"{NAME}.xlsx")
    frame = pl.read_csv(lines, schema_overrides={"EAN": pl.String, "AMOUNT": pl.Float64})
    frame.write_excel(path, worksheet="SELL OUT BY EAN")
    del frame
    done = proven(import_in_process(settings, path), rows)
    clean = clean_rows(database)
    copy = best_of(2, lambda: plain_copy(database, clean))
    reading, _ = timed(lambda: read_book(path, path.name))
    ratio = done.seconds / (reading + copy)
    say(f"import of {rows:,} workbook rows, end to end", f"{done.seconds:.1f} s")
    say("  its peak memory", f"{done.megabytes:,.0f} MB")
    say("  against the reader alone and plain COPY", f"{ratio:.2f} ×", "≤ 1.3 ×", ratio <= 1.3)


def liberty_weeks() -> None:
    with scratch_workbench() as (database, settings):
        files = liberty.files(settings.home / "files", months_until(date(2026, 11, 1), 3), seed=5)
        looks = [timed(lambda path=path: preview_file(database, settings, path))[0] for path, _ in files[-8:]]
        middle = sorted(looks)[len(looks) // 2]
        say("a Liberty workbook looked at (median of eight)", f"{middle * 1000:.0f} ms", "≤ 150 ms", middle <= 0.15)
        times = [timed(lambda path=path: _stored(database, settings, path))[0] for path, _ in files[-8:]]
        middle = sorted(times)[len(times) // 2]
        say("a Liberty workbook from drop to stored (median of eight)", f"{middle * 1000:.0f} ms", "< 1 s", middle < 1)


def _stored(database: Database, settings: Settings, path: Path) -> None:
    report = import_file(database, settings, path, accept_warnings=True)
    if report.status != "stored":
        raise SystemExit(f"{path.name} was not stored: {report.reason}")
