"""Edit the catalogue's tables: read one, find what a person changed in it, store exactly that. Sales are never removed with a row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

import polars as pl
import sqlalchemy as sa

from core.catalogue.folding import fold
from core.catalogue.grids import Grid, GridColumn, Kind
from core.catalogue.storing import UnusableCatalogue
from core.db import tables as t
from core.db.engine import Database

Values = Mapping[str, Any]
ROW = "row_id"  # the hidden column that names a stored row; null in a new one
DTYPES: Mapping[Kind, Any] = {"number": pl.Float64, "whole": pl.Int64, "date": pl.Date, "month": pl.Date, "yes_no": pl.Boolean}


@dataclass(frozen=True)
class Edits:
    """What a person changed: new rows, changed rows by row id, removed row ids."""

    added: tuple[Values, ...]
    changed: tuple[tuple[str, Values], ...]
    removed: tuple[str, ...]

    @property
    def count(self) -> int:
        return len(self.added) + len(self.changed) + len(self.removed)


def read_grid(database: Database, grid: Grid) -> pl.DataFrame:
    """The table's rows in the grid's columns, after the hidden column `row_id`; numbers as Float64 for editing."""
    with database.read() as connection:
        rows = connection.execute(_select(grid)).all()
        names = _names(connection)
    data: dict[str, list[Any]] = {ROW: ["\x1f".join(str(getattr(row, key)) for key in grid.keys) for row in rows]}
    for column in grid.columns:
        values = [getattr(row, column.column or column.name) for row in rows]
        data[column.name] = [_shown(column, value, names) for value in values]
    schema = {ROW: pl.String, **{column.name: DTYPES.get(column.kind, pl.String) for column in grid.columns}}
    return pl.DataFrame(data, schema=schema)


def choices(database: Database) -> tuple[list[str], list[str]]:
    """Names of the resellers, and of the stores as `Reseller · Store`, for the columns that choose among them."""
    with database.read() as connection:
        names = _names(connection)
    return sorted(names.resellers.values()), sorted(names.stores.values())


def difference(before: pl.DataFrame, after: pl.DataFrame) -> Edits:
    """What changed between two states of a grid; rows without `row_id` are new, empty new rows are ignored."""
    known = {row[ROW]: row for row in before.iter_rows(named=True)}
    added, changed, seen = [], [], set()
    for row in after.iter_rows(named=True):
        row_id, values = row[ROW], {name: _blank_to_none(value) for name, value in row.items() if name != ROW}
        if row_id is None or row_id not in known:
            added += [values] if any(value is not None for value in values.values()) else []
            continue
        seen.add(row_id)
        fresh = {name: value for name, value in values.items() if value != known[row_id][name]}
        changed += [(row_id, fresh)] if fresh else []
    return Edits(tuple(added), tuple(changed), tuple(row_id for row_id in known if row_id not in seen))


def apply_edits(connection: sa.Connection, grid: Grid, edits: Edits, by: str) -> None:
    """Store what changed, with a line in the audit log, as a part of the caller's transaction, which an error ends; the caller raises the
    data version. Errors: UnusableCatalogue."""
    if edits.removed and grid.keeps_rows:
        raise UnusableCatalogue(grid.keeps_rows)
    try:
        _apply(connection, grid, edits, by)
        details = {"added": len(edits.added), "changed": len(edits.changed), "removed": len(edits.removed)}
        connection.execute(t.audit_log.insert().values(username=by, action="catalogue edited", subject=grid.title, details=details))
    except sa.exc.IntegrityError as error:
        raise UnusableCatalogue(_explain(error)) from error
    except sa.exc.DataError as error:
        raise UnusableCatalogue("A value does not fit its column. Check numbers and days, and save again.") from error


def _apply(connection: sa.Connection, grid: Grid, edits: Edits, by: str) -> None:
    names = _names(connection)
    for row_id in edits.removed:
        connection.execute(grid.table.delete().where(*_is(grid, row_id)))
    for row_id, values in edits.changed:
        stored = _stored(grid, values, names, by, whole=False)
        connection.execute(grid.table.update().where(*_is(grid, row_id)).values(**stored))
    for values in edits.added:
        connection.execute(grid.table.insert().values(**_stored(grid, values, names, by, whole=True), **dict(grid.constants)))


def _stored(grid: Grid, values: Values, names: Names, by: str, *, whole: bool) -> dict[str, Any]:
    """The database's columns of a row (or, not `whole`, of its changed part). Errors: UnusableCatalogue for a missing value."""
    stored: dict[str, Any] = {}
    for column in grid.columns:
        if column.name not in values and not whole:
            continue
        value = values.get(column.name)
        if value is None and column.needed:
            raise UnusableCatalogue(f"“{column.title}” is missing in a row of {grid.title}. Fill it in and save again.")
        if value is None and whole and column.kind in ("yes_no", "choice", "whole", "number"):
            continue
        stored[column.column or column.name] = _value(column, value, names)
    if "alias" in stored:
        stored |= {"alias_key": fold(str(stored["alias"])), "approved_by": by}
    if grid.name == "product_aliases" and ("ean" in stored or whole):
        stored["not_a_product"] = stored.get("ean") is None
    return stored


