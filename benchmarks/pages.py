"""What a page costs the application: a first visit with nothing kept, and a rerun with nothing changed, on two years of the demo brand."""

from __future__ import annotations

import logging
import time
from datetime import UTC, date, datetime
from pathlib import Path

import streamlit as st
from streamlit.testing.v1 import AppTest

from benchmarks.measuring import say, scratch_workbench, timed
from core import opened
from core.db.engine import Database
from core.people import accounts, sessions
from core.people.permissions import SYSTEM
from demo.loading import load_demo

ROOT = Path(__file__).resolve().parents[1]
PAGES = (
    *(f"insight/{name}.py" for name in ("overview", "explore", "products", "resellers")),
    *(f"analyses/{name}.py" for name in ("movers", "pareto", "heatmap", "calendar", "anomalies", "forecast")),
)
RERUNS, MOST = 9, 0.15  # seconds of a rerun of the overview
DAY = date(2026, 11, 23)


def run() -> None:
    logging.disable(logging.WARNING)  # Streamlit says at each step that nobody looks at the page
    with scratch_workbench() as (database, settings):
        seconds, _ = timed(lambda: load_demo(database, settings, lambda _line: None, DAY))
        print(f"\nPages over the demo brand (loaded in {seconds:.0f} s)", flush=True)
        opened.use(settings, database)
        try:
            for page in PAGES:
                _measure(database, page)
        finally:
            opened._current.clear()


def _measure(database: Database, page: str) -> None:
    st.cache_data.clear()
    st.cache_resource.clear()
    test = _signed_in(database)
    begun = time.perf_counter()
    test.switch_page(page).run()
    first = time.perf_counter() - begun
    if test.exception or test.error:
        raise SystemExit(f"{page} could not be drawn.")
    before = time.process_time()
    times = sorted(timed(test.run)[0] for _ in range(RERUNS))
    own = (time.process_time() - before) / RERUNS
    middle, aimed = times[len(times) // 2], page.endswith("overview.py")
    say(f"  {page}, rerun (median of {RERUNS})", f"{middle * 1000:.0f} ms", "≤ 150 ms" if aimed else "", middle <= MOST if aimed else None)
    say("    its processor time / a first visit", f"{own * 1000:.0f} / {first * 1000:.0f} ms")


def _signed_in(database: Database) -> AppTest:
    test = AppTest.from_file(str(ROOT / "pages" / "shell.py"), default_timeout=120)
    if accounts.find(database, "bench") is None:
        accounts.create(database, SYSTEM, "bench", "Bench", "admin", password="correct horse battery", must_change_password=False)
    test.session_state["session_id"] = sessions.begin(database, "bench", datetime.now(UTC)).id
    test.session_state["authentication_status"] = True
    return test.run()
