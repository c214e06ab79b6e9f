"""Tables on a telephone: the names stay in sight while figures are scrolled."""

from __future__ import annotations

from unittest.mock import patch

from pages.components import results, screen

COLUMNS = ("product", "sales_eur_net", "units")


def test_names_stay_in_sight_on_a_telephone() -> None:
    with patch.object(screen, "is_narrow", return_value=True):
        found = results.column_config(COLUMNS, {})
    assert found["product"]["pinned"] is True and found["product"]["width"] == screen.NAME


def test_names_are_as_wide_as_they_are_on_a_desk() -> None:
    with patch.object(screen, "is_narrow", return_value=False):
        found = results.column_config(COLUMNS, {})
    assert not found["product"]["pinned"] and found["product"]["width"] is None
