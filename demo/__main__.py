"""`make demo`: fill the demo brand. `python -m demo --prepare` also migrates and creates the first administrator (containers)."""

from __future__ import annotations

import argparse

from core.db.engine import open_database
from core.people.accounts import first_administrator
from core.settings import Settings
from demo.loading import load_demo, load_demo_once


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m demo", description="Fill the database with the invented demo brand.")
    parser.add_argument(
        "--prepare", action="store_true", help="also create the first administrator; load the demo only into an empty database"
    )
    arguments = parser.parse_args()
    settings = Settings()
    database = open_database(settings)
    try:
        if not arguments.prepare:
            load_demo(database, settings, print)
            return
        if password := first_administrator(database):
            print(f"First administrator: user “admin”, password “{password}”. It is shown only this once.", flush=True)
        if settings.demo:
            load_demo_once(database, settings, print)
    finally:
        database.close()


if __name__ == "__main__":
    main()