def _value(column: GridColumn, value: Any, names: Names) -> Any:
    if value is None:
        return None
    if column.kind == "number":
        return _exact(column, value)
    if column.kind in ("reseller", "store"):
        found = names.id_of(column.kind, str(value))
        if found is None:
            raise UnusableCatalogue(f"There is no {column.kind} “{value}”. Choose one of the list, or add it first.")
        return found
    if column.kind == "month":
        return value.replace(day=1)
    return value.strip() if isinstance(value, str) else value


def _exact(column: GridColumn, value: Any) -> Decimal:
    """The number a person typed, not its nearest binary fraction."""
    try:
        return Decimal(repr(value) if isinstance(value, float) else str(value))
    except InvalidOperation as error:
        raise UnusableCatalogue(f"“{value}” is no number for “{column.title}”. Correct it and save again.") from error


def _select(grid: Grid) -> sa.Select[Any]:
    query = sa.select(grid.table).where(*(grid.table.c[name] == value for name, value in grid.constants))
    order = [grid.table.c[column.column or column.name] for column in grid.columns[:3]]
    return query.order_by(*order)


def _is(grid: Grid, row_id: str) -> list[Any]:
    """The condition that finds a stored row by its row id."""
    return [sa.cast(grid.table.c[key], sa.Text) == part for key, part in zip(grid.keys, row_id.split("\x1f"), strict=True)]


def _shown(column: GridColumn, value: Any, names: Names) -> Any:
    if value is None:
        return None
    if column.kind in ("reseller", "store"):
        return (names.resellers if column.kind == "reseller" else names.stores).get(value)
    return float(value) if column.kind == "number" else value


def _blank_to_none(value: Any) -> Any:
    if isinstance(value, str) and not value.strip():
        return None
    return None if isinstance(value, float) and value != value else value


@dataclass(frozen=True)
class Names:
    """Ids and names of resellers and stores (`Reseller · Store`)."""

    resellers: Mapping[int, str]
    stores: Mapping[int, str]

    def id_of(self, kind: str, name: str) -> int | None:
        listed: Iterable[tuple[int, str]] = (self.resellers if kind == "reseller" else self.stores).items()
        return next((number for number, known in listed if known == name), None)


def _names(connection: sa.Connection) -> Names:
    resellers = {row.id: row.name for row in connection.execute(sa.select(t.resellers.c.id, t.resellers.c.name))}
    stores = connection.execute(sa.select(t.stores.c.id, t.stores.c.reseller_id, t.stores.c.name)).all()
    return Names(resellers, {row.id: f"{resellers.get(row.reseller_id, '')} · {row.name}" for row in stores})


def _explain(error: sa.exc.IntegrityError) -> str:
    diagnosis = getattr(error.orig, "diag", None)
    constraint = str(getattr(diagnosis, "constraint_name", "") or "")
    if constraint.startswith(("uq_", "pk_")):
        return "Two rows say the same thing twice (the same name or key). Keep one of them and save again."
    if constraint.startswith("fk_"):
        return "A row names an EAN, store or reseller that is not in the catalogue, or is still used elsewhere. Correct it and save again."
    return f"A value is not one of those allowed ({constraint.removeprefix('ck_').replace('_', ' ')}). Correct it and save again."


def csv_of(database: Database, grid: Grid) -> bytes:
    """The table as CSV in the columns that `load_folder` reads back; exact numbers."""
    frame = read_grid(database, grid).drop(ROW)
    if grid.name == "store_aliases":
        frame = frame.with_columns(pl.col("store").str.split(" · ").list.last())
    months: Sequence[str] = [column.name for column in grid.columns if column.kind == "month"]
    return frame.with_columns(pl.col(name).dt.strftime("%Y-%m") for name in months).write_csv().encode()
