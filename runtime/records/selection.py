"""What of a record is answered: fields, paths and expanded lookups, as one SQL expression that gives the JSON."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from kernel.faults import Fault
from runtime.records.errors import BadQuery
from runtime.records.paths import resolve
from runtime.statements import JsonObject

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kernel.model import FieldModel, ObjectModel
    from runtime.records._door import Door

NAME_KEY = "_name"
DELETED_KEY = "_deleted"


@dataclass(slots=True)
class Node:
    """What is wanted of one record: its own fields, and of what lookups what is wanted; by the key in the answer."""

    fields: dict[str, FieldModel] = field(default_factory=dict)
    lookups: dict[str, tuple[FieldModel, Node]] = field(default_factory=dict)

    def columns(self) -> list[str]:
        """The physical columns that the answer needs, each once."""
        wanted = [column for one in self.fields.values() for column in one.columns]
        wanted += [lookup.columns[0] for lookup, _ in self.lookups.values()]
        return list(dict.fromkeys(wanted))


def wanted(door: Door, fields: Iterable[str] | None, expand: Iterable[str] = (), *, deleted: bool = False) -> Node:
    """What to answer. ``id`` is always there. Raises ``BadQuery`` with every fault.

    Args:
        fields: paths; None for every readable field (``deleted_at`` only where ``deleted``).
    """
    faults: list[Fault] = []
    item = door.object
    if fields is None:
        names = [name for name in item.fields if name in door.readable and (deleted or name != "deleted_at")]
        root = Node({name: item.fields[name] for name in names})
    else:
        root = Node({"id": item.fields["id"]})
        for path in fields:
            try:
                _add(root, path.split("."), resolve(door, path, "/fields"))
            except BadQuery as error:
                faults += error.faults
    for path in expand:
        try:
            found = resolve(door, path, "/expand")
            if found[-1].target is None:
                raise BadQuery([Fault("/expand", "not_a_lookup", {"field": path})])
            _expand(root, path.split("."), found)
        except BadQuery as error:
            faults += error.faults
    if faults:
        raise BadQuery(faults)
    return root


def record_json(door: Door, node: Node, table: Any) -> JsonObject:
    """The JSON of a record that is a row of ``table`` (a table, an alias or a subquery with its columns)."""
    return JsonObject(_pairs(door, node, table))


def name_json(item: ObjectModel, table: Any) -> Any:
    """The JSON of the field that stands for the record."""
    return item.fields[item.name_field].json(table)


def _add(root: Node, keys: list[str], fields: tuple[FieldModel, ...]) -> None:
    node = root
    for key, step in zip(keys[:-1], fields[:-1], strict=True):
        node.fields.pop(key, None)
        node = node.lookups.setdefault(key, (step, Node()))[1]
    if keys[-1] not in node.lookups:
        node.fields[keys[-1]] = fields[-1]


def _expand(root: Node, keys: list[str], fields: tuple[FieldModel, ...]) -> None:
    """An expanded lookup stands under its own name (``owner_id`` for ``owner``), where its id would stand."""
    node = root
    for key, step in zip([*keys[:-1], fields[-1].name], fields, strict=True):
        node.fields.pop(key, None)
        node = node.lookups.setdefault(key, (step, Node()))[1]


def _pairs(door: Door, node: Node, table: Any) -> list[tuple[str, Any]]:
    pairs = [(key, one.json(table)) for key, one in node.fields.items()]
    return pairs + [(key, _lookup(door, one, inner, table)) for key, (one, inner) in node.lookups.items()]


def _lookup(door: Door, lookup: FieldModel, node: Node, table: Any) -> Any:
    """A subquery that gives the record looked up as an object, null where there is none."""
    target = door.model.objects[str(lookup.target)]
    key = lookup.expressions(table)[0]
    if not door.access.may(target.name, "read"):
        return sa.case((key.is_not(None), JsonObject([("id", key), (NAME_KEY, sa.null())])))
    alias = target.table.alias()
    pairs = [("id", alias.c.id), (NAME_KEY, name_json(target, alias)), *_pairs(door, node, alias)]
    pairs = list({name: (name, value) for name, value in reversed(pairs)}.values())[::-1]
    live = JsonObject(pairs)
    dead = JsonObject([*pairs, (DELETED_KEY, sa.true())])
    shown = sa.case((alias.c.deleted_at.is_(None), live), else_=dead)
    return sa.select(shown).where(alias.c.id == key).correlate(table).scalar_subquery()
