"""Records over HTTP: the happy path of each route, entity tags, idempotency keys, exports."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import openpyxl
import pytest

if TYPE_CHECKING:
    from httpx import AsyncClient, Response


async def create(client: AsyncClient, name: str = "Northwind", **data: Any) -> dict[str, Any]:
    answer = await client.post("/api/account", json={"name": name, **data})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def problem(answer: Response, status: int, slug: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["type"] == f"urn:tangram:problem:{slug}"
    assert body["status"] == status
    assert body["request_id"] == answer.headers["x-request-id"]
    return body


async def test_a_created_record_is_answered_with_its_place_and_version(client: AsyncClient) -> None:
    answer = await client.post("/api/account", json={"name": "Northwind", "sector": "retail"})
    assert answer.status_code == 201
    body = answer.json()
    assert (body["name"], body["version"]) == ("Northwind", 1)
    assert answer.headers["location"] == f"/api/account/{body['id']}"
    assert answer.headers["etag"] == '"1"'
    assert int(answer.headers["tangram-revision"]) >= 1
    assert (await client.get(answer.headers["location"])).json() == body


async def test_reading_with_the_etag_of_what_one_has_is_answered_with_304(client: AsyncClient) -> None:
    place = f"/api/account/{(await create(client))['id']}"
    answer = await client.get(place, headers={"If-None-Match": '"1"'})
    assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", '"1"')
    assert (await client.get(place, headers={"If-None-Match": '"2"'})).status_code == 200


async def test_fields_and_expand_choose_what_a_read_answers(client: AsyncClient) -> None:
    parent = await create(client, "Parent")
    child = await create(client, "Child", parent=parent["id"])
    answer = await client.get(f"/api/account/{child['id']}", params={"fields": "name,parent", "expand": "parent"})
    assert answer.json()["name"] == "Child"
    assert answer.json()["parent"]["id"] == parent["id"]
    assert "sector" not in answer.json()


async def test_an_update_that_did_not_see_the_latest_version_is_refused(client: AsyncClient) -> None:
    place = f"/api/account/{(await create(client))['id']}"
    changed = await client.patch(place, json={"employees": 5}, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.headers["etag"], changed.json()["employees"]) == (200, '"2"', 5)
    problem(await client.patch(place, json={"employees": 6}, headers={"If-Match": '"1"'}), 412, "stale")
    problem(await client.delete(place, headers={"If-Match": '"1"'}), 412, "stale")
    problem(await client.patch(place, json={"employees": 6}, headers={"If-Match": "banana"}), 400, "bad-request")
    assert (await client.patch(place, json={"employees": 7}, headers={"If-Match": "*"})).json()["version"] == 3


async def test_a_deleted_record_lies_in_the_recycle_bin_until_it_is_restored_or_purged(client: AsyncClient) -> None:
    place = f"/api/account/{(await create(client))['id']}"
    assert (await client.delete(place)).status_code == 204
    problem(await client.get(place), 404, "not-found")
    assert len((await client.get("/api/account", params={"deleted": "only"})).json()["data"]) == 1
    restored = await client.post(f"{place}/restore")
    assert restored.status_code == 200
    assert (await client.get(place)).status_code == 200
    await client.delete(place)
    assert (await client.delete(place, params={"purge": "true"})).status_code == 204
    assert (await client.get("/api/account", params={"deleted": "only"})).json()["data"] == []


async def test_a_member_may_not_purge(client: AsyncClient, member_client: AsyncClient) -> None:
    place = f"/api/account/{(await create(client))['id']}"
    problem(await member_client.delete(place, params={"purge": "true"}), 403, "forbidden")


async def test_a_repeated_write_with_its_key_is_answered_as_the_first_time(client: AsyncClient) -> None:
    key = {"Idempotency-Key": uuid4().hex}
    first = await client.post("/api/account", json={"name": "Once"}, headers=key)
    again = await client.post("/api/account", json={"name": "Once"}, headers=key)
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers["location"] == first.headers["location"]
    problem(await client.post("/api/account", json={"name": "Other"}, headers=key), 409, "conflict")
    assert (await client.get("/api/account", params={"count": "true"})).json()["count"] == 1


@pytest.mark.parametrize("key", ["", "x" * 201, "with space", "caf\u00e9"])
async def test_an_idempotency_key_has_a_form(client: AsyncClient, key: str) -> None:
    headers = {"Idempotency-Key": key.encode("latin-1")}
    answer = await client.post("/api/account", json={"name": "A"}, headers=headers)  # type: ignore[arg-type]
    problem(answer, 400, "bad-request")


async def test_every_kind_of_write_can_carry_an_idempotency_key(client: AsyncClient) -> None:
    """Repeating any of them gives the first answer and changes nothing more."""
    place = f"/api/account/{(await create(client))['id']}"

    async def twice(method: str, address: str, body: Any = None) -> Response:
        key = {"Idempotency-Key": uuid4().hex}
        first = await client.request(method, address, json=body, headers=key)
        again = await client.request(method, address, json=body, headers=key)
        assert first.is_success, first.text
        assert (again.status_code, again.content) == (first.status_code, first.content)
        return again

    assert (await twice("PATCH", place, {"employees": 5})).json()["version"] == 2
    assert (await twice("PUT", "/api/account/by/name/Northwind", {"employees": 6})).json()["version"] == 3
    await twice("PUT", "/api/account/by/name/Contoso", {"employees": 6})
    await twice("POST", "/api/batch", {"operations": [{"op": "create", "object": "account", "data": {"name": "B"}}]})
    await twice("DELETE", place)
    await twice("POST", f"{place}/restore")
    assert (await client.get("/api/account", params={"count": "true"})).json()["count"] == 3


async def test_upserting_by_a_unique_field_creates_then_updates(client: AsyncClient) -> None:
    place = "/api/account/by/name/North%20%26%20South%2FWest"
    made = await client.put(place, json={"employees": 1})
    assert (made.status_code, made.json()["name"]) == (201, "North & South/West")
    assert made.headers["location"] == f"/api/account/{made.json()['id']}"
    changed = await client.put(place, json={"employees": 2})
    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    assert (await client.get(place)).json()["employees"] == 2
    problem(await client.get("/api/account/by/name/nobody"), 404, "not-found")


async def test_a_batch_writes_all_or_nothing(client: AsyncClient) -> None:
    operations = [
        {"op": "create", "object": "account", "ref": "a", "data": {"name": "Contoso"}},
        {"op": "create", "object": "contact", "data": {"name": "Ana Reyes", "account": {"$ref": "a"}}},
    ]
    answer = await client.post("/api/batch", json={"operations": operations})
    assert answer.status_code == 200, answer.text
    assert len(answer.json()["results"]) == 2
    wrong = [
        operations[1] | {"data": {"name": "Bo"}},
        operations[1] | {"data": {"name": "Cy"}},
        {"op": "create", "object": "account", "data": {}},
    ]
    body = problem(await client.post("/api/batch", json={"operations": wrong}), 422, "invalid")
    assert body["errors"][0]["pointer"].startswith("/operations/2")
    assert (await client.get("/api/contact", params={"count": "true"})).json()["count"] == 1


async def test_lists_filter_sort_page_and_count(client: AsyncClient) -> None:
    for number in range(5):
        await create(client, f"Account {number}", employees=number * 10)
    params: dict[str, str] = {
        "employees.gt": "0",
        "sort": "-employees",
        "limit": "3",
        "count": "true",
        "fields": "name",
    }
    page = (await client.get("/api/account", params=params)).json()
    assert [row["name"] for row in page["data"]] == ["Account 4", "Account 3", "Account 2"]
    assert page["count"] == 4
    rest = (await client.get("/api/account", params=params | {"cursor": page["next"]})).json()
    assert [row["name"] for row in rest["data"]] == ["Account 1"]
    assert rest["next"] is None


async def test_a_query_in_the_body_answers_like_the_list(client: AsyncClient) -> None:
    for number in range(3):
        await create(client, f"Account {number}", employees=number * 10)
    query = {
        "fields": ["name"],
        "filter": {"combinator": "or", "rules": [{"field": "employees", "operator": ">=", "value": 20}]},
        "limit": 5,
    }
    answer = await client.post("/api/account/query", json=query)
    assert [row["name"] for row in answer.json()["data"]] == ["Account 2"]


async def test_aggregates_are_answered_by_group(client: AsyncClient) -> None:
    await create(client, "A", sector="retail", employees=5)
    await create(client, "B", sector="retail", employees=7)
    request = {
        "group": [{"field": "sector"}],
        "measures": [{"function": "sum", "field": "employees", "as": "people"}, {"function": "count", "as": "n"}],
    }
    answer = await client.post("/api/account/aggregate", json=request)
    assert answer.json()["data"] == [{"sector": "retail", "people": 12, "n": 2}]


async def test_the_search_box_finds_records_of_all_objects(client: AsyncClient) -> None:
    made = await create(client, "北风贸易有限公司")
    hits = (await client.get("/api/search", params={"q": "北风贸易"})).json()["data"]
    assert [(hit["object"], hit["id"]) for hit in hits] == [("account", made["id"])]
    assert (await client.get("/api/search", params={"q": "北风贸易", "objects": "contact"})).json()["data"] == []
    problem(await client.get("/api/search"), 400, "bad-request")


async def test_the_history_tells_who_changed_what(client: AsyncClient) -> None:
    place = f"/api/account/{(await create(client))['id']}"
    await client.patch(place, json={"employees": 5})
    history = (await client.get(f"{place}/history")).json()["data"]
    assert [entry["action"] for entry in history] == ["updated", "created"]
    assert history[0]["changes"]["employees"] == {"old": None, "new": 5}
    assert len((await client.get(f"{place}/history", params={"limit": "1"})).json()["data"]) == 1


async def test_exports_stream_csv_and_xlsx(client: AsyncClient) -> None:
    await create(client, "=cmd()", employees=5)
    await create(client, "Plain", employees=7)
    params = {"columns": "name,employees", "sort": "employees"}
    answer = await client.get("/api/account/export", params=params | {"format": "csv"})
    assert answer.headers["content-disposition"] == 'attachment; filename="account.csv"'
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[1:] == [["'=cmd()", "5"], ["Plain", "7"]]
    workbook = await client.post("/api/account/export", json={"format": "xlsx", "columns": ["name"], "sort": ["name"]})
    sheet = openpyxl.load_workbook(io.BytesIO(workbook.content)).active
    assert sheet is not None
    assert sheet.max_row == 3


@pytest.mark.parametrize(
    "address",
    [
        "/api/account/export?format=pdf",
        "/api/account/export?columns=nothing",
        "/api/account/export?limit=5",
        "/api/account?nothing=1",
        "/api/account?limit=0",
        "/api/account?limit=x",
        "/api/account?cursor=x",
        "/api/account?filter=%7B",
        "/api/account?name=%ff",
        "/api/account?name=%00",
        "/api/account?" + "&".join(f"name={number}" for number in range(300)),
        "/api/search?q=a&limit=1000",
        "/api/search?q=a&q=b",
        "/api/search?q=a&nothing=b",
        "/api/imports?nothing=b",
    ],
)
async def test_bad_parameters_are_answered_with_400(client: AsyncClient, address: str) -> None:
    problem(await client.get(address), 400, "bad-request")


@pytest.mark.parametrize(
    "address",
    [
        "/api/nothing",
        "/api/account/x",
        "/api/account/0198a0aa-0000-7000-8000-000000000000",
        "/api/account/by/nothing/x",
        "/api/Account",
    ],
)
async def test_what_is_not_there_is_answered_with_404(client: AsyncClient, address: str) -> None:
    answer = await client.get(address)
    assert answer.status_code in ({404, 400} if "/by/" in address else {404}), answer.text


async def test_all_faults_of_a_record_come_at_once_in_the_callers_language(client: AsyncClient) -> None:
    data = {"sector": "no such sector", "employees": "many", "nothing": 1}
    english = problem(await client.post("/api/account", json=data), 422, "invalid")
    chinese = problem(
        await client.post("/api/account", json=data, headers={"Accept-Language": "zh-CN,en;q=0.5"}), 422, "invalid"
    )
    pointers = {error["pointer"] for error in english["errors"]}
    assert pointers == {"/name", "/sector", "/employees", "/nothing"}
    assert {error["code"] for error in chinese["errors"]} == {error["code"] for error in english["errors"]}
    assert chinese["title"] == "数据无效"
    assert chinese["errors"][0]["message"] != english["errors"][0]["message"]


async def test_a_taken_value_is_a_conflict(client: AsyncClient) -> None:
    await create(client, "Northwind")
    body = problem(await client.post("/api/account", json={"name": "Northwind"}), 409, "conflict")
    assert body["errors"][0]["pointer"] == "/name"
