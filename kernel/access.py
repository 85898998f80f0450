"""Who may do what: roles give casbin policy lines (stored, explained) and compiled masks (decide)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kernel.model import Model

ACTIONS = ("read", "create", "update", "delete", "import", "export")
BITS = {action: 1 << position for position, action in enumerate(ACTIONS)}
EVERYTHING = (1 << len(ACTIONS)) - 1
NOTHING: frozenset[str] = frozenset()

# Objects fall into two groups, so that a role's ``*`` never lets anybody but an administrator change users and teams.
CASBIN_MODEL = """
[request_definition]
r = sub, obj, act

[policy_definition]
p = sub, obj, act

[role_definition]
g = _, _
g2 = _, _

[policy_effect]
e = some(where (p.eft == allow))

[matchers]
m = g(r.sub, p.sub) && g2(r.obj, p.obj) && (r.act == p.act || p.act == "*")
"""


@dataclass(slots=True, frozen=True)
class Access:
    """What a set of roles may do, compiled. Every check is a dictionary look-up.

    Attributes:
        roles: names of the roles, known ones only.
        admin: may do all, including the Studio and purging.
        revision: of the Model that it was compiled from.
    """

    roles: frozenset[str]
    admin: bool
    revision: int
    masks: Mapping[str, int]
    fields_read: Mapping[str, frozenset[str]]
    fields_written: Mapping[str, frozenset[str]]

    def may(self, object_name: str, action: str) -> bool:
        """Whether an action of ``ACTIONS`` is allowed on an object; no for an object or action that is not there."""
        return bool(self.masks.get(object_name, 0) & BITS.get(action, 0))

    def actions(self, object_name: str) -> tuple[str, ...]:
        """The actions allowed on an object."""
        mask = self.masks.get(object_name, 0)
        return tuple(action for action, bit in BITS.items() if mask & bit)

    def readable(self, object_name: str) -> frozenset[str]:
        """Names of the fields that may be read, system fields among them; empty where reading is not allowed."""
        return self.fields_read.get(object_name, NOTHING)

    def writable(self, object_name: str) -> frozenset[str]:
        """Names of the fields that may be given in a create or update."""
        return self.fields_written.get(object_name, NOTHING)


def compile_access(model: Model, role_names: Iterable[str]) -> Access:
    """The masks of a set of roles. Names of roles that are not there give nothing."""
    roles = frozenset(name for name in role_names if name in model.roles)
    admin = any(model.roles[name].get("admin", False) for name in roles)
    masks = dict.fromkeys(model.objects, EVERYTHING if admin else 0)
    if not admin:
        for role in roles:
            for permission in model.roles[role].get("permissions", ()):
                _grant(model, masks, permission["object"], permission["actions"])
    read = {name: frozenset(model.objects[name].fields) for name, mask in masks.items() if mask & BITS["read"]}
    write = BITS["create"] | BITS["update"] | BITS["import"]
    written = {name: model.objects[name].writable for name, mask in masks.items() if mask & write}
    return Access(roles, admin, model.revision, masks, read, written)


def policy(model: Model) -> list[tuple[str, ...]]:
    """Lines of casbin policy for ``CASBIN_MODEL``: ``("p", role, object, action)`` and ``("g2", object, group)``."""
    lines: list[tuple[str, ...]] = [("g2", "@business", "@all"), ("g2", "@core", "@all")]
    lines += [("g2", name, "@core" if item.core else "@business") for name, item in model.objects.items()]
    for name, role in model.roles.items():
        if role.get("admin", False):
            lines.append(("p", name, "@all", "*"))
            continue
        for permission in role.get("permissions", ()):
            for action in permission["actions"]:
                lines += [("p", name, target, action) for target in _targets(model, permission["object"], action)]
    return list(dict.fromkeys(lines))


def _targets(model: Model, object_name: str, action: str) -> list[str]:
    if object_name == "*":
        return ["@all" if action == "read" else "@business"]
    known = model.objects.get(object_name)
    return [object_name] if known is not None and (action == "read" or not known.core) else []


def _grant(model: Model, masks: dict[str, int], object_name: str, actions: Iterable[str]) -> None:
    mask = sum(BITS[action] for action in set(actions))
    for name in model.objects if object_name == "*" else (object_name,):
        if name in masks:
            masks[name] |= mask & BITS["read"] if model.objects[name].core else mask
