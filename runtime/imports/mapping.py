"""What goes where: the mapping of columns to fields and the options of an import, as the user gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from kernel.faults import Fault, Invalid
from runtime import misfits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kernel.access import Access
    from kernel.model import FieldModel, Model, ObjectModel

MODES = ("create", "update", "upsert")
DATE_ORDERS = ("mdy", "dmy", "ymd", "auto")
FIND_OUT = -1
REFERENCE_TYPES = ("lookup", "user")


class Lookup(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """How the record that a cell names is found.

    Attributes:
        match: field of the target object whose value the cell holds; None for its name field. ``id`` is allowed.
        create_missing: create a record that is not there, with this one value.
    """

    match: str | None = None
    create_missing: bool = False


class Column(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """One column of the file; ``field`` None leaves it out.

    Attributes:
        values: cell text to the text that is taken for it, before anything else is done; None for a blank cell.
        date_order: ``auto`` or None: found out from the values.
        decimal: ``point`` or ``comma``; None: found out from the values.
    """

    column: str
    field: str | None = None
    lookup: Lookup | None = None
    values: dict[str, str | None] | None = None
    date_order: str | None = None
    decimal: str | None = None


class Options(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """How an import is run.

    Attributes:
        mode: ``create`` only makes records (with a key, rows whose record is there are skipped); ``update`` only
            changes those with the key, the others are skipped; ``upsert`` does both. Empty: ``upsert`` where there
            is a key (``update`` for ``id``), otherwise ``create``.
        key: a unique field of the object (or ``id``) that a column goes into; tells which record a row is.
            Rows with the same key are applied in the order of the file, so the last one wins.
        on_error: ``skip`` goes on with the next row; ``stop`` ends the import at the first batch with a fault.
        empty: ``keep`` leaves a field alone (a new record gets its default) where the cell is blank;
            ``clear`` empties it.
        ragged: ``fault`` refuses rows with more or fewer cells than the headings; ``pad`` takes short ones as if
            their last cells were blank.
        encoding, delimiter, sheet: of the file, where sniffing chose wrongly.
        header: spreadsheet row of the headings; 0 where there are none; -1 to find out.
    """

    mode: str = ""
    key: str | None = None
    on_error: str = "skip"
    empty: str = "keep"
    ragged: str = "fault"
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    header: int = FIND_OUT

    @property
    def kind(self) -> str:
        """``mode`` with its default."""
        if self.mode:
            return self.mode
        return "create" if not self.key else ("update" if self.key == "id" else "upsert")

    def reads_as(self, other: Options) -> bool:
        """Whether both read the file in the same way, so that it need not be sniffed again."""
        return (self.encoding, self.delimiter, self.sheet, self.header) == (
            other.encoding,
            other.delimiter,
            other.sheet,
            other.header,
        )


CHOICES = {"mode": ("", *MODES), "on_error": ("skip", "stop"), "empty": ("keep", "clear"), "ragged": ("fault", "pad")}


def read_mapping(raw: Any) -> list[Column]:
    """From JSON. Raises ``Invalid`` with pointers below ``/mapping``."""
    if not isinstance(raw, list):
        raise Invalid([Fault("/mapping", "wrong_type", {"expected": "array"})])
    columns, faults = [], []
    for position, item in enumerate(raw):
        try:
            columns.append(msgspec.convert(item, Column))
        except msgspec.ValidationError as error:
            faults.append(misfits.fault(error, item).under(f"/mapping/{position}"))
    if faults:
        raise Invalid(faults)
    return columns


def read_options(raw: Any) -> Options:
    """From JSON. Raises ``Invalid`` with pointers below ``/options``."""
    try:
        options = msgspec.convert(raw, Options)
    except msgspec.ValidationError as error:
        raise Invalid([misfits.fault(error, raw).under("/options")]) from error
    faults = [
        Fault(
            f"/options/{name}",
            "not_allowed",
            {"value": getattr(options, name), "allowed": ", ".join(filter(None, allowed))},
        )
        for name, allowed in CHOICES.items()
        if getattr(options, name) not in allowed
    ]
    if options.header < FIND_OUT:
        faults.append(Fault("/options/header", "below_minimum", {"min": FIND_OUT}))
    if len(options.delimiter) > 1 or options.delimiter in ('"', "\r", "\n"):
        faults.append(Fault("/options/delimiter", "import_delimiter", {"value": options.delimiter}))
    if faults:
        raise Invalid(faults)
    return options


def check(
    model: Model,
    access: Access,
    target: ObjectModel,
    columns: Sequence[str],
    mapping: Sequence[Column],
    options: Options,
) -> None:
    """Refuse a mapping that cannot be run. Raises ``Invalid`` with all faults at once."""
    faults: list[Fault] = []
    fields: dict[str, int] = {}
    writable = access.writable(target.name)
    for position, column in enumerate(mapping):
        pointer = f"/mapping/{position}"
        if column.column not in columns:
            faults.append(Fault(f"{pointer}/column", "import_column_unknown", {"column": column.column}))
        if not column.field:
            continue
        if column.field in fields:
            faults.append(Fault(f"{pointer}/field", "import_field_twice", {"field": column.field}))
        fields[column.field] = position
        faults += _check_column(model, target, column, pointer, writable)
    if not fields:
        faults.append(Fault("/mapping", "import_nothing_mapped"))
    faults += _check_key(target, fields, options)
    if options.kind != "update":
        faults += [
            Fault("/mapping", "import_required_unmapped", {"field": name})
            for name, field in target.fields.items()
            if field.required and not field.system and field.default is None and name not in fields
        ]
    if faults:
        raise Invalid(faults)


def _check_column(
    model: Model, target: ObjectModel, column: Column, pointer: str, writable: frozenset[str]
) -> list[Fault]:
    faults: list[Fault] = []
    field = target.fields.get(column.field or "")
    if field is None:
        return [Fault(f"{pointer}/field", "field_unknown", {"object": target.name, "field": column.field})]
    if not may_set(field) or (column.field not in writable and column.field != "id"):
        faults.append(Fault(f"{pointer}/field", "import_read_only", {"field": field.name}))
    for name, allowed in (("date_order", (None, *DATE_ORDERS)), ("decimal", (None, "point", "comma"))):
        if (value := getattr(column, name)) not in allowed:
            parameters = {"value": value, "allowed": ", ".join(filter(None, allowed))}
            faults.append(Fault(f"{pointer}/{name}", "not_allowed", parameters))
    if column.lookup is not None:
        faults += _check_lookup(model, field, column.lookup, f"{pointer}/lookup")
    return faults


def _check_lookup(model: Model, field: FieldModel, lookup: Lookup, pointer: str) -> list[Fault]:
    if field.type.name not in REFERENCE_TYPES or field.target is None:
        return [Fault(pointer, "import_no_lookup", {"field": field.name})]
    linked = model.objects[field.target]
    match = linked.fields.get(lookup.match or linked.name_field)
    if match is None or match.type.name in REFERENCE_TYPES or len(match.columns) != 1:
        return [Fault(f"{pointer}/match", "field_unknown", {"object": linked.name, "field": lookup.match})]
    if not lookup.create_missing:
        return []
    missing = [
        name for name, other in linked.fields.items() if other.required and other.default is None and not other.system
    ]
    if match.read_only or match.system or set(missing) - {match.name}:
        return [Fault(f"{pointer}/create_missing", "import_cannot_create", {"object": linked.name})]
    return []


def _check_key(target: ObjectModel, fields: dict[str, int], options: Options) -> list[Fault]:
    if not options.key:
        return [Fault("/options/key", "import_key_needed", {"mode": options.mode})] if options.kind != "create" else []
    field = target.fields.get(options.key)
    if field is None:
        return [Fault("/options/key", "field_unknown", {"object": target.name, "field": options.key})]
    if not field.unique and field.name != "id":
        return [Fault("/options/key", "import_key_not_unique", {"field": options.key})]
    if options.key not in fields:
        return [Fault("/options/key", "import_key_unmapped", {"field": options.key})]
    if options.key == "id" and options.kind != "update":
        return [Fault("/options/mode", "import_key_id")]
    return []


def may_set(field: FieldModel) -> bool:
    """Whether an import can write the field: what users can write, the owner, and ``id`` to find a record by."""
    return field.name in ("id", "owner_id") or not (field.system or field.read_only or field.type.name == "autonumber")
