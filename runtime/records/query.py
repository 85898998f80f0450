"""Questions as callers ask them: parameters of a URL or a JSON body, checked for form and made into a ``Query``.

What the names in it stand for is decided later, against the Model (``paths``, ``filters``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from kernel.faults import Fault, escape
from runtime.records.errors import BadQuery

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

DEFAULT_LIMIT = 50
MOST_RECORDS = 200
MOST_FIELDS = 400
MOST_SORTS = 5
MOST_RULES = 200
MOST_DEPTH = 10
MOST_VALUES = 1000
LONGEST_TEXT = 10_000
LONGEST_SEARCH = 200
LONGEST_PATH = 250
LONGEST_CURSOR = 20_000

PARAMETERS = ("fields", "expand", "filter", "sort", "cursor", "limit", "count", "q", "deleted")
# Operators of the short form (`amount.gt=5000`) and what react-querybuilder calls them.
SHORT = {
    "eq": "=",
    "ne": "!=",
    "lt": "<",
    "lte": "<=",
    "gt": ">",
    "gte": ">=",
    "contains": "contains",
    "starts": "beginsWith",
    "ends": "endsWith",
    "in": "in",
    "not_in": "notIn",
    "null": "null",
    "between": "between",
}
GROUP_KEYS = {"id", "combinator", "not", "rules"}
RULE_KEYS = {"id", "field", "operator", "value", "valueSource"}
PARTS = ("contains", "doesNotContain", "beginsWith", "doesNotBeginWith", "endsWith", "doesNotEndWith")
OPERATORS = frozenset(
    ("=", "!=", "<", "<=", ">", ">=", "null", "notNull", "in", "notIn", "between", "notBetween", *PARTS)
)


@dataclass(slots=True, frozen=True)
class Rule:
    """One comparison. ``short`` is set where it came in the short form: ``path`` may then end in an operator."""

    path: str
    operator: str
    value: Any
    pointer: str
    short: bool = False


@dataclass(slots=True, frozen=True)
class Group:
    """Rules joined by ``and`` or ``or``, perhaps negated."""

    combinator: str
    negated: bool
    rules: tuple[Rule | Group, ...]


@dataclass(slots=True, frozen=True)
class Sort:
    path: str
    descending: bool
    pointer: str


@dataclass(slots=True, frozen=True)
class Query:
    """A question to one object.

    Attributes:
        fields: paths to answer with; None: every readable field.
        expand: lookups to answer as objects.
        filters: all have to hold.
        cursor: ``next`` of the page before.
        limit: records of a page, 1 to ``MOST_RECORDS``.
        count: answer the number of all records that match, too.
        q: text to search for.
        deleted: ask the recycle bin instead.
    """

    fields: tuple[str, ...] | None = None
    expand: tuple[str, ...] = ()
    filters: tuple[Rule | Group, ...] = ()
    sort: tuple[Sort, ...] = ()
    cursor: str | None = None
    limit: int = DEFAULT_LIMIT
    count: bool = False
    q: str | None = None
    deleted: bool = False

    @classmethod
    def parse(cls, params: Mapping[str, str | Sequence[str]], *, ignore: Sequence[str] = ()) -> Query:
        """The question of a URL's parameters; a parameter given several times comes as a list.

        Args:
            ignore: parameters that somebody else understands (``format`` and ``columns`` of an export).

        Raises ``BadQuery`` with every fault; pointers name the parameter: ``/limit``.
        """
        reader = _Reader()
        found: dict[str, Any] = {}
        filters: list[Rule | Group] = []
        for name, given in params.items():
            values = [given] if isinstance(given, str) else list(given)
            if name in ignore:
                continue
            if name == "filter":
                filters += [one for text in values if (one := reader.filter_text(text)) is not None]
            elif name in PARAMETERS:
                if len(values) > 1 and name not in ("fields", "expand", "sort"):
                    reader.fault(f"/{name}", "parameter_twice")
                found[name] = ",".join(values) if name in ("fields", "expand", "sort") else values[-1]
            else:
                filters += reader.short(name, values)
        query = reader.query(found, filters)
        reader.finish()
        return query

    @classmethod
    def from_json(cls, body: Any, *, ignore: Sequence[str] = ()) -> Query:
        """The question of a JSON body. Raises ``BadQuery`` with every fault; pointers point into the body."""
        reader = _Reader()
        if not isinstance(body, dict):
            raise BadQuery([Fault("", "wrong_type", {"expected": "object"})])
        for name in body:
            if name not in PARAMETERS and name not in ignore:
                reader.fault(f"/{escape(str(name))}", "unknown_property", property=name)
        filters: list[Rule | Group] = []
        if body.get("filter") is not None:
            group = reader.group(body["filter"], "/filter", 1)
            filters = [group] if group is not None else []
        query = reader.query({name: body[name] for name in PARAMETERS if name in body}, filters)
        reader.finish()
        return query


def parse_filter(value: Any, pointer: str = "/filter") -> tuple[Group, ...]:
    """A filter in react-querybuilder's JSON, checked for form. Raises ``BadQuery``."""
    reader = _Reader()
    group = None if value is None else reader.group(value, pointer, 1)
    reader.finish()
    return () if group is None else (group,)


