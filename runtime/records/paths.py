"""What the paths of a question (`account.sector`) stand for, and the joins that they need."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kernel.faults import Fault
from kernel.model import FieldModel, PathFault
from runtime.records.errors import BadQuery

if TYPE_CHECKING:
    import sqlalchemy as sa

    from kernel.model import ObjectModel
    from runtime.records._door import Door

MOST_STEPS = 5


def resolve(door: Door, path: str, pointer: str) -> tuple[FieldModel, ...]:
    """The fields along a path: lookups, then the field itself; only what the caller may read.

    Raises ``BadQuery``.
    """
    if path in door.readable:
        return (door.object.fields[path],)
    if path.count(".") >= MOST_STEPS:
        raise BadQuery([Fault(pointer, "path_too_long", {"path": path, "max": MOST_STEPS})])
    try:
        found = door.model.resolve(door.object.name, path)
    except PathFault as error:
        raise BadQuery([error.fault.under(pointer)]) from error
    here = door.object
    for field in found:
        if field.name not in door.access.readable(here.name):
            raise BadQuery([Fault(pointer, "field_unknown", {"field": field.name, "object": here.name})])
        if field.target is not None:
            here = door.model.objects[field.target]
    return found


class Source:
    """The table of a question and the tables that its paths lead to, joined (left) as they are asked for."""

    def __init__(self, item: ObjectModel, objects: Any) -> None:
        self.root = item.table.alias("t")
        self._objects = objects
        self._aliases: dict[tuple[str, ...], Any] = {(): self.root}
        self._from: Any = self.root

    def table(self, steps: tuple[FieldModel, ...]) -> Any:
        """The alias at the end of a chain of lookups."""
        key = tuple(step.name for step in steps)
        found = self._aliases.get(key)
        if found is None:
            before = self.table(steps[:-1])
            found = self._objects[steps[-1].target].table.alias(f"t{len(self._aliases)}")
            self._aliases[key] = found
            self._from = self._from.outerjoin(found, found.c.id == steps[-1].expressions(before)[0])
        return found

    @property
    def joined(self) -> sa.FromClause:
        """What to select from; ask for it after all tables."""
        source: sa.FromClause = self._from
        return source
