"""What a value goes through comes back the same: JSON to text of a file and back, JSON to PostgreSQL and back."""

from __future__ import annotations

import json
import math
import re
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from uuid_utils.compat import uuid7

import kernel.migration
from kernel.fields import TYPES
from kernel.fields.money import CODES
from kernel.fields.text import EMAIL_PATTERN, PHONE_PATTERN, URL_PATTERN
from kernel.fields.type import PLAIN
from tests.kernel.samples import EVERY_TYPE, compiled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hypothesis.strategies import SearchStrategy

    from kernel.model import FieldModel

THING = compiled(EVERY_TYPE).objects["thing"]

storable = st.characters(exclude_characters="\x00", exclude_categories=["Cs"])
text = st.text(storable, max_size=40)
numbers = st.one_of(
    st.integers(-(10**12), 10**12),
    st.decimals(min_value=-(10**9), max_value=10**9, places=2, allow_nan=False),
    st.floats(-1e6, 1e6).map(lambda number: round(number, 2)),
)
small = st.decimals(min_value=-1000, max_value=1000, places=4, allow_nan=False)
zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1), timezones=zones).map(datetime.isoformat)
trees: SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=8,
)

VALUES: dict[str, SearchStrategy[Any]] = {
    "text": text,
    "code": st.from_regex(r"^[A-Z][a-z0-9]{0,10}\Z"),
    "long_text": text,
    "email": st.from_regex(re.compile(EMAIL_PATTERN[:-1] + r"\Z")).filter(lambda value: len(value) <= 254),
    "phone": st.from_regex(re.compile(PHONE_PATTERN[:-1] + r"\Z")),
    "url": st.from_regex(re.compile(URL_PATTERN[:-1] + r"\Z")).filter(lambda value: len(value) <= 2000),
    "integer": st.integers(-(2**53) + 1, 2**53 - 1),
    "decimal": small,
    "currency": numbers | st.fixed_dictionaries({"amount": numbers, "currency": st.sampled_from(sorted(CODES))}),
    "percent": numbers,
    "boolean": st.booleans(),
    "date": st.dates().map(date.isoformat),
    "datetime": moments,
    "picklist": st.sampled_from(["a", "b", "c d"]),
    "many": st.lists(st.sampled_from(["a", "b", "c d"]), unique=True),
    "lookup": st.uuids().map(str),
    "user": st.uuids().map(str),
    "json": trees.filter(lambda value: value is not None),
}
RECORDS = st.fixed_dictionaries({}, optional={name: st.none() | values for name, values in VALUES.items()})


def test_there_are_values_for_every_type_that_can_be_written() -> None:
    tested = {THING.fields[name].type.name for name in VALUES}
    assert tested == {kind.name for kind in TYPES.values() if kind.writable}


@pytest.mark.parametrize("name", VALUES)
@given(data=st.data())
@settings(max_examples=60)
def test_text_of_a_file_is_read_back_as_what_was_written(name: str, data: st.DataObject) -> None:
    field = THING.fields[name]
    value = data.draw(VALUES[name])
    bound = field.type.decode(field, value)
    shown = field.type.format(field, canonical(field, value, bound))
    if shown != shown.strip():
        shown = ""  # files are read without the blanks around a cell
        return
    read = field.type.parse(field, shown, PLAIN)
    assert field.type.decode(field, read) == bound
    assert (field.type.text_decoder(field, PLAIN)(shown) if shown else None) == (
        bound if len(field.columns) > 1 and bound[0] is not None else bound[0]
    )


@pytest.mark.parametrize("name", VALUES)
@given(data=st.data())
@settings(max_examples=60)
def test_what_is_decoded_fits_the_schema_for_requests(name: str, data: st.DataObject) -> None:
    field = THING.fields[name]
    value = data.draw(VALUES[name])
    schema = {key: part for key, part in field.type.write_schema(field).items() if key != "multipleOf"}
    plain = json.loads(json.dumps(value, default=float))
    if field.required and isinstance(value, str) and not value.strip():
        return
    if name == "currency":
        return  # its scale is in an inner schema, where floats do not divide evenly
    assert jsonschema_rs.validator_for(schema).is_valid(plain), (plain, schema)


@pytest.fixture(scope="module")
def connection(postgres: str) -> Iterator[sa.Connection]:
    """A connection to a new database with the table of the object with every type."""
    from tests import server

    with server.clone(postgres, "template0") as url:
        engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
        with engine.connect() as opened:
            for statement in (
                "CREATE SCHEMA tangram",
                "CREATE EXTENSION pg_trgm SCHEMA tangram",
                "CREATE SCHEMA t_test",
                "SET TIME ZONE 'Asia/Shanghai'",
            ):
                opened.execute(sa.text(statement))
            empty, full = compiled(revision=0), compiled(EVERY_TYPE)
            kernel.migration.apply(kernel.migration.plan(compiled_nothing(empty), full), opened)
            opened.execute(sa.text("SET session_replication_role = replica"))  # the lookups lead nowhere
            yield opened
        engine.dispose()


