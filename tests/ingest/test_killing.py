"""A worker that is killed in the middle of its job leaves the old state or the new one, and the next worker finishes the job."""

from __future__ import annotations

import pytest

from core.db.engine import Database
from tests.evidence.killing import STEPS, Step, kill_and_resume
from tests.ingest.samples import fill_catalogue

QUICK = {
    ("preview", "recognising the vendor"),
    ("store", "between two rows"),
    ("store", "raising the data version, all but committed"),
    ("store", "committed, nobody was told"),
    ("undo", "turning the rows"),
    ("undo", "committed, alerts not asked for"),
}


@pytest.mark.parametrize("step", [s for s in STEPS if (s.job, s.words) in QUICK], ids=lambda step: f"{step.job}: {step.words}")
def test_a_killed_worker_is_followed_by_another(database: Database, owner_dsn: str, tmp_path, step: Step) -> None:
    fill_catalogue(database)
    killed = kill_and_resume(owner_dsn, tmp_path, step)
    assert killed.sound, killed


def test_every_quick_step_is_a_step() -> None:
    assert {(s.job, s.words) for s in STEPS} >= QUICK
