"""The compiled metadata of a tenant at one revision: immutable, made once, used by every request."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from kernel import tables
from kernel.access import Access, compile_access
from kernel.codec import Codec
from kernel.faults import Fault, Invalid
from kernel.fields import SYSTEM_TYPES, TYPES
from kernel.translations import translated
from metadata import LOCALES, core_documents, messages

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import sqlalchemy as sa

    from kernel.fields.type import FieldType
    from kernel.names import Names

SYSTEM_FIELDS: dict[str, dict[str, Any]] = {
    "id": {"type": "id", "read_only": True},
    "owner_id": {"type": "user", "index": True},
    "created_at": {"type": "datetime", "read_only": True, "index": True},
    "created_by": {"type": "user", "read_only": True},
    "updated_at": {"type": "datetime", "read_only": True},
    "updated_by": {"type": "user", "read_only": True},
    "version": {"type": "integer", "read_only": True},
    "deleted_at": {"type": "datetime", "read_only": True},
}
# What paths (owner.team.name) and `expand` call the lookups among the system fields.
ALIASES = {"owner": "owner_id"}


class PathFault(Exception):
    """A path does not lead to a field; ``fault`` says why (its pointer is empty)."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.code)
        self.fault = fault


@dataclass(slots=True, frozen=True)
class Reference:
    """A lookup field that points at an object.

    Attributes:
        object, field: where the lookup is.
        on_delete: ``keep`` (purging the target sets null) or ``restrict`` (the target cannot be purged or deleted).
        related_name: what the target calls the records that point at it.
        system: it is ``owner_id``, ``created_by`` or ``updated_by``.
    """

    object: str
    field: str
    on_delete: str
    related_name: str
    related_label: Mapping[str, str]
    system: bool = False


@dataclass(slots=True, frozen=True, eq=False)
class FieldModel:
    """A field of an object.

    Attributes:
        document: the field's document with every option (translations applied).
        label, help: text by locale.
        default: JSON value of new records, None for none.
        columns: physical names; the first is the main column.
        target: object that a lookup points at.
        values: of a picklist, in order, each ``{value, label, color?, active?, default?}``.
        sequence: physical name of an autonumber's sequence.
        longest: characters that an index over the field can hold; None where it is in no index.
    """

    name: str
    type: FieldType
    document: Mapping[str, Any]
    label: Mapping[str, str]
    help: Mapping[str, str]
    required: bool
    unique: bool
    index: bool
    searchable: bool
    read_only: bool
    default: Any
    system: bool
    columns: tuple[str, ...]
    target: str | None = None
    on_delete: str = "keep"
    related_name: str | None = None
    values: Sequence[Mapping[str, Any]] = ()
    sequence: str | None = None
    longest: int | None = None

    def expressions(self, table: sa.FromClause) -> tuple[sa.ColumnElement[Any], ...]:
        """The field's columns in a table or an alias of it."""
        return tuple(table.c[name] for name in self.columns)

    def json(self, table: sa.FromClause) -> sa.ColumnElement[Any]:
        """The expression that PostgreSQL's JSON functions turn into the JSON value."""
        return self.type.json(self, self.expressions(table))

    def sort(self, table: sa.FromClause) -> sa.ColumnElement[Any]:
        """The key to sort and page by."""
        return self.type.sort(self, self.expressions(table))

    def group(self, table: sa.FromClause) -> sa.ColumnElement[Any]:
        """The expression to group by."""
        return self.type.group(self, self.expressions(table))

    def compare(self, table: sa.FromClause, operator: str, value: Any) -> sa.ColumnElement[bool]:
        """A comparison with a JSON value, bound. Raises ``kernel.fields.type.ValueFault``."""
        return self.type.compare(self, self.expressions(table), operator, value)


@dataclass(slots=True, frozen=True, eq=False)
class ObjectModel:
    """An object: its fields (system fields first), its table and its codec.

    Attributes:
        document: the object's document with the fields of its extensions; translations applied.
        features: ``history``, ``search``, ``import``, ``files``, ``feed``; all there.
        core: one of the platform's own objects.
        unique_keys: fields whose values together are unique among records that are not deleted, single fields too.
        constraints: names of the database's unique indexes and foreign keys, and the fields that each is over.
        writable: names of the fields that callers may give.
        search_fields: the fields that ``search_expression`` looks in.
    """

    name: str
    document: Mapping[str, Any]
    label: Mapping[str, str]
    label_plural: Mapping[str, str]
    name_field: str
    features: Mapping[str, bool]
    core: bool
    fields: Mapping[str, FieldModel]
    table: sa.Table
    unique_keys: tuple[tuple[str, ...], ...]
    constraints: Mapping[str, tuple[str, ...]]
    writable: frozenset[str]
    search_fields: tuple[FieldModel, ...]
    codec: Codec

    def lookup(self, name: str) -> FieldModel | None:
        """The lookup or user field of that name; ``owner`` is understood as ``owner_id``."""
        found = self.fields.get(ALIASES.get(name, name))
        return found if found is not None and found.target is not None else None

    def search_expression(self, table: sa.FromClause) -> sa.ColumnElement[str] | None:
        """Lower-case text of the searchable fields, indexed by trigrams; None where there are none.

        Search with ``expression.like('%' || lower(text) || '%')``.
        """
        return tables.search_expression(self.search_fields, table)


