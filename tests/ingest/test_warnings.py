"""The remarks on every shared file of five vendors: each one that its truth expects, and none that is only noise."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.ingest import importing
from tests.ingest.test_conformance import FILES, bring_in, master, truth_of  # noqa: F401

pytestmark = pytest.mark.shared
VENDORS = ("liberty", "galilu", "boxnox", "skins_sa", "skins_nl")
UNPROVEN = {"boxnox": {"no_control_total"}}  # it prints no totals for earlier years, which has to be said


@pytest.mark.parametrize("vendor", VENDORS)
def test_the_remarks_are_exactly_the_expected_ones(master, settings, vendor):  # noqa: F811
    for path in sorted((path for path in FILES if path.parent.name == vendor), key=as_sent):
        expected = {warning["code"] for warning in truth_of(path)["expected_warnings"]}
        asked = importing.import_file(master, settings, path)
        answered = bring_in(master, settings, path) if asked.status == "needs_decision" else asked
        told = set(asked.problems["rule"]) | set(answered.problems["rule"])
        if answered.status == "duplicate":  # what was said about the first of them is not said again
            assert told & expected and told <= expected | UNPROVEN.get(vendor, set()), path.name
        else:
            assert told == expected | UNPROVEN.get(vendor, set()), path.name


def as_sent(path: Path) -> tuple[str, bool]:
    """Oldest first, repetitions behind what they repeat."""
    truth = truth_of(path)
    return truth["period"]["end"], "duplicate_of" in truth
