"""What loading the same rows costs by other means: plain COPY of rows that are clean already, pandas, dlt."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
from itertools import islice
from pathlib import Path

import pandas as pd
import polars as pl
import psycopg
from psycopg.conninfo import conninfo_to_dict

from benchmarks.measuring import timed
from core.db.engine import Database
from core.db.tables import sellout_entries2

DLT = "dlt[postgres]==1.31.0"
COLUMNS = """reseller_id, store_id, channel, product_ean, functional_name, vendor_key, product_text, store_text, vendor_channel, group_text, view,
    primary_view, period_start, period_end, sale_date, year, month, quantity, amount_local, currency, vat_basis, vat_rate, fx_rate, fx_month, fx_source,
    sales_eur_gross, sales_eur_net, valued, line_kind, bulk, provisional, upload_batch_id, source_sheet, source_row, source_cells, live"""


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


def pandas_rate(database: Database, rows: int) -> float:
    """Seconds per row of `DataFrame.to_sql` with its defaults into a table of its own columns."""
    frame: pd.DataFrame = pl.read_database(
        f"select {COLUMNS} from sellout_entries2 limit {rows}", database.engine, infer_schema_length=None
    ).to_pandas()
    with database.engine.begin() as connection:
        connection.exec_driver_sql("create temporary table pandas_rows (like sellout_entries2 including defaults)")
        connection.exec_driver_sql("alter table pandas_rows alter column id drop not null")
        types = {column.name: column.type for column in sellout_entries2.columns if column.name in frame.columns}
        seconds, _ = timed(lambda: frame.to_sql("pandas_rows", connection, if_exists="append", index=False, dtype=types))
    return seconds / len(frame)


def dlt_rate(owner_dsn: str, path: Path, rows: int) -> float | None:
    """Seconds per row of a dlt pipeline over the same CSV file, in an environment of its own; None where it can not be had.

    dlt pins packages that the workbench has in other versions, so `uv` runs it apart; only the loading is timed.
    """
    uv = shutil.which("uv") or str(Path(sys.executable).with_name("uv"))
    part = path.with_name("part.csv")
    with path.open(encoding="utf-8") as source, part.open("w", encoding="utf-8") as target:
        target.writelines(islice(source, rows + 1))
    parts = conninfo_to_dict(owner_dsn)
    url = f"postgresql://{parts.get('user')}:none@localhost/{parts['dbname']}?host={parts.get('host')}"
    script = Path(__file__).with_name("dlt_peer.py")
    command = [uv, "run", "--quiet", "--no-project", "--python", sys.executable, "--with", DLT, "python", str(script), url, str(part)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "RUNTIME__DLTHUB_TELEMETRY": "false"})
    if done.returncode:
        print(done.stderr[-600:], file=sys.stderr)
        return None
    return float(done.stdout.split()[-1]) / rows
