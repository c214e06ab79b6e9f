from __future__ import annotations

from pathlib import Path

from core.ingest.holes import holes
from core.ingest.importing import import_file
from demo.layouts import liberty
from demo.market import months_until
from tests.uploading import TODAY, fill_catalogue


def test_a_week_nobody_sent_is_worth_what_the_year_to_date_grew_by(database, settings, tmp_path: Path) -> None:
    fill_catalogue(database, tmp_path)
    weeks = [path for path, _ in liberty.files(tmp_path / "liberty", months_until(TODAY, 2), seed=5)][-4:]
    reports = [import_file(database, settings, path, accept_warnings=True) for path in (*weeks[:1], *weeks[2:])]
    (hole,) = holes(database)
    before, after = reports[0], reports[1]
    assert (hole.first - before.period_end).days == 1 and (after.period_start - hole.last).days == 1
    assert holes(database, (hole.reseller_id + 1,)) == ()
    sent = import_file(database, settings, weeks[1], accept_warnings=True)
    assert hole.units == sent.units and holes(database) == ()