def limit_of(value: Any, pointer: str, *, default: int, most: int) -> int:
    """A number of records, 1 to ``most``, given as a number or text. Raises ``BadQuery``."""
    reader = _Reader()
    found = reader.limit(value, pointer, default, most)
    reader.finish()
    return found


def is_text(value: str) -> bool:
    """Whether PostgreSQL can store the text: no NUL, no half of a surrogate pair."""
    return "\x00" not in value and not any("\ud800" <= character <= "\udfff" for character in value)


@dataclass(slots=True)
class _Reader:
    """Reads one question and gathers what is wrong with it."""

    faults: list[Fault] = field(default_factory=list)
    rules: int = 0

    def fault(self, pointer: str, code: str, **parameters: Any) -> None:
        self.faults.append(Fault(pointer, code, parameters))

    def finish(self) -> None:
        if self.faults:
            raise BadQuery(self.faults)

    def query(self, given: Mapping[str, Any], filters: list[Rule | Group]) -> Query:
        fields = given.get("fields")
        return Query(
            fields=None if fields is None else self.paths(fields, "/fields"),
            expand=self.paths(given.get("expand"), "/expand"),
            filters=tuple(filters),
            sort=self.sort(given.get("sort")),
            cursor=self.text(given.get("cursor"), "/cursor", LONGEST_CURSOR),
            limit=self.limit(given.get("limit"), "/limit", DEFAULT_LIMIT, MOST_RECORDS),
            count=self.flag(given.get("count"), "/count"),
            q=self.text(given.get("q"), "/q", LONGEST_SEARCH),
            deleted=self.deleted(given.get("deleted")),
        )

    def paths(self, value: Any, pointer: str) -> tuple[str, ...]:
        if value is None:
            return ()
        if isinstance(value, str):
            value = [part.strip() for part in value.split(",") if part.strip()]
        if not isinstance(value, list) or not all(isinstance(part, str) and part for part in value):
            self.fault(pointer, "list_expected")
            return ()
        if len(value) > MOST_FIELDS:
            self.fault(pointer, "too_many_items", max=MOST_FIELDS)
            return ()
        return tuple(dict.fromkeys(value))

    def sort(self, value: Any) -> tuple[Sort, ...]:
        if value is None:
            return ()
        if isinstance(value, str):
            parts = [part.strip() for part in value.split(",") if part.strip()]
            found = [Sort(part.lstrip("-+"), part.startswith("-"), "/sort") for part in parts]
        elif isinstance(value, list):
            found = [one for index, part in enumerate(value) if (one := self.sort_entry(part, f"/sort/{index}"))]
        else:
            self.fault("/sort", "list_expected")
            return ()
        if len(found) > MOST_SORTS:
            self.fault("/sort", "too_many_items", max=MOST_SORTS)
            return ()
        return tuple({one.path: one for one in reversed(found)}.values())[::-1]

    def sort_entry(self, part: Any, pointer: str) -> Sort | None:
        if isinstance(part, str) and part:
            return Sort(part.lstrip("-+"), part.startswith("-"), pointer)
        if not isinstance(part, dict) or not isinstance(part.get("field"), str):
            self.fault(pointer, "bad_sort")
            return None
        if part.keys() - {"field", "direction"} or part.get("direction", "asc") not in ("asc", "desc"):
            self.fault(pointer, "bad_sort")
            return None
        return Sort(part["field"], part.get("direction") == "desc", pointer)

    def text(self, value: Any, pointer: str, longest: int) -> str | None:
        if value is None:
            return None
        if not isinstance(value, str):
            self.fault(pointer, "wrong_type", expected="string")
        elif len(value) > longest:
            self.fault(pointer, "too_long", max=longest)
        elif not is_text(value):
            self.fault(pointer, "bad_text")
        else:
            return value.strip() or None
        return None

    def limit(self, value: Any, pointer: str, default: int, most: int) -> int:
        if value is None:
            return default
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:
            value = int(value)
        if isinstance(value, float) and math.isfinite(value) and value.is_integer():
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
            self.fault(pointer, "limit_range", min=1, max=most)
            return default
        return value

    def flag(self, value: Any, pointer: str) -> bool:
        if value is None or isinstance(value, bool):
            return bool(value)
        if value in ("true", "1", ""):
            return True
        if value in ("false", "0"):
            return False
        self.fault(pointer, "wrong_type", expected="boolean")
        return False

    def deleted(self, value: Any) -> bool:
        if value in (None, False, "false", "no"):
            return False
        if value in ("only", True, "true"):
            return True
        self.fault("/deleted", "not_allowed", value=str(value)[:50], allowed=["only"])
        return False

    def filter_text(self, text: str) -> Group | None:
        try:
            value = msgspec.json.decode(text)
        except (msgspec.DecodeError, RecursionError, UnicodeError):
            self.fault("/filter", "bad_filter")
            return None
        return self.group(value, "/filter", 1)

    def short(self, name: str, values: list[str]) -> list[Rule]:
        pointer = f"/{escape(name)}"
        if len(name) > LONGEST_PATH or not is_text(name):
            self.fault(pointer[:LONGEST_PATH], "field_unknown", field=name[:50], object="")
            return []
        found = [Rule(name, "=", value, pointer, short=True) for value in values]
        self.rules += len(found)
        if self.rules > MOST_RULES:
            self.fault(pointer, "too_many_items", max=MOST_RULES)
            return []
        if not all(len(value) <= LONGEST_TEXT for value in values):
            self.fault(pointer, "too_long", max=LONGEST_TEXT)
            return []
        return found

    def group(self, value: Any, pointer: str, depth: int) -> Group | None:
        if depth > MOST_DEPTH:
            self.fault(pointer, "json_too_deep", max=MOST_DEPTH)
            return None
        if not isinstance(value, dict) or value.keys() - GROUP_KEYS:
            self.fault(pointer, "bad_filter")
            return None
        combinator, negated, rules = value.get("combinator", "and"), value.get("not", False), value.get("rules")
        if combinator not in ("and", "or") or not isinstance(negated, bool) or not isinstance(rules, list):
            self.fault(pointer, "bad_filter")
            return None
        self.rules += len(rules)
        if self.rules > MOST_RULES:
            self.fault(f"{pointer}/rules", "too_many_items", max=MOST_RULES)
            return None
        found = []
        for index, one in enumerate(rules):
            here = f"{pointer}/rules/{index}"
            nested = isinstance(one, dict) and "rules" in one
            part = self.group(one, here, depth + 1) if nested else self.rule(one, here)
            if part is not None:
                found.append(part)
        return Group(combinator, negated, tuple(found))

    def rule(self, value: Any, pointer: str) -> Rule | None:
        if not isinstance(value, dict) or value.keys() - RULE_KEYS or value.get("valueSource", "value") != "value":
            self.fault(pointer, "bad_filter")
            return None
        path, operator = value.get("field"), value.get("operator")
        if not isinstance(path, str) or not path or len(path) > LONGEST_PATH:
            self.fault(f"{pointer}/field", "bad_filter")
            return None
        if not isinstance(operator, str) or operator not in OPERATORS:
            self.fault(f"{pointer}/operator", "operator_unknown", operator=str(operator)[:50], field=path)
            return None
        return Rule(path, operator, value.get("value"), f"{pointer}/value")
