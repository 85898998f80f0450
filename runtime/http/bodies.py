"""What goes over the wire: the bodies of requests and answers that do not depend on a tenant's objects.

These Structs decode requests, encode answers, and are the schemas of the OpenAPI document, so the three agree.
Bodies of records are compiled per object by the kernel.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

Name = Annotated[str, Meta(pattern="^[a-z][a-z0-9_]{0,47}$", max_length=48)]
Email = Annotated[str, Meta(min_length=3, max_length=254)]
Password = Annotated[str, Meta(min_length=1, max_length=1000)]
NewPassword = Annotated[str, Meta(min_length=10, max_length=1000)]
Label = Annotated[str, Meta(min_length=1, max_length=200)]
JsonObject = dict[str, Any]


class Input(Struct, forbid_unknown_fields=True):
    """A body that is sent to us; what it does not name is refused."""


# --- faults ---------------------------------------------------------------------------------------------------------


class DocumentName(Struct):
    """A document that a fault is in."""

    kind: str
    name: str


class ProblemError(Struct, omit_defaults=True):
    """One thing that is wrong; ``pointer`` (RFC 6901) says where in the body, "" is the whole."""

    pointer: str
    code: str
    message: str
    document: DocumentName | UnsetType = UNSET


class Problem(Struct):
    """RFC 9457 problem details, media type ``application/problem+json``."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[ProblemError]
    request_id: str


# --- sign-in --------------------------------------------------------------------------------------------------------


class SignIn(Input):
    """``tenant`` may be left out where the host name says it, or where there is only one."""

    email: Email
    password: Password
    tenant: Annotated[str, Meta(max_length=48)] | None = None


class SessionUser(Struct):
    id: UUID
    name: str
    email: str


class SessionTenant(Struct):
    name: str
    label: str


class Session(Struct):
    """Who is signed in, where, and what the user likes."""

    user: SessionUser
    tenant: SessionTenant
    roles: list[str]
    admin: bool
    preferences: JsonObject


class PasswordChange(Input):
    old: Password
    new: NewPassword


class TokenRequest(Input):
    """``write`` makes a key that may only send to ``/v1``."""

    name: Label
    kind: Literal["api", "write"] = "api"


class Token(Struct):
    """An API token without its secret."""

    id: UUID
    name: str
    kind: Literal["api", "write"]
    created_at: datetime
    expires_at: datetime | None
    used_at: datetime | None
    revoked_at: datetime | None


class NewToken(Struct):
    """An API token with its secret, which is shown this once."""

    id: UUID
    name: str
    kind: Literal["api", "write"]
    token: str


class TokenList(Struct):
    data: list[Token]


# --- records --------------------------------------------------------------------------------------------------------


class RuleGroup(Struct):
    """A filter: react-querybuilder's JSON. ``rules`` holds rules and groups."""

    combinator: Literal["and", "or"]
    rules: list[JsonObject]


class SortKey(Struct):
    field: str
    direction: Literal["asc", "desc"] = "asc"


class QueryRequest(Struct):
    """A query in a body: what the parameters of the list say, for filters that are too long for an address."""

    fields: list[str] | UnsetType = UNSET
    expand: list[str] | UnsetType = UNSET
    filter: JsonObject | UnsetType | None = UNSET
    sort: list[SortKey] | UnsetType = UNSET
    cursor: str | UnsetType | None = UNSET
    limit: Annotated[int, Meta(ge=1, le=200)] | UnsetType = UNSET
    count: bool | UnsetType = UNSET
    q: str | UnsetType = UNSET
    deleted: Literal["only"] | UnsetType | None = UNSET


class ExportRequest(Struct):
    """An export in a body; ``columns`` are field paths, all readable fields where left out."""

    format: Literal["csv", "xlsx"] = "csv"
    columns: list[str] | UnsetType = UNSET
    filter: JsonObject | UnsetType | None = UNSET
    sort: list[SortKey] | UnsetType = UNSET
    q: str | UnsetType = UNSET
    deleted: Literal["only"] | UnsetType | None = UNSET


class Group(Struct, rename={"as_": "as"}):
    field: str
    bucket: Literal["day", "week", "month", "quarter", "year"] | UnsetType = UNSET
    as_: str | UnsetType = UNSET


class Measure(Struct, rename={"as_": "as"}):
    function: Literal["count", "count_distinct", "sum", "avg", "min", "max"]
    as_: str
    field: str | UnsetType = UNSET


class AggregateRequest(Struct):
    measures: list[Measure]
    group: list[Group] | UnsetType = UNSET
    filter: JsonObject | UnsetType | None = UNSET
    sort: list[SortKey] | UnsetType = UNSET
    limit: Annotated[int, Meta(ge=1)] | UnsetType = UNSET
    time_zone: str | UnsetType = UNSET


class RecordList(Struct):
    """``next`` is the cursor of the next page; ``count`` is there when it was asked for."""

    data: list[JsonObject]
    next: str | None
    count: int | UnsetType = UNSET


