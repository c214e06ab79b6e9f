"""Import of a long list end to end against the same clean rows by plain COPY and by pandas, and one Liberty week from drop to stored."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pandas as pd
import polars as pl
import psycopg

from benchmarks.long_list import add_stores, write_list
from benchmarks.measuring import best_of, peak_megabytes, say, scratch_workbench, timed
from core.db.engine import Database
from core.db.tables import sellout_entries2
from core.ingest.importing import import_file
from core.settings import Settings
from demo.layouts import liberty
from demo.market import months_until

PANDAS_ROWS = 50_000
COLUMNS = """reseller_id, store_id, channel, product_ean, functional_name, vendor_key, product_text, store_text, vendor_channel, group_text, view,
    primary_view, period_start, period_end, sale_date, year, month, quantity, amount_local, currency, vat_basis, vat_rate, fx_rate, fx_month, fx_source,
    sales_eur_gross, sales_eur_net, valued, line_kind, bulk, provisional, upload_batch_id, source_sheet, source_row, source_cells, live"""


def run(rows: int) -> None:
    with scratch_workbench() as (database, settings):
        path = write_list(settings.home / "files" / "BOXNOX - NORDLYS Monthly Sales Report DEC2024.csv", rows)
        add_stores(database)
        seconds, report = timed(lambda: import_file(database, settings, path, accept_warnings=True))
        if report.status != "stored" or report.rows_stored != rows:
            raise SystemExit(f"The benchmark's own file was not stored whole: {report.status}, {report.rows_stored} rows. {report.reason}")
        say(f"import of {rows:,} CSV rows, end to end", f"{seconds:.1f} s")
        say("  peak memory of this process so far", f"{peak_megabytes():,.0f} MB")
        clean = clean_rows(database)
        copy = best_of(2, lambda: plain_copy(database, clean))
        say("  against plain COPY of the clean rows into the same table", f"{seconds / copy:.2f} ×", "≤ 1.5 ×", seconds / copy <= 1.5)
        pandas = pandas_rate(database) * rows
        say(f"  against pandas.to_sql (rate of {PANDAS_ROWS:,} rows)", f"{pandas / seconds:.1f} × faster", "≥ 6 ×", pandas / seconds >= 6)
    liberty_week()


def clean_rows(database: Database) -> bytes:
    """The stored rows as COPY text."""
    with psycopg.connect(database.app_dsn) as connection, connection.cursor() as cursor:
        out = io.BytesIO()
        with cursor.copy(f"copy (select {COLUMNS} from sellout_entries2) to stdout (format csv)") as copy:
            for block in copy:
                out.write(block)
    return out.getvalue()


def plain_copy(database: Database, clean: bytes) -> None:
    """One COPY into the emptied table, committed: what loading would cost without reading, checking or proving anything."""
    with psycopg.connect(database.app_dsn) as connection, connection.cursor() as cursor:
        cursor.execute("truncate sellout_entries2")
        with cursor.copy(f"copy sellout_entries2 ({COLUMNS}) from stdin (format csv)") as copy:
            for start in range(0, len(clean), 1 << 20):
                copy.write(clean[start : start + (1 << 20)])


def pandas_rate(database: Database) -> float:
    """Seconds per row of `DataFrame.to_sql` with its defaults into a table of its own columns."""
    frame: pd.DataFrame = pl.read_database(
        f"select {COLUMNS} from sellout_entries2 limit {PANDAS_ROWS}", database.engine, infer_schema_length=None
    ).to_pandas()
    with database.engine.begin() as connection:
        connection.exec_driver_sql("create temporary table pandas_rows (like sellout_entries2 including defaults)")
        connection.exec_driver_sql("alter table pandas_rows alter column id drop not null")
        types = {column.name: column.type for column in sellout_entries2.columns if column.name in frame.columns}
        seconds, _ = timed(lambda: frame.to_sql("pandas_rows", connection, if_exists="append", index=False, dtype=types))
    return seconds / len(frame)


def liberty_week() -> None:
    with scratch_workbench() as (database, settings):
        files = liberty.files(settings.home / "files", months_until(date(2026, 11, 1), 3), seed=5)
        times = [timed(lambda path=path: _stored(database, settings, path))[0] for path, _ in files[-8:]]
        middle = sorted(times)[len(times) // 2]
        say("a Liberty workbook from drop to stored (median of eight)", f"{middle * 1000:.0f} ms", "< 1 s", middle < 1)


def _stored(database: Database, settings: Settings, path: Path) -> None:
    report = import_file(database, settings, path, accept_warnings=True)
    if report.status != "stored":
        raise SystemExit(f"{path.name} was not stored: {report.reason}")
