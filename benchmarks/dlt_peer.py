"""Loads rows of a CSV file with dlt into PostgreSQL and prints the seconds it took. Run by `benchmarks.peers` in an environment of its own."""

from __future__ import annotations

import csv
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path


def main() -> None:
    import dlt  # type: ignore[import-not-found,unused-ignore]

    dsn, path = sys.argv[1:3]

    def rows() -> Iterator[dict[str, str]]:
        with Path(path).open(encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file)

    with tempfile.TemporaryDirectory() as folder:
        pipeline = dlt.pipeline("peer", destination=dlt.destinations.postgres(dsn), dataset_name="peer", pipelines_dir=folder)
        begun = time.perf_counter()
        pipeline.run(rows(), table_name="sales", write_disposition="replace")
        print(time.perf_counter() - begun)


if __name__ == "__main__":
    main()
