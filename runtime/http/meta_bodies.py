"""Bodies of ``/meta``: the description of a tenant's model, documents, change sets and revisions."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from runtime.http.bodies import DocumentName, Input, JsonObject, ProblemError, SortKey

# --- the description that the UI draws itself from -------------------------------------------------------------------


class PicklistValue(Struct):
    value: str
    label: str
    color: str | UnsetType | None = UNSET
    active: bool | UnsetType = UNSET
    default: bool | UnsetType = UNSET


class FieldDescription(Struct):
    """A field as the caller sees it; bounds and options are there where the type has them."""

    name: str
    type: str
    widget: str
    label: str
    help: str | None
    required: bool
    unique: bool
    read_only: bool
    system: bool
    searchable: bool
    sortable: bool
    groupable: bool
    operators: list[str]
    default: Any = UNSET
    target: str | UnsetType | None = UNSET
    values: list[PicklistValue] | UnsetType | None = UNSET
    min: float | str | UnsetType | None = UNSET
    max: float | str | UnsetType | None = UNSET
    min_length: int | UnsetType | None = UNSET
    max_length: int | UnsetType | None = UNSET
    pattern: str | UnsetType | None = UNSET
    scale: int | UnsetType | None = UNSET
    currency: str | UnsetType | None = UNSET
    format: str | UnsetType | None = UNSET
    on_delete: str | UnsetType | None = UNSET


class RelatedDescription(Struct):
    """Records of ``object`` whose ``field`` points here."""

    object: str
    field: str
    name: str | None
    label: str


class LayoutSection(Struct):
    name: str
    label: str
    fields: list[str]
    columns: int | UnsetType = UNSET


class LayoutRelated(Struct):
    object: str
    field: str
    label: str | UnsetType | None = UNSET
    columns: list[str] | UnsetType = UNSET
    sort: list[SortKey] | UnsetType = UNSET
    limit: int | UnsetType = UNSET


class LayoutDescription(Struct):
    """A layout document with its texts in the caller's language."""

    name: str
    label: str
    object: str
    sections: list[LayoutSection] | UnsetType = UNSET
    related: list[LayoutRelated] | UnsetType = UNSET
    default: bool | UnsetType = UNSET
    description: str | UnsetType | None = UNSET


class ViewColumn(Struct):
    field: str
    width: int | UnsetType = UNSET


class ViewDescription(Struct):
    """A view document with its texts in the caller's language."""

    name: str
    label: str
    object: str
    columns: list[ViewColumn]
    type: str | UnsetType = UNSET
    filter: JsonObject | UnsetType | None = UNSET
    sort: list[SortKey] | UnsetType = UNSET
    default: bool | UnsetType = UNSET
    position: int | UnsetType = UNSET
    description: str | UnsetType | None = UNSET


class ObjectDescription(Struct):
    name: str
    label: str
    label_plural: str
    description: str | None
    icon: str | None
    color: str | None
    name_field: str
    features: dict[str, bool]
    core: bool
    package: str | None
    actions: list[str]
    fields: list[FieldDescription]
    related: list[RelatedDescription]
    layouts: list[LayoutDescription]
    views: list[ViewDescription]


class AppItem(Struct):
    """An object in the navigation, or a group of them."""

    object: str | UnsetType = UNSET
    view: str | UnsetType = UNSET
    group: str | UnsetType = UNSET
    items: list[AppEntry] | UnsetType = UNSET


class AppEntry(Struct):
    object: str
    view: str | UnsetType = UNSET


class AppDescription(Struct):
    """An app document with its texts in the caller's language."""

    name: str
    label: str
    items: list[AppItem] | UnsetType = UNSET
    icon: str | UnsetType | None = UNSET
    position: int | UnsetType = UNSET
    description: str | UnsetType | None = UNSET


class Description(Struct):
    """All that a client needs to draw lists, forms and navigation for the caller."""

    revision: int
    locale: str
    admin: bool
    objects: list[ObjectDescription]
    apps: list[AppDescription]


# --- documents ------------------------------------------------------------------------------------------------------


class FieldTypeDescription(Struct):
    """A field type for the Studio; ``options`` is the JSON Schema of what is special to it."""

    name: str
    label: str
    help: str
    options: JsonObject
    operators: list[str]
    widget: str
    sortable: bool
    unique: bool
    searchable: bool


class Schemas(Struct):
    """JSON Schemas (2020-12) of every kind of document; ``common`` is what they refer to as common.json."""

    kinds: dict[str, JsonObject]
    common: JsonObject
    field_types: list[FieldTypeDescription]


class DocumentSummary(Struct):
    kind: str
    name: str
    label: str
    package: str | None
    revision: int
    core: bool


class DocumentList(Struct):
    data: list[DocumentSummary]


class Document(Struct):
    kind: str
    name: str
    package: str | None
    revision: int
    core: bool
    body: JsonObject


# --- change sets ----------------------------------------------------------------------------------------------------

Title = Annotated[str, Meta(max_length=200)]


class DocumentReference(Input):
    kind: Annotated[str, Meta(max_length=48)]
    name: Annotated[str, Meta(max_length=100)]


class ChangesRequest(Input):
    title: Title = ""
    documents: Annotated[list[JsonObject], Meta(max_length=5000)] = msgspec.field(default_factory=list)
    deletes: Annotated[list[DocumentReference], Meta(max_length=5000)] = msgspec.field(default_factory=list)


class PublishRequest(Input):
    comment: Annotated[str, Meta(max_length=2000)] = ""
    accept_losses: bool = False


class ChangedDocument(Struct):
    """``body`` null deletes the document; ``base_body`` is what it was when it was first edited."""

    kind: str
    name: str
    body: JsonObject | None
    base_body: JsonObject | None


class ChangeSet(Struct):
    id: UUID
    state: str
    title: str
    base_revision: int
    revision: int | None
    created_at: datetime
    created_by: UUID | None
    documents: list[ChangedDocument]


class ChangeSetList(Struct):
    data: list[ChangeSet]


class PlanStep(Struct):
    text: str
    sql: list[str]


class PlanDescription(Struct):
    steps: list[PlanStep]
    warnings: list[str]


class LossDescription(Struct):
    object: str
    field: str | None
    rows: int
    message: str


class CheckAnswer(Struct):
    """What publishing would do; ``plan`` is null while there are faults."""

    faults: list[ProblemError]
    plan: PlanDescription | None
    losses: list[LossDescription]


class Published(Struct):
    revision: int


class RevisionAuthor(Struct):
    id: UUID
    name: str | None


class Revision(Struct):
    number: int
    at: datetime
    by: RevisionAuthor | None
    comment: str | None
    package: str | None
    documents: list[DocumentName]


class RevisionList(Struct):
    data: list[Revision]
