"""How the tests are dealt out to pytest's workers: a file stays on one of them, the longest go first, a started application is started once."""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling

# Begun first, in this order: what starts whole applications takes minutes and must not be what everybody waits for at the end.
LONGEST = ("tests/browser/", "tests/test_start.py", "tests/test_scheduler.py")


def unit_of(nodeid: str) -> str:
    """Tests of one unit run one after the other on one worker: those of a file; those of all browser tests, which share two applications."""
    file = nodeid.split("::", 1)[0]
    return LONGEST[0] if file.startswith(LONGEST[0]) else file


def rank(nodeid: str) -> int:
    """Lower goes first."""
    return next((number for number, start in enumerate(LONGEST) if nodeid.startswith(start)), len(LONGEST))


class LongestFirst(LoadScopeScheduling):
    """Units in the order of the collection, which `tests/conftest.py` has sorted by `rank`.

    The marker `xdist_group` is not used: with pytest 9.2 the group's name does not get into a test's address, so xdist 3.8 overlooks it
    without a word and deals such tests out to all workers.
    """

    def __init__(self, config, log=None) -> None:  # type: ignore[no-untyped-def]
        config.option.loadscopereorder = False
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        return unit_of(nodeid)
