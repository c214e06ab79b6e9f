"""Every known failure names the tests that prove it, and those tests are there."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.ingest.required_behaviours import BEHAVIOURS

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("node", sorted({node for nodes in BEHAVIOURS.values() for node in nodes}))
def test_the_proof_of_a_behaviour_exists(node: str) -> None:
    path, name = node.split("::")
    found = {part.name for part in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))) if isinstance(part, ast.FunctionDef)}
    assert name in found


def test_behaviours_are_numbered_as_in_the_list() -> None:
    assert set(BEHAVIOURS) == {f"R{number}" for number in range(1, 41)} and all(BEHAVIOURS.values())
