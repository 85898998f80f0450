"""Physical names of tables and columns. Generated, never taken from a document."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PHYSICAL = re.compile(r"[oc]([0-9]+)")


class Names:
    """The physical names of one tenant: ``o12`` for a table, ``c34`` for a field, ``c34_1`` for its second column.

    Numbers are given once. A deleted object or field keeps its number (its data is still there), so one made later
    with the same name gets another.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[str, str | None], str] = {}
        self._last = 0
        self.new_rows: list[dict[str, Any]] = []

    @classmethod
    def load(cls, rows: Iterable[Mapping[str, Any]]) -> Names:
        """Names as stored: rows of ``object``, ``field`` (None for the table), ``physical`` and ``retired_at``."""
        names = cls()
        for row in rows:
            match = PHYSICAL.fullmatch(row["physical"])
            if match is None:
                raise ValueError(f"not a physical name: {row['physical']!r}")
            names._last = max(names._last, int(match[1]))
            if row["retired_at"] is None:
                names._known[row["object"], row["field"]] = row["physical"]
        return names

    def table(self, object_name: str) -> str:
        """The table of an object; a new one is given where there is none."""
        return self._get(object_name, None, "o", "object")

    def column(self, object_name: str, field_name: str, part: int = 0, *, kind: str = "") -> str:
        """The column of a field; a new one is given where there is none. ``kind`` is its type, for the record."""
        first = self._get(object_name, field_name, "c", kind)
        return first if part == 0 else f"{first}_{part}"

    def _get(self, object_name: str, field_name: str | None, letter: str, kind: str) -> str:
        found = self._known.get((object_name, field_name))
        if found is None:
            self._last += 1
            found = self._known[object_name, field_name] = f"{letter}{self._last}"
            self.new_rows.append({"object": object_name, "field": field_name, "physical": found, "type": kind})
        return found
