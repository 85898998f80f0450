"""The row of headings: names for the columns, and whether a row is one at all. Also forms of dates and numbers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

DATE = re.compile(r"^\s*(\d{1,4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,4})\s*日?(?:[ T,]+\d{1,2}:\d{2}.*)?$")
NUMBER = re.compile(r"^\s*[-+(]?[^\w\s]?\s*\d[\d\s.,'’]*\s*[%€$£¥)]?\s*$")
EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
COMMA_DECIMAL = re.compile(r"^[^\d,]*\d{1,3}(?:(?:[.\s'’ ]\d{3})+|\d*),(?:\d{1,2}|\d{4,})\D*$|\.\d{3},\d+\D*$")
POINT_DECIMAL = re.compile(r"^[^\d.]*\d{1,3}(?:(?:[,\s'’ ]\d{3})+|\d*)\.(?:\d{1,2}|\d{4,})\D*$|,\d{3}\.\d+\D*$")
SAMPLE_ROWS = 50


def column_names(cells: Sequence[str]) -> list[str]:
    """A unique name for each column: blank ones are called ``Column 3``, the second of two equal ones ``Name (2)``."""
    names: list[str] = []
    taken: set[str] = set()
    for position, cell in enumerate(cells, 1):
        wanted = " ".join(cell.replace("\x00", "").split())[:200] or f"Column {position}"
        wanted = wanted.encode("utf-8", "replace").decode("utf-8")
        name, number = wanted, 1
        while name.casefold() in taken:
            number += 1
            name = f"{wanted} ({number})"
        taken.add(name.casefold())
        names.append(name)
    return names


def looks_like_data(cells: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether a first row holds values rather than headings, judged by the rows below it.

    A heading over numbers, dates or addresses is a word; a row that has such a value itself, in a column where the
    rows below have the like, is data.
    """
    for position, cell in enumerate(cells):
        form = _form(cell)
        if form is None:
            continue
        others = [_form(row[position]) for row in below[:SAMPLE_ROWS] if position < len(row) and row[position].strip()]
        if not others or others.count(form) * 2 > len(others):
            return True
    return False


def date_order(values: Iterable[str]) -> str:
    """``mdy``, ``dmy`` or ``ymd`` for the dates among the values; empty where there are none or they contradict."""
    votes: set[str] = set()
    hint = ""
    for value in values:
        found = DATE.match(value)
        if not found:
            continue
        first, second = found[1], found[2]
        if len(first) > 2 or int(first) > 31:
            votes.add("ymd")
        elif int(first) > 12:
            votes.add("dmy")
        elif int(second) > 12:
            votes.add("mdy")
        else:
            hint = hint or ("mdy" if "/" in value else "dmy")
    votes = votes - {"ymd"} or votes  # ISO dates are understood in any order, so the others decide
    return votes.pop() if len(votes) == 1 else ("" if votes else hint)


def decimal_form(values: Iterable[str]) -> str:
    """``comma`` where the numbers are written with a decimal comma, otherwise ``point``."""
    commas = points = 0
    for value in values:
        commas += COMMA_DECIMAL.search(value) is not None
        points += POINT_DECIMAL.search(value) is not None
    return "comma" if commas > points else "point"


def _form(cell: str) -> str | None:
    if DATE.match(cell):
        return "date"
    if NUMBER.match(cell):
        return "number"
    return "email" if EMAIL.match(cell.strip()) else None
