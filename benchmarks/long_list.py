"""A long BOXNOX-like list of any size with seeded contents, and the stores it names, so that nothing of it is held."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from core.db.engine import Database
from core.db.tables import resellers, store_aliases, stores
from core.ingest.normalising import fold
from demo.brand import BY_CODE, SCENTS

POINTS_OF_SALE = [f"Tienda {n:03d} Online" if n % 5 == 0 else f"Perfumería {n:03d}" for n in range(400)]
PRODUCTS = [BY_CODE[f"NL{letters}{size}"] for _, letters in SCENTS[:10] for size in ("100", "30", "10")]
CHUNK = 500_000


def write_list(path: Path, rows: int, seed: int = 1) -> Path:
    """CSV with YEAR … SKU: 36 months, oldest first; about 1 % returns, 0.5 % free goods, 0.3 % credits without units."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        for start in range(0, rows, CHUNK):
            _chunk(start, min(CHUNK, rows - start), rows, seed).write_csv(file, include_header=start == 0)
    return path


def _chunk(start: int, count: int, rows: int, seed: int) -> pl.DataFrame:
    rng = np.random.default_rng([seed, start])
    product, kind = rng.integers(0, len(PRODUCTS), count), rng.random(count)
    month = (np.arange(start, start + count) * 36 // rows).astype(np.int64)
    net = np.array([int(p.price("EUR", _day()) * 10000 // 121) for p in PRODUCTS])[product]
    units = np.where(kind < 0.01, -1, np.where(kind > 0.997, 0, 1 + (rng.random(count) ** 4 * 4).astype(np.int64)))
    cents = np.where(kind > 0.997, -net, np.where((kind > 0.01) & (kind < 0.015), 0, net * units))
    return pl.DataFrame(
        {
            "YEAR": 2022 + month // 12,
            "MONTH": month % 12 + 1,
            "CHANNEL": np.where(rng.random(count) < 0.2, "Wholesale", "Retail"),
            "POS": np.array(POINTS_OF_SALE)[(rng.random(count) ** 1.5 * 400).astype(np.int64)],
            "EAN": np.array([p.ean for p in PRODUCTS])[product],
            "QTY": units,
            "AMOUNT": _money(cents),
            "DESCRIPTION": np.array([f"EDP {p.scent.upper()}" for p in PRODUCTS])[product],
            "SKU": np.array([p.code for p in PRODUCTS])[product],
        }
    )


def _day() -> date:
    return date(2024, 1, 1)


def _money(cents: np.ndarray) -> pl.Series:
    """Exact decimal text of whole cents."""
    whole = pl.Series(np.abs(cents) // 100).cast(pl.String)
    rest = pl.Series(np.abs(cents) % 100).cast(pl.String).str.zfill(2)
    sign = pl.Series(np.where(cents < 0, "-", ""))
    return sign + whole + pl.Series(["."]) + rest


def add_stores(database: Database) -> None:
    """Put every point of sale of the list into the catalogue."""
    with database.write() as connection:
        reseller = connection.execute(sa.select(resellers.c.id).where(resellers.c.key == "boxnox")).scalar_one()
        values = [
            {"reseller_id": reseller, "name": name, "channel": "online" if "Online" in name else "offline", "country": "ES"}
            for name in POINTS_OF_SALE
        ]
        connection.execute(insert(stores).on_conflict_do_nothing(), values)
        known = connection.execute(sa.select(stores.c.id, stores.c.name).where(stores.c.reseller_id == reseller))
        aliases = [{"reseller_id": reseller, "store_id": i, "alias": name, "alias_key": fold(name)} for i, name in known]
        connection.execute(insert(store_aliases).on_conflict_do_nothing(), aliases)
