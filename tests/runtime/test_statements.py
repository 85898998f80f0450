"""Statements: compiled once, values bound."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from runtime import statements
from runtime.statements import JsonObject, parameter

TABLE = sa.table("o1", sa.column("id", sa.Integer()), sa.column("c1", sa.Text()), schema="t_x")


def test_open_parameters_are_filled_and_constants_keep_their_values() -> None:
    query = sa.select(TABLE.c.id).where(TABLE.c.c1 == "it's", TABLE.c.id > parameter("low", sa.Integer()))
    statement = statements.compile(query.where(TABLE.c.id != parameter("low", sa.Integer())))
    assert "it's" not in statement.sql
    assert statement.arguments({"low": 5, "other": 6}) == ["it's", 5]
    assert statement.sql.count("$2") == 2
    with pytest.raises(KeyError):
        statement.arguments({})


def test_keys_of_json_objects_are_bound() -> None:
    name = "x'); DROP TABLE o1; --"
    statement = statements.compile(sa.select(JsonObject([(name, TABLE.c.c1)])))
    assert "DROP" not in statement.sql
    assert statement.arguments({}) == [name]


def test_the_cache_forgets_what_was_not_used_for_longest_and_keeps_owners_apart() -> None:
    cache = statements.Cache(2)
    one, other = object(), object()
    assert cache.get((one,), "a", lambda: 1) == 1
    assert cache.get((other,), "a", lambda: 2) == 2
    assert cache.get((one,), "a", lambda: 3) == 1
    assert cache.get((one,), "b", lambda: 4) == 4
    assert len(cache) == 2
    assert cache.get((other,), "a", lambda: 5) == 5
