"""Metadata over HTTP: the description, documents, change sets from draft to revision."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from tests.runtime.http.test_bad_input import problem

if TYPE_CHECKING:
    from httpx import AsyncClient

    from runtime.platform import Platform

INSTALLATION: dict[str, Any] = {
    "kind": "object",
    "name": "installation",
    "label": {"en": "Installation", "zh-CN": "装机"},
    "name_field": "name",
    "fields": [
        {"name": "name", "type": "text", "label": {"en": "Name"}, "required": True, "searchable": True},
        {"name": "account", "type": "lookup", "label": {"en": "Account"}, "object": "account"},
        {"name": "cost", "type": "currency", "label": {"en": "Cost"}, "currency": "USD"},
    ],
}


async def draft(client: AsyncClient, *documents: dict[str, Any], **more: Any) -> str:
    answer = await client.post("/meta/changes", json={"documents": list(documents), **more})
    assert answer.status_code == 201, answer.text
    return f"/meta/changes/{answer.json()['id']}"


async def test_a_published_object_is_in_the_api_the_description_and_the_openapi_document_at_once(
    client: AsyncClient,
) -> None:
    before = (await client.get("/meta/model")).headers["etag"]
    place = await draft(client, INSTALLATION, title="Installations")
    checked = (await client.post(f"{place}/check")).json()
    assert (checked["faults"], checked["losses"]) == ([], [])
    assert checked["plan"]["steps"][0]["text"] == "Create object installation"
    assert any("CREATE TABLE" in sql for step in checked["plan"]["steps"] for sql in step["sql"])
    published = await client.post(f"{place}/publish", json={"comment": "first"})
    assert published.status_code == 200, published.text

    made = await client.post("/api/installation", json={"name": "Line 3", "cost": 1200})
    assert made.status_code == 201, made.text
    assert made.json()["cost"] == {"amount": 1200, "currency": "USD"}
    assert int(made.headers["tangram-revision"]) == published.json()["revision"]
    model = await client.get("/meta/model", headers={"If-None-Match": before})
    assert "installation" in [one["name"] for one in model.json()["objects"]]
    assert "/api/installation" in (await client.get("/openapi.json")).json()["paths"]
    revision = (await client.get("/meta/revisions")).json()["data"][0]
    assert (revision["number"], revision["comment"]) == (published.json()["revision"], "first")
    assert revision["documents"] == [{"kind": "object", "name": "installation"}]
    assert revision["by"]["name"] == "Ada Admin"


async def test_the_description_tells_which_package_an_object_comes_from(client: AsyncClient) -> None:
    await client.post(f"{await draft(client, INSTALLATION)}/publish", json={})
    objects = {one["name"]: one for one in (await client.get("/meta/model")).json()["objects"]}
    origins = {name: (one["package"], one["core"]) for name, one in objects.items()}
    assert origins["account"] == ("crm", False)
    assert origins["user"] == (None, True)
    assert origins["installation"] == (None, False)


async def test_the_description_speaks_the_callers_language_and_has_an_etag(client: AsyncClient) -> None:
    english = await client.get("/meta/model")
    chinese = await client.get("/meta/model", headers={"Accept-Language": "zh-CN"})
    labels = [
        next(one["label"] for one in answer.json()["objects"] if one["name"] == "account")
        for answer in (english, chinese)
    ]
    assert labels == ["Account", "客户"]
    assert english.headers["etag"] != chinese.headers["etag"]
    again = await client.get("/meta/model", headers={"If-None-Match": english.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_all_faults_of_a_draft_are_told_with_their_document(client: AsyncClient) -> None:
    wrong = INSTALLATION | {"name_field": "nothing", "fields": [{"name": "a", "type": "no_such", "label": {"en": "A"}}]}
    place = await draft(client, wrong)
    checked = (await client.post(f"{place}/check")).json()
    assert checked["plan"] is None
    assert all(fault["document"] == {"kind": "object", "name": "installation"} for fault in checked["faults"])
    assert {"/fields/0/type"} <= {fault["pointer"] for fault in checked["faults"]}
    body = problem(await client.post(f"{place}/publish"), 422, "invalid")
    assert body["errors"] == checked["faults"]
    chinese = (await client.post(f"{place}/check", headers={"Accept-Language": "zh-CN"})).json()
    assert chinese["faults"][0]["message"] != checked["faults"][0]["message"]


async def test_losses_have_to_be_accepted(client: AsyncClient) -> None:
    await client.post(f"{await draft(client, INSTALLATION)}/publish")
    await client.post("/api/installation", json={"name": "Line 3"})
    place = await draft(client, deletes=[{"kind": "object", "name": "installation"}])
    checked = (await client.post(f"{place}/check")).json()
    assert [(loss["object"], loss["field"], loss["rows"]) for loss in checked["losses"]] == [("installation", None, 1)]
    problem(await client.post(f"{place}/publish", json={}), 409, "losses")
    accepted = await client.post(f"{place}/publish", json={"accept_losses": True})
    assert accepted.status_code == 200, accepted.text
    problem(await client.get("/api/installation"), 404, "not-found")


async def test_a_draft_is_edited_document_by_document(client: AsyncClient) -> None:
    place = await draft(client)
    put = await client.put(f"{place}/documents/object/installation", json=INSTALLATION)
    assert [one["name"] for one in put.json()["documents"]] == ["installation"]
    other = await client.put(f"{place}/documents/object/other", json=INSTALLATION)
    assert problem(other, 422, "invalid")["errors"][0]["pointer"] == "/name"
    marked = await client.post(f"{place}/deletes", json={"kind": "view", "name": "account_all"})
    assert [(one["name"], one["body"]) for one in marked.json()["documents"]][1] == ("account_all", None)
    withdrawn = await client.delete(f"{place}/documents/view/account_all")
    assert len(withdrawn.json()["documents"]) == 1
    mine = (await client.get("/meta/changes", params={"state": "draft", "mine": "true"})).json()["data"]
    assert [f"/meta/changes/{one['id']}" for one in mine] == [place]
    assert (await client.get(place)).json()["state"] == "draft"
    assert (await client.delete(place)).status_code == 204
    problem(await client.post(f"{place}/publish"), 409, "conflict")
    problem(await client.put(f"{place}/documents/object/installation", json=INSTALLATION), 409, "conflict")


async def test_what_somebody_else_published_meanwhile_is_not_overwritten(client: AsyncClient) -> None:
    first, second = await draft(client, INSTALLATION), await draft(client, INSTALLATION | {"icon": "tool"})
    assert (await client.post(f"{first}/publish")).status_code == 200
    body = problem(await client.post(f"{second}/publish"), 409, "conflict")
    assert body["errors"][0]["document"] == {"kind": "object", "name": "installation"}


async def test_documents_are_listed_and_read(client: AsyncClient) -> None:
    listed = {(one["kind"], one["name"]): one for one in (await client.get("/meta/documents")).json()["data"]}
    assert listed["object", "account"]["package"] == "crm"
    assert listed["object", "user"]["core"] is True
    one = (await client.get("/meta/documents/object/account")).json()
    assert (one["body"]["name"], one["core"]) == ("account", False)
    problem(await client.get("/meta/documents/object/nothing"), 404, "not-found")


async def test_schemas_and_field_types_are_described(client: AsyncClient) -> None:
    found = (await client.get("/meta/schemas", headers={"Accept-Language": "zh-CN"})).json()
    assert set(found["kinds"]) >= {"object", "view", "layout", "picklist"}
    types = {one["name"]: one for one in found["field_types"]}
    assert {"text", "lookup", "currency"} <= set(types)
    assert types["currency"]["label"] == "货币"
    assert "id" not in types


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"documents": [{"name": "a"}]}, "/documents/0/kind"),
        ({"documents": [{"kind": "object"}]}, "/documents/0/name"),
        ({"documents": [{"kind": "nothing", "name": "a"}]}, "/documents/0/kind"),
        ({"documents": [{"kind": "object", "name": 5}]}, "/documents/0/name"),
        ({"documents": [5]}, "/documents/0"),
        ({"documents": {}}, "/documents"),
        ({"title": "x" * 201}, "/title"),
        ({"nothing": 1}, "/nothing"),
        ({"deletes": [{"kind": "object"}]}, "/deletes/0/name"),
    ],
)
async def test_a_change_set_of_another_form_is_refused_with_a_pointer(
    client: AsyncClient, body: dict[str, Any], pointer: str
) -> None:
    answer = problem(await client.post("/meta/changes", json=body), 422, "invalid")
    assert [error["pointer"] for error in answer["errors"]] == [pointer]


async def test_the_studio_is_for_admins(member_client: AsyncClient) -> None:
    assert (await member_client.get("/meta/model")).status_code == 200
    for address in (
        "/meta/schemas",
        "/meta/documents",
        "/meta/documents/object/account",
        "/meta/changes",
        "/meta/revisions",
    ):
        problem(await member_client.get(address), 403, "forbidden")
    problem(await member_client.post("/meta/changes", json={}), 403, "forbidden")
    for what in ("check", "publish", "deletes"):
        answer = await member_client.post(f"/meta/changes/{uuid4()}/{what}", json={"kind": "a", "name": "b"})
        problem(answer, 403, "forbidden")


@pytest.mark.parametrize("what", ["", "/check", "/publish", "/deletes"])
async def test_an_unknown_change_set_is_not_found(client: AsyncClient, what: str) -> None:
    for change in (uuid4(), "x"):
        address = f"/meta/changes/{change}{what}"
        body = {"kind": "object", "name": "b"} if what == "/deletes" else None
        answer = await (client.post(address, json=body) if what else client.get(address))
        problem(answer, 404, "not-found")


async def test_the_member_sees_what_his_roles_allow(member_client: AsyncClient) -> None:
    described = (await member_client.get("/meta/model")).json()
    actions = {one["name"]: one["actions"] for one in described["objects"]}
    assert described["admin"] is False
    assert actions["user"] == ["read"]
    assert "create" in actions["account"]
    paths = (await member_client.get("/openapi.json")).json()["paths"]
    assert "post" not in paths["/api/user"]
    assert "post" in paths["/api/account"]


async def test_a_field_cannot_become_unique_while_records_share_a_value(client: AsyncClient) -> None:
    await client.post(f"{await draft(client, INSTALLATION)}/publish", json={})
    for _ in range(2):
        assert (await client.post("/api/installation", json={"name": "Line 3"})).status_code == 201
    before = (await client.get("/meta/revisions")).json()["data"][0]["number"]
    name, *others = INSTALLATION["fields"]
    place = await draft(client, INSTALLATION | {"fields": [name | {"unique": True}, *others]})
    answer = await client.post(f"{place}/publish", json={}, headers={"Accept-Language": "zh-CN"})
    (error,) = problem(answer, 422, "invalid")["errors"]
    assert (error["pointer"], error["code"]) == ("/fields/0/unique", "values_shared")
    assert error["document"] == {"kind": "object", "name": "installation"}
    place = await draft(client, INSTALLATION | {"unique_keys": [{"fields": ["account", "name"]}]})
    assert (await client.post(f"{place}/publish", json={})).status_code == 200, "empty values are not equal"
    assert (await client.get("/meta/revisions")).json()["data"][0]["number"] == before + 1
    assert (await client.get("/api/installation")).status_code == 200


async def test_what_is_not_there_or_belongs_to_the_platform_cannot_be_deleted(client: AsyncClient) -> None:
    before = (await client.get("/meta/revisions")).json()["data"][0]["number"]
    for name, code in (("moon", "document_not_there"), ("user", "document_kept")):
        place = await draft(client, deletes=[{"kind": "object", "name": name}])
        assert [one["code"] for one in (await client.post(f"{place}/check")).json()["faults"]] == [code]
        (error,) = problem(await client.post(f"{place}/publish", json={}), 422, "invalid")["errors"]
        assert (error["code"], error["document"]) == (code, {"kind": "object", "name": name})
    assert (await client.get("/meta/revisions")).json()["data"][0]["number"] == before


async def test_publishing_while_others_hold_the_table_can_be_tried_again(
    client: AsyncClient, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_module("runtime.revisions.publish"), "LOCK_TIMEOUT", "200ms")
    await client.post(f"{await draft(client, INSTALLATION)}/publish", json={})
    table = (await platform.call("demo")).model.objects["installation"].table
    field = {"name": "more", "type": "text", "label": {"en": "More"}}
    place = await draft(client, INSTALLATION | {"fields": [*INSTALLATION["fields"], field]})
    async with platform.db.transaction() as connection:
        await connection.execute(f'LOCK TABLE "{table.schema}"."{table.name}"')
        answer = await client.post(f"{place}/publish", json={})
        problem(answer, 503, "unavailable")
        assert int(answer.headers["retry-after"]) > 0
    assert (await client.post(f"{place}/publish", json={})).status_code == 200