@dataclass(slots=True, frozen=True, eq=False)
class Model:
    """All documents of a tenant at one revision, compiled.

    Attributes:
        schema: the tenant's PostgreSQL schema.
        documents: by (kind, name), as given, the platform's own among them.
        packages: of a document that a package brought, by (kind, name): the package's name.
        picklists, layouts, views, apps, roles: documents by name, translations applied.
    """

    revision: int
    schema: str
    objects: Mapping[str, ObjectModel]
    picklists: Mapping[str, Mapping[str, Any]]
    layouts: Mapping[str, Mapping[str, Any]]
    views: Mapping[str, Mapping[str, Any]]
    apps: Mapping[str, Mapping[str, Any]]
    roles: Mapping[str, Mapping[str, Any]]
    documents: Mapping[tuple[str, str], Mapping[str, Any]]
    packages: Mapping[tuple[str, str], str]
    references: Mapping[str, tuple[Reference, ...]]
    _accesses: dict[frozenset[str], Access] = field(default_factory=dict, repr=False)

    def references_to(self, object_name: str) -> tuple[Reference, ...]:
        """The lookup fields that point at an object, those of the system (owner_id, ...) last."""
        return self.references.get(object_name, ())

    def roles_access(self, role_names: frozenset[str]) -> Access:
        """What a set of roles may do; compiled once for each set."""
        known = frozenset(role_names).intersection(self.roles)
        found = self._accesses.get(known)
        if found is None:
            found = self._accesses[known] = compile_access(self, known)
        return found

    def resolve(self, object_name: str, path: str) -> tuple[FieldModel, ...]:
        """The fields along a path such as ``account.owner.team.name``: lookups, then the field itself.

        Raises ``PathFault`` (``object_unknown``, ``field_unknown``, ``path_too_deep``).
        """
        if object_name not in self.objects:
            raise PathFault(Fault("", "object_unknown", {"object": object_name}))
        *lookups, last = path.split(".")
        found: list[FieldModel] = []
        here = self.objects[object_name]
        for step in lookups:
            lookup = here.lookup(step)
            if lookup is None:
                code = "path_too_deep" if step in here.fields else "field_unknown"
                raise PathFault(Fault("", code, {"path": path, "field": step, "object": here.name}))
            found.append(lookup)
            here = self.objects[str(lookup.target)]
        field_model = here.fields.get(last) or here.lookup(last)
        if field_model is None:
            raise PathFault(Fault("", "field_unknown", {"field": last, "object": here.name}))
        return (*found, field_model)


def compile(  # noqa: A001
    documents: Iterable[Mapping[str, Any]],
    *,
    schema: str,
    revision: int,
    names: Names,
    packages: Mapping[tuple[str, str], str] | None = None,
) -> Model:
    """Compile a tenant's documents, which ``kernel.documents.check`` found without fault, and the platform's own.

    Args:
        schema: the tenant's PostgreSQL schema.
        names: the physical names given so far; new objects and fields are given theirs (``names.new_rows``).
        packages: which package brought a document, by (kind, name); the tenant's own are not in it.
    """
    given = {(str(one["kind"]), str(one["name"])): one for one in (*core_documents(), *documents)}
    core = {one["name"] for one in core_documents() if one["kind"] == "object"}
    texts = translated(given)
    by_kind: dict[str, dict[str, Mapping[str, Any]]] = {}
    for (kind, name), document in texts.items():
        by_kind.setdefault(kind, {})[name] = document
    picklists = by_kind.get("picklist", {})
    builder = _Builder(schema, names, picklists, by_kind.get("extension", {}))
    objects = {name: builder.object(document, core=name in core) for name, document in by_kind["object"].items()}
    builder.link(objects)
    return Model(
        revision=revision,
        schema=schema,
        objects=MappingProxyType(objects),
        picklists=MappingProxyType(picklists),
        layouts=MappingProxyType(by_kind.get("layout", {})),
        views=MappingProxyType(by_kind.get("view", {})),
        apps=MappingProxyType(by_kind.get("app", {})),
        roles=MappingProxyType(by_kind.get("role", {})),
        documents=MappingProxyType(given),
        packages=MappingProxyType(dict(packages or {})),
        references=MappingProxyType(_references(objects)),
    )


