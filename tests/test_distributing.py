"""Where pytest's workers begin, and what they keep together."""

from __future__ import annotations

from pathlib import Path

from tests.distributing import LONGEST, rank, unit_of

ROOT = Path(__file__).resolve().parents[1]


def test_a_file_is_a_unit_and_all_browser_tests_are_one() -> None:
    assert (
        unit_of("tests/sales/test_query.py::test_a[x/y::z]") == unit_of("tests/sales/test_query.py::test_b") == "tests/sales/test_query.py"
    )
    assert unit_of("tests/browser/test_story.py::test_a") == unit_of("tests/browser/test_sign_in.py::test_b")


def test_what_starts_applications_goes_first_and_is_there() -> None:
    addresses = ["tests/api/test_api.py::test_a", "tests/test_start.py::test_b", "tests/browser/test_story.py::test_c"]
    assert sorted(addresses, key=rank) == addresses[::-1]
    assert all((ROOT / start).exists() for start in LONGEST)