class AggregateAnswer(Struct):
    data: list[JsonObject]


class Operation(Struct):
    """One write of a batch; ``ref`` names its record for a later ``{"$ref": ...}``, ``key`` is that of an upsert."""

    op: Literal["create", "update", "delete", "upsert"]
    object: str
    id: str | JsonObject | UnsetType = UNSET
    ref: str | UnsetType = UNSET
    data: JsonObject | UnsetType = UNSET
    key: Any = UNSET
    if_match: int | UnsetType = UNSET


class BatchRequest(Struct):
    operations: list[Operation]


class BatchAnswer(Struct):
    results: list[JsonObject]


class SearchHit(Struct):
    object: str
    id: UUID
    label: str | None
    detail: str | None


class SearchAnswer(Struct):
    data: list[SearchHit]


class HistoryEntry(Struct):
    """``changes`` is {field: {"old": ..., "new": ...}}."""

    id: UUID
    at: datetime
    by: JsonObject | None
    action: str
    version: int
    changes: dict[str, JsonObject]
    source: str


class HistoryList(Struct):
    data: list[HistoryEntry]
    next: str | None


# --- imports --------------------------------------------------------------------------------------------------------


class LookupRule(Struct):
    """How a column finds the record that it names: by which field (null: the name), and whether to create it."""

    match: str | None = None
    create_missing: bool = False


class ColumnMapping(Struct, omit_defaults=True):
    """Which field a column goes into; ``field`` null leaves the column out."""

    column: str
    field: str | None = None
    lookup: LookupRule | None = None
    values: dict[str, str | None] | None = None
    date_order: Literal["mdy", "dmy", "ymd", "auto"] | None = None
    decimal: Literal["point", "comma"] | None = None


class ImportOptions(Struct):
    """How an import is run; ``runtime.imports.mapping.Options`` says what each means."""

    mode: Literal["", "create", "update", "upsert"] | UnsetType = UNSET
    key: str | UnsetType | None = UNSET
    on_error: Literal["skip", "stop"] | UnsetType = UNSET
    empty: Literal["keep", "clear"] | UnsetType = UNSET
    ragged: Literal["fault", "pad"] | UnsetType = UNSET
    encoding: str | UnsetType = UNSET
    delimiter: str | UnsetType = UNSET
    sheet: str | UnsetType = UNSET
    header: int | UnsetType = UNSET


class ImportSettings(Struct):
    mapping: list[ColumnMapping] | UnsetType = UNSET
    options: ImportOptions | UnsetType = UNSET


class ImportColumn(Struct):
    name: str
    samples: list[str]


class Import(Struct):
    id: UUID
    object: str
    file_name: str
    format: str
    state: Literal["uploaded", "mapped", "queued", "running", "done", "failed", "cancelled", "undoing", "undone"]
    dry_run: bool
    columns: list[ImportColumn]
    sheets: list[str]
    mapping: list[ColumnMapping]
    options: ImportOptions
    total_rows: int | None
    done_rows: int
    created_rows: int
    updated_rows: int
    skipped_rows: int
    failed_rows: int
    error: JsonObject | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    created_by: UUID | None


class ImportList(Struct):
    data: list[Import]


class PreviewRequest(Input):
    rows: Annotated[int, Meta(ge=1, le=200)] = 20


class StartRequest(Input):
    dry_run: bool = False


class CellFault(Struct):
    column: str | None
    field: str | None
    code: str
    message: str


class PreviewRow(Struct):
    row: int
    cells: list[Any]
    data: JsonObject
    faults: list[CellFault]
    action: Literal["create", "update", "skip"]


class PreviewAnswer(Struct):
    rows: list[PreviewRow]


class FaultRow(Struct):
    row: int
    values: Any
    faults: list[CellFault]


class FaultList(Struct):
    data: list[FaultRow]
    next: str | None


class FaultGroup(Struct):
    """Faults that one value mapping would mend."""

    column: str | None
    field: str | None
    code: str
    message: str
    value: str | None
    count: int
    suggestions: list[str]


class FaultGroups(Struct):
    data: list[FaultGroup]


# --- saved views ----------------------------------------------------------------------------------------------------


class ViewDefinition(Input):
    """What a list shows: columns (field paths, or {field, width}), a filter and an order."""

    columns: list[Any] = []
    filter: JsonObject | None = None
    sort: list[SortKey] = []


class SavedViewRequest(Input):
    object: Name
    label: Label
    definition: ViewDefinition
    shared: bool = False


class SavedViewChange(Input):
    label: Label | UnsetType = UNSET
    definition: ViewDefinition | UnsetType = UNSET
    shared: bool | UnsetType = UNSET


class SavedView(Struct):
    id: UUID
    object: str
    label: str
    definition: ViewDefinition
    shared: bool
    owner_id: UUID
    mine: bool


class SavedViewList(Struct):
    data: list[SavedView]
