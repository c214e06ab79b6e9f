"""Nobody is taken for somebody else."""

from __future__ import annotations

import polars as pl
import pytest

from tests.ingest import confusion


@pytest.mark.shared
def test_every_file_is_its_own_senders_and_nobodys_files_are_nobodys() -> None:
    table = confusion.matrix()
    with pl.Config(tbl_rows=-1, tbl_cols=-1):
        assert not confusion.mistaken(table), table
    assert table.filter(pl.col("sender") == confusion.NOBODY)["generic"].item() >= 25
