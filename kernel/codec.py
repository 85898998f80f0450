"""Values in: what callers and files give, checked and turned into what the database takes. Precomputed per object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from kernel.faults import Fault, Invalid, escape
from kernel.fields.type import PLAIN, TextForm, ValueFault

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from kernel.model import FieldModel

Mode = Literal["create", "update", "upsert"]
Values = dict[str, Any]  # physical column -> bound value


class _Entry:
    """One writable field, ready to decode."""

    __slots__ = ("blank", "columns", "decode", "field", "name", "pointer", "required")

    def __init__(self, field: FieldModel) -> None:
        self.field = field
        self.name = field.name
        self.columns = field.columns
        self.decode = field.type.decoder(field)
        self.required = field.required
        self.pointer = "/" + escape(field.name)
        self.blank: Values = dict.fromkeys(field.columns)


class Codec:
    """Decodes the records of one object. All faults of a record come at once."""

    def __init__(self, fields: Mapping[str, FieldModel]) -> None:
        self._fields = fields
        self._entries = {name: _Entry(field) for name, field in fields.items() if not field.read_only}
        self._required = [entry for entry in self._entries.values() if entry.required]
        self._defaults: list[tuple[str, Values]] = []
        for field in fields.values():
            if field.default is not None and not field.system:
                bound = field.type.decode(field, field.default)
                self._defaults.append((field.columns[0], dict(zip(field.columns, bound, strict=True))))
        self._readers: dict[Any, Any] = {}

    def decode(self, data: Any, *, mode: Mode, pointer: str = "") -> Values:
        """Bound values by physical column.

        ``create``: defaults are added and what is required must be there. ``update``: only what is given; null for
        a required field is a fault. ``upsert``: as ``update``; ``complete`` makes a create of it.

        Raises ``Invalid`` with every fault, each pointer beginning with ``pointer``.
        """
        if type(data) is not dict:
            raise Invalid([Fault(pointer, "wrong_type", {"expected": "object"})])
        values: Values = {}
        faults: list[Fault] = []
        entries = self._entries
        for name, value in data.items():
            entry = entries.get(name)
            if entry is None:
                faults.append(self._refused(name, pointer))
                continue
            if value is not None:
                try:
                    value = entry.decode(value)  # noqa: PLW2901
                except ValueFault as fault:
                    faults.append(Fault(pointer + entry.pointer + fault.pointer, fault.code, fault.parameters))
                    continue
            if value is None:
                if entry.required:
                    faults.append(Fault(pointer + entry.pointer, "required"))
                values.update(entry.blank)
            elif len(entry.columns) == 1:
                values[entry.columns[0]] = value
            else:
                values.update(zip(entry.columns, value, strict=True))
        if mode == "create":
            faults += self._fill(values, pointer, data)
        if faults:
            raise Invalid(faults)
        return values

    def complete(self, values: Values, *, pointer: str = "", blank_is_absent: bool = False) -> Values:
        """Make the decoded values of an upsert those of a new record: defaults added, what is required checked.

        ``blank_is_absent``: a null takes the default too (files cannot leave a cell out). Raises ``Invalid``.
        """
        if blank_is_absent:
            values = {name: value for name, value in values.items() if value is not None}
        else:
            values = dict(values)
        faults = self._fill(values, pointer, ())
        if faults:
            raise Invalid(faults)
        return values

    def decode_text(
        self,
        cells: Mapping[str, str],
        context: TextForm | Mapping[str, TextForm] = PLAIN,
        *,
        mode: Mode = "create",
        pointer: str = "",
    ) -> tuple[Values, list[Fault]]:
        """Bound values of the cells of a file by field name, and the faults. See ``reader`` for many rows."""
        reader = self._reader(tuple(cells), context, mode)
        values, faults = reader(tuple(cells.values()))
        return values, [fault.under(pointer) for fault in faults] if pointer else faults

    def reader(
        self, names: Sequence[str], context: TextForm | Mapping[str, TextForm] = PLAIN, *, mode: Mode = "create"
    ) -> Callable[[Sequence[str]], tuple[Values, list[Fault]]]:
        """A function that decodes the cells of a row, given in the order of ``names`` (fields).

        Blank cells: in ``create`` the default, else null. ``context`` is one form for all, or one a field. Fields that
        are not there or read-only give a fault in every row.
        """
        forms = [context.get(name, PLAIN) if not isinstance(context, TextForm) else context for name in names]
        steps, constant = [], []
        for position, (name, form) in enumerate(zip(names, forms, strict=True)):
            entry = self._entries.get(name)
            if entry is None:
                constant.append(self._refused(name, ""))
                continue
            decode = entry.field.type.text_decoder(entry.field, form)
            steps.append((position, name, entry.columns, decode, entry.blank, entry.required, entry.pointer))
        creating = mode == "create"
        fill = self._fill

        def read(cells: Sequence[str]) -> tuple[Values, list[Fault]]:
            values: Values = {}
            faults: list[Fault] = list(constant) if constant else []
            failed: list[str] = []
            for position, name, columns, decode, blank, required, pointer in steps:
                text = cells[position].strip()
                if text:
                    try:
                        value = decode(text)
                    except ValueFault as fault:
                        faults.append(Fault(pointer + fault.pointer, fault.code, fault.parameters))
                        failed.append(name)
                        continue
                    if value is not None:
                        if len(columns) == 1:
                            values[columns[0]] = value
                        else:
                            values.update(zip(columns, value, strict=True))
                        continue
                if not creating:
                    values.update(blank)
                    if required:
                        faults.append(Fault(pointer, "required"))
            if creating:
                faults += fill(values, "", failed)
            return values, faults

        return read

    def parse_text(
        self, cells: Mapping[str, str], context: TextForm | Mapping[str, TextForm] = PLAIN
    ) -> tuple[dict[str, Any], list[Fault]]:
        """JSON values of the cells of a file, and the faults: what a preview shows."""
        data: dict[str, Any] = {}
        faults: list[Fault] = []
        for name, text in cells.items():
            entry = self._entries.get(name)
            if entry is None:
                faults.append(self._refused(name, ""))
                continue
            form = context if isinstance(context, TextForm) else context.get(name, PLAIN)
            try:
                value = entry.field.type.parse(entry.field, text, form)
                if value is not None:
                    entry.decode(value)
            except ValueFault as fault:
                faults.append(Fault(entry.pointer + fault.pointer, fault.code, fault.parameters))
            else:
                data[name] = value
        return data, faults

    def _reader(self, names: tuple[str, ...], context: TextForm | Mapping[str, TextForm], mode: Mode) -> Any:
        key = (names, context if isinstance(context, TextForm) else tuple(sorted(context.items())), mode)
        found = self._readers.get(key)
        if found is None:
            if len(self._readers) >= MOST_READERS:
                self._readers.clear()
            found = self._readers[key] = self.reader(names, context, mode=mode)
        return found

    def _fill(self, values: Values, pointer: str, given: Any) -> list[Fault]:
        for column, default in self._defaults:
            if column not in values:
                values.update(default)
        return [
            Fault(pointer + entry.pointer, "required")
            for entry in self._required
            if values.get(entry.columns[0]) is None and entry.name not in given
        ]

    def _refused(self, name: Any, pointer: str) -> Fault:
        code = "field_read_only" if name in self._fields else "unknown_property"
        return Fault(f"{pointer}/{escape(str(name))}", code, {"property": str(name)})


MOST_READERS = 64  # of one object; each import makes one
