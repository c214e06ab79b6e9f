"""`make bench`: every measurement, as ratios within this run. `--rows` changes the size of the long list."""

from __future__ import annotations

import argparse

from benchmarks import imports


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--rows", type=int, default=1_000_000)
    arguments = parser.parse_args()
    imports.run(arguments.rows)


if __name__ == "__main__":
    main()
