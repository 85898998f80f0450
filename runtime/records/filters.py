"""Filters: rules against the Model, their values checked and bound, their shape compiled once."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from kernel.faults import Fault
from kernel.fields.type import EMPTINESS, Operand, ValueFault
from runtime import statements
from runtime.records.errors import BadQuery
from runtime.records.paths import Source, resolve
from runtime.records.query import LONGEST_TEXT, MOST_VALUES, SHORT, Group, Rule, is_text

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from kernel.model import FieldModel
    from runtime.records._door import Door

INTEGER = re.compile(r"[+-]?[0-9]{1,100}")
NUMBER = re.compile(r"[+-]?[0-9]{1,100}(\.[0-9]{1,100})?")
TODAY = re.compile(r"\$today(?:([+-])([0-9]{1,5})([dwmy]))?")
LISTS = ("in", "notIn", "between", "notBetween")
NUMBERS = (sa.Integer, sa.Numeric)
FLAGS = {"true": True, "1": True, "false": False, "0": False}
NEGATED = ("!=", "notIn", "doesNotContain", "doesNotBeginWith", "doesNotEndWith", "notBetween", "notNull")


@dataclass(slots=True)
class _Leaf:
    fields: tuple[FieldModel, ...]
    operator: str
    operands: tuple[Operand, ...]
    constant: bool | None = None  # the rule is true or false whatever the record says


@dataclass(slots=True)
class _Branch:
    combinator: str
    negated: bool
    parts: list[_Leaf | _Branch]


@dataclass(slots=True)
class Filters:
    """Rules that all have to hold.

    Attributes:
        shape: what decides the SQL text.
        values: of the parameters ``f0``, ``f1``, ... in it.
        lasting: whether the values are the same for every caller and on every day.
    """

    shape: Hashable
    values: dict[str, Any]
    tree: _Branch
    lasting: bool

    def condition(self, source: Source) -> sa.ColumnElement[bool] | None:
        """The SQL condition; tables of paths are joined to ``source``."""
        return _Builder(source).branch(self.tree) if self.tree.parts else None


def prepare(door: Door, rules: Sequence[Rule | Group]) -> Filters:
    """Resolve paths, decode values. Raises ``BadQuery`` with every fault."""
    reader = _Reader(door)
    tree = _Branch("and", negated=False, parts=[part for rule in rules if (part := reader.part(rule)) is not None])
    if reader.faults:
        raise BadQuery(reader.faults)
    return Filters(tuple(reader.shape), reader.values, tree, reader.lasting)


@dataclass(slots=True)
class _Reader:
    door: Door
    faults: list[Fault] = field(default_factory=list)
    shape: list[Hashable] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    lasting: bool = True

    def part(self, rule: Rule | Group) -> _Leaf | _Branch | None:
        if isinstance(rule, Rule):
            return self.leaf(rule)
        self.shape.append((rule.combinator, rule.negated, len(rule.rules)))
        parts = [part for one in rule.rules if (part := self.part(one)) is not None]
        return _Branch(rule.combinator, rule.negated, parts)

    def leaf(self, rule: Rule) -> _Leaf | None:
        try:
            fields, operator, value = self.named(rule)
            value = self.value(fields[-1], operator, value)
            if value is NOBODY:
                self.shape.append((rule.path, operator, "nobody"))
                return _Leaf(fields, operator, (), constant=operator in NEGATED)
            if value is None and operator in ("=", "!="):
                operator = "null" if operator == "=" else "notNull"
            operands = fields[-1].type.operands(fields[-1], operator, value)
        except BadQuery as error:
            self.faults += error.faults
            return None
        except ValueFault as fault:
            self.faults.append(Fault(rule.pointer + fault.pointer, fault.code, fault.parameters))
            return None
        self.shape.append((rule.path, operator))
        for operand in operands:
            self.values[f"f{len(self.values)}"] = operand.value
        return _Leaf(fields, operator, operands)

    def named(self, rule: Rule) -> tuple[tuple[FieldModel, ...], str, Any]:
        """The fields, operator and value of a rule; the short form may end in an operator."""
        path_pointer = rule.pointer if rule.short else rule.pointer.removesuffix("/value") + "/field"
        if not rule.short:
            return resolve(self.door, rule.path, path_pointer), rule.operator, rule.value
        head, _, last = rule.path.rpartition(".")
        try:
            return resolve(self.door, rule.path, path_pointer), rule.operator, rule.value
        except BadQuery:
            if not head or last not in SHORT:
                raise
        fields = resolve(self.door, head, path_pointer)
        if last == "null":
            if rule.value not in ("true", "false", "1", "0", ""):
                raise BadQuery([Fault(rule.pointer, "wrong_type", {"expected": "boolean"})])
            return fields, "null" if rule.value in ("true", "1", "") else "notNull", None
        return fields, SHORT[last], rule.value

    def value(self, target: FieldModel, operator: str, value: Any) -> Any:
        """The JSON value that the field type understands: text made numbers, ``$me`` and ``$today`` replaced."""
        if operator in EMPTINESS:
            return None
        if operator in LISTS:
            if isinstance(value, str):
                value = [part.strip() for part in value.split(",")]
            if not isinstance(value, list):
                raise ValueFault("list_expected")
            if len(value) > MOST_VALUES:
                raise ValueFault("too_many_items", {"max": MOST_VALUES})
            found = [self.one(target, part) for part in value]
            if NOBODY in found:
                found = [part for part in found if part is not NOBODY]
                return found or NOBODY if operator in ("in", "notIn") else NOBODY
            return found
        return self.one(target, value)

    def one(self, target: FieldModel, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        if len(value) > LONGEST_TEXT:
            raise ValueFault("too_long", {"max": LONGEST_TEXT})
        if not is_text(value):
            raise ValueFault("bad_text")
        kind, text = target.type.columns(target)[0], value.strip()
        if isinstance(kind, sa.Uuid) and text == "$me":
            self.lasting = False
            me = self.door.call.identity.user_id
            return NOBODY if me is None else str(me)
        if isinstance(kind, sa.Date | sa.DateTime):
            match = TODAY.fullmatch(text)
            if match is None:
                return text
            self.lasting = False
            return _day(match)
        if isinstance(kind, NUMBERS):
            return _number(text)
        return FLAGS.get(text.lower(), value) if isinstance(kind, sa.Boolean) else value


class _Nobody:
    """``$me`` where no user asks: equal to no value."""


NOBODY = _Nobody()


def _number(text: str) -> Any:
    """A number written as text; anything else is left for the field type to refuse."""
    if INTEGER.fullmatch(text):
        return int(text)
    return Decimal(text) if NUMBER.fullmatch(text) else text


def _day(match: re.Match[str]) -> str:
    """The day that ``$today-7d`` means."""
    day = datetime.now(UTC).date()
    return (_shifted(day, match) if match[1] else day).isoformat()


def _shifted(day: date, match: re.Match[str]) -> date:
    amount = int(match[2]) * (-1 if match[1] == "-" else 1)
    try:
        if match[3] in "dw":
            return day + timedelta(days=amount * (7 if match[3] == "w" else 1))
        months = day.year * 12 + day.month - 1 + amount * (12 if match[3] == "y" else 1)
        year, month = divmod(months, 12)
        last = (date(year + month // 11, (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
        return date(year, month + 1, min(day.day, last))
    except (OverflowError, ValueError) as error:
        raise ValueFault("date_invalid", {"value": match[0]}) from error


class _Builder:
    """Makes SQL of prepared rules; numbers parameters in the order in which the reader met them."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._next = 0

    def branch(self, branch: _Branch) -> sa.ColumnElement[bool]:
        parts = [self.branch(part) if isinstance(part, _Branch) else self.leaf(part) for part in branch.parts]
        join = sa.and_ if branch.combinator == "and" else sa.or_
        joined: sa.ColumnElement[bool] = join(*parts) if parts else sa.true()
        # a rule is null where there is no value; "not" must find these records
        return sa.not_(sa.func.coalesce(joined, sa.false())) if branch.negated else joined

    def leaf(self, leaf: _Leaf) -> sa.ColumnElement[bool]:
        if leaf.constant is not None:
            return sa.true() if leaf.constant else sa.false()
        target = leaf.fields[-1]
        table = self._source.table(leaf.fields[:-1])
        bound = []
        for operand in leaf.operands:
            bound.append(statements.parameter(f"f{self._next}", operand.type))
            self._next += 1
        return target.type.condition(target, target.expressions(table), leaf.operator, bound)
