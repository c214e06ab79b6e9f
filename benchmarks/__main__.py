"""`make bench`: every measurement, as ratios within this run. `--rows` changes the size of the long list, `--workbook-rows` that of the
long workbook; `--rows 10000000` (half an hour, 8 GB of disk) shows memory and cost per row of very long lists. `--facts 100000 1000000 10000000` asks
the overview's questions at these sizes (ten minutes, 4 GB); `--only queries` measures nothing else."""

from __future__ import annotations

import argparse

from benchmarks import imports, pages, queries


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--workbook-rows", type=int, default=imports.WORKBOOK_ROWS)
    parser.add_argument("--facts", type=int, nargs="*", default=[100_000, 1_000_000], help="sizes to ask the overview's questions at")
    parser.add_argument("--only", choices=("imports", "pages", "queries"), help="one part alone")
    arguments = parser.parse_args()
    if arguments.only in (None, "queries"):
        queries.run(arguments.facts)
    if arguments.only in (None, "pages"):
        pages.run()
    if arguments.only in (None, "imports"):
        imports.run(arguments.rows, arguments.workbook_rows)


if __name__ == "__main__":
    main()
