"""Settings come from their own names only: what else the environment holds is nobody's setting."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.settings import Settings


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder without a `.env`, and an environment without any setting of ours."""
    for field in Settings.model_fields.values():
        monkeypatch.delenv(str(field.alias), raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_data_lies_under_var_and_not_in_the_persons_home(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/somewhere/else")
    assert Settings().home == bare / "var"


def test_foreign_names_are_no_settings(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"PORT": "99", "HOST": "0.0.0.0", "DEMO": "false", "BRAND": "x", "ENVIRONMENT": "production"}.items():
        monkeypatch.setenv(name, value)
    found = Settings()
    assert (found.port, found.host, found.demo, found.environment) == (8501, "127.0.0.1", True, "development")


def test_a_secret_may_come_from_a_file(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (bare / "key").write_text("k" * 40 + "\n")
    monkeypatch.setenv("WORKBENCH_SECRET_KEY_FILE", str(bare / "key"))
    secret = Settings().secret_key
    assert secret is not None and secret.get_secret_value() == "k" * 40


def test_a_placeholder_is_refused_in_production(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_ENVIRONMENT", "production")
    monkeypatch.setenv("WORKBENCH_SECRET_KEY", "changeme")
    with pytest.raises(ValueError, match="WORKBENCH_SECRET_KEY"):
        Settings()