def full_document(document: Mapping[str, Any], extensions: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """An object's document with the fields of the extensions that add to it."""
    added = [one for extension in extensions if extension["object"] == document["name"] for one in extension["fields"]]
    return {**document, "fields": [*document["fields"], *added]} if added else dict(document)


class _Builder:
    def __init__(
        self,
        schema: str,
        names: Names,
        picklists: Mapping[str, Mapping[str, Any]],
        extensions: Mapping[str, Mapping[str, Any]],
    ) -> None:
        self._tables = tables.Tables(schema)
        self._names = names
        self._picklists = picklists
        self._extensions = extensions

    def object(self, document: Mapping[str, Any], *, core: bool) -> ObjectModel:
        name = document["name"]
        document = full_document(document, self._extensions.values())
        physical = self._names.table(name)
        fields = {key: _system_field(key, own) for key, own in SYSTEM_FIELDS.items()}
        longest = tables.longest_text(document)
        fields |= {one["name"]: self._field(document, one, longest.get(one["name"])) for one in document["fields"]}
        keys = [(one.name,) for one in fields.values() if one.unique]
        keys += [tuple(key["fields"]) for key in document.get("unique_keys", ())]
        features = {"history": True, "search": True, "import": True, "files": False, "feed": False}
        searched = tuple(one for one in fields.values() if one.searchable)
        unique_keys = tuple(dict.fromkeys(keys))
        indexes = [tuple(index["fields"]) for index in document.get("indexes", ())]
        return ObjectModel(
            name=name,
            document=MappingProxyType(document),
            label=document["label"],
            label_plural=document.get("label_plural", document["label"]),
            name_field=document["name_field"],
            features=MappingProxyType(features | document.get("features", {})),
            core=core,
            fields=MappingProxyType(fields),
            table=self._tables.add(physical, fields, unique_keys, indexes, searched),
            unique_keys=unique_keys,
            constraints=MappingProxyType(tables.constraints(physical, fields, unique_keys)),
            writable=frozenset(one.name for one in fields.values() if not one.read_only),
            search_fields=searched,
            codec=Codec(fields),
        )

    def link(self, objects: Mapping[str, ObjectModel]) -> None:
        """Give the tables their foreign keys, once all of them are there."""
        for item in objects.values():
            for one in item.fields.values():
                if one.target is not None and not one.system:
                    self._tables.reference(item.table, one, objects[one.target].table)

    def _field(self, owner: Mapping[str, Any], document: Mapping[str, Any], longest: int | None) -> FieldModel:
        kind = TYPES[document["type"]]
        object_name, name = owner["name"], document["name"]
        values = self._values(document)
        default = document.get("default")
        if default is None:
            default = kind.chosen(values)
        columns = tuple(self._names.column(object_name, name, part, kind=kind.name) for part in range(kind.width))
        return FieldModel(
            name=name,
            type=kind,
            document=document,
            label=document["label"],
            help=document.get("help", {}),
            required=document.get("required", False) and kind.writable,
            unique=document.get("unique", False),
            index=document.get("index", False) or (name == owner["name_field"] and kind.sortable),
            searchable=document.get("searchable", False),
            read_only=document.get("read_only", False) or not kind.writable,
            default=default,
            system=False,
            columns=columns,
            target="user" if kind.name == "user" else document.get("object") if kind.name == "lookup" else None,
            on_delete=document.get("on_delete", "keep"),
            related_name=document.get("related_name"),
            values=values,
            sequence=f"{columns[0]}_seq" if kind.name == "autonumber" else None,
            longest=longest,
        )

    def _values(self, document: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
        if document["type"] not in ("picklist", "multi_picklist"):
            return ()
        if "picklist" in document:
            found: Sequence[Mapping[str, Any]] = self._picklists[document["picklist"]]["values"]
            return found
        return tuple(document.get("values", ()))


def _system_field(name: str, document: Mapping[str, Any]) -> FieldModel:
    kind = SYSTEM_TYPES.get(document["type"]) or TYPES[document["type"]]
    return FieldModel(
        name=name,
        type=kind,
        document=MappingProxyType({"name": name, **document}),
        label={locale: messages(locale)[f"field.{name}"] for locale in LOCALES},
        help={},
        required=False,
        unique=False,
        index=document.get("index", False),
        searchable=False,
        read_only=document.get("read_only", False),
        default=None,
        system=True,
        columns=(name,),
        target="user" if document["type"] == "user" else None,
    )


def _references(objects: Mapping[str, ObjectModel]) -> dict[str, tuple[Reference, ...]]:
    found: dict[str, list[Reference]] = {}
    for item in objects.values():
        for one in item.fields.values():
            if one.target is not None:
                related = one.related_name or f"{item.name}_{one.name}"
                label = one.document.get("related_label") or item.label_plural
                reference = Reference(item.name, one.name, one.on_delete, related, label, one.system)
                found.setdefault(one.target, []).append(reference)
    return {target: tuple(sorted(all_of, key=lambda one: one.system)) for target, all_of in found.items()}


__all__ = ["Fault", "FieldModel", "Invalid", "Model", "ObjectModel", "PathFault", "Reference", "compile"]
