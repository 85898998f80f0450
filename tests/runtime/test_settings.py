"""Settings: read from the environment, listed without secrets, refused with the variable's name."""

from __future__ import annotations

from pathlib import Path

import pytest

from runtime import settings


def test_without_any_variable_the_data_lies_beside_the_checkout() -> None:
    loaded = settings.load({})
    assert loaded.home == settings.ROOT / ".tangram"
    assert loaded.port == 8000
    assert loaded.database_url is None


def test_values_come_from_the_environment() -> None:
    loaded = settings.load(
        {"TANGRAM_HOME": "~/data", "TANGRAM_PORT": "8123", "TANGRAM_DATABASE_URL": "postgresql://db/x"}
    )
    assert loaded.home == Path.home() / "data"
    assert loaded.port == 8123
    assert loaded.database_url == "postgresql://db/x"


def test_an_empty_variable_is_unset() -> None:
    assert settings.load({"TANGRAM_DATABASE_URL": "", "TANGRAM_PORT": ""}).port == 8000


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("TANGRAM_PORT", "eight"),
        ("TANGRAM_PORT", "0"),
        ("TANGRAM_PORT", "70000"),
        ("TANGRAM_POOL_SIZE", "1"),
        ("TANGRAM_LOG_LEVEL", "loud"),
        ("TANGRAM_DATABASE_URL", "mysql://db/x"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_with_the_name_of_its_variable(variable: str, value: str) -> None:
    with pytest.raises(settings.BadSetting, match=variable):
        settings.load({variable: value})


def test_a_child_process_gets_the_same_settings() -> None:
    loaded = settings.load({"TANGRAM_HOME": "/data", "TANGRAM_PORT": "9000", "TANGRAM_LOG_LEVEL": "debug"})
    assert settings.load(loaded.environment()) == loaded


def test_the_listing_says_where_a_value_comes_from_and_hides_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TANGRAM_PORT", "8111")
    monkeypatch.setenv("TANGRAM_DATABASE_URL", "postgresql://me:hush@db/x")
    rows = {row[0]: row for row in settings.listing(settings.load())}
    assert rows["TANGRAM_PORT"][1:3] == ("8111", "environment")
    assert rows["TANGRAM_HOST"][1:3] == ("127.0.0.1", "default")
    assert all(row[3] for row in rows.values())
    assert "hush" not in str(rows)
    assert rows["TANGRAM_DATABASE_URL"][1] == "postgresql://me:***@db/x"