def compiled_nothing(model: Any) -> Any:
    """A Model without any object, so that the plan makes all tables."""
    import dataclasses

    return dataclasses.replace(model, objects={})


@given(record=RECORDS)
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_postgresql_answers_the_json_that_was_written(connection: sa.Connection, record: dict[str, Any]) -> None:
    if record.get("text") is None or not record["text"].strip(" \t\r\n"):
        record["text"] = "x"
    values = THING.codec.decode(record, mode="create")
    table = THING.table
    json_column = THING.fields["json"].columns[0]
    stored = {name: json.loads(value) if name == json_column and value else value for name, value in values.items()}
    key, now = uuid7(), datetime.now(UTC)
    with connection.begin_nested() as trial:
        row = {"id": key, "version": 1, "created_at": now, "updated_at": now, **stored}
        connection.execute(table.insert(), [row])
        pairs = [part for name in record for part in (sa.literal(name), THING.fields[name].json(table))]
        built = sa.cast(sa.func.json_build_object(*pairs), sa.Text)
        answer = json.loads(connection.scalar(sa.select(built).where(table.c.id == key)), parse_float=Decimal)
        trial.rollback()
    for name, value in record.items():
        field = THING.fields[name]
        assert answer[name] == canonical(field, value, field.type.decode(field, value)), name


@given(record=RECORDS)
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_record_is_found_by_each_of_its_values(connection: sa.Connection, record: dict[str, Any]) -> None:
    if record.get("text") is None or not record["text"].strip(" \t\r\n"):
        record["text"] = "x"
    values = THING.codec.decode(record, mode="create")
    table = THING.table
    json_column = THING.fields["json"].columns[0]
    stored = {name: json.loads(value) if name == json_column and value else value for name, value in values.items()}
    key, now = uuid7(), datetime.now(UTC)
    conditions = []
    for name, value in record.items():
        field = THING.fields[name]
        bound = field.type.decode(field, value)
        if bound[0] is None:
            conditions.append(field.compare(table, "null", None))
            continue
        given_value = canonical(field, value, bound)
        if "=" in field.type.operators:
            conditions += [field.compare(table, "=", given_value), sa.not_(field.compare(table, "!=", given_value))]
        if "in" in field.type.operators:
            listed = given_value if field.type.name == "multi_picklist" else [given_value]
            conditions += [field.compare(table, "in", listed), sa.not_(field.compare(table, "notIn", listed))]
        if "between" in field.type.operators:
            conditions.append(field.compare(table, "between", [given_value, given_value]))
            conditions.append(sa.not_(field.compare(table, "notBetween", [given_value, given_value])))
            conditions += [field.compare(table, operator, given_value) for operator in ("<=", ">=")]
            conditions += [sa.not_(field.compare(table, operator, given_value)) for operator in ("<", ">")]
        if "beginsWith" in field.type.operators:
            part = str(given_value)[:3]
            conditions += [field.compare(table, operator, part) for operator in ("contains", "beginsWith")]
            conditions.append(field.compare(table, "endsWith", str(given_value)[-3:]))
            conditions.append(sa.not_(field.compare(table, "doesNotContain", part)))
        conditions.append(field.compare(table, "notNull", None))
    with connection.begin_nested() as trial:
        row = {"id": key, "version": 1, "created_at": now, "updated_at": now, **stored}
        connection.execute(table.insert(), [row])
        columns = [condition.label(f"x{position}") for position, condition in enumerate(conditions)]
        answer = connection.execute(sa.select(*columns, sa.literal(1)).where(table.c.id == key)).one()
        trial.rollback()
    wrong = [str(condition) for condition, holds in zip(conditions, answer, strict=False) if not holds]
    assert not wrong


def canonical(field: FieldModel, value: Any, bound: tuple[Any, ...]) -> Any:
    """The JSON value that stands for what was decoded, as PostgreSQL answers it."""
    main = bound[0]
    if main is None:
        return None
    match field.type.name:
        case "currency":
            return {"amount": main, "currency": bound[1]}
        case "datetime":
            return f"{main:%Y-%m-%dT%H:%M:%S.%f}Z".rjust(27, "0")
        case "date" | "lookup" | "user":
            return main.isoformat() if field.type.name == "date" else str(main)
        case "json":
            return json.loads(main)
        case _:
            assert not isinstance(main, float) or math.isfinite(main)
            return main
