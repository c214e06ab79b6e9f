"""`make bench`: every measurement, as ratios within this run. `--rows` changes the size of the long list, `--workbook-rows` that of the
long workbook; `--rows 10000000` (half an hour, 8 GB of disk) shows memory and cost per row of very long lists."""

from __future__ import annotations

import argparse

from benchmarks import imports


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--workbook-rows", type=int, default=imports.WORKBOOK_ROWS)
    arguments = parser.parse_args()
    imports.run(arguments.rows, arguments.workbook_rows)


if __name__ == "__main__":
    main()
