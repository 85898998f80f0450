"""Imports over HTTP, from upload to undo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from runtime import demo, imports
from tests.runtime.http.test_bad_input import problem

if TYPE_CHECKING:
    from httpx import AsyncClient

    from runtime.call import Call
    from runtime.platform import Platform

FILE = "name,sector,employees\nAlpha,retail,5\nBeta,nonsense,6\nGamma,retail,7\n"
MAPPING = [{"column": name, "field": name} for name in ("name", "sector", "employees")]


async def upload(client: AsyncClient, text: str | bytes = FILE, name: str = "accounts.csv") -> dict[str, Any]:
    answer = await client.post(
        "/api/account/import", params={"file_name": name}, content=text, headers={"Content-Type": "text/csv"}
    )
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def test_a_file_is_uploaded_mapped_previewed_imported_and_taken_back(
    client: AsyncClient, platform: Platform, call: Call
) -> None:
    made = await upload(client)
    assert (made["state"], [column["name"] for column in made["columns"]]) == (
        "uploaded",
        ["name", "sector", "employees"],
    )
    place = f"/api/imports/{made['id']}"
    mapped = await client.patch(place, json={"mapping": MAPPING, "options": {"mode": "create", "on_error": "skip"}})
    assert mapped.status_code == 200, mapped.text
    rows = (await client.post(f"{place}/preview", json={"rows": 3})).json()["rows"]
    assert [len(row["faults"]) for row in rows] == [0, 1, 0]
    assert (await client.post(f"{place}/preview")).status_code == 200

    await imports.run_now(call, UUID(made["id"]))
    done = (await client.get(place)).json()
    assert (done["state"], done["created_rows"], done["failed_rows"]) == ("done", 2, 1)

    faults = (await client.get(f"{place}/faults")).json()["data"]
    assert [fault["row"] for fault in faults] == [2] or len(faults) == 1
    groups = (await client.get(f"{place}/fault-groups")).json()["data"]
    assert [(group["column"], group["value"], group["count"]) for group in groups] == [("sector", "nonsense", 1)]
    file = await client.get(f"{place}/faults.csv")
    assert file.headers["content-type"].startswith("text/csv")
    assert "nonsense" in file.text
    assert made["id"] in [one["id"] for one in (await client.get("/api/imports?object=account")).json()["data"]]

    undone = await client.post(f"{place}/undo")
    assert undone.status_code == 200, undone.text


async def test_a_started_import_waits_for_a_worker_and_can_be_cancelled(client: AsyncClient) -> None:
    place = f"/api/imports/{(await upload(client))['id']}"
    await client.patch(place, json={"mapping": MAPPING})
    started = await client.post(f"{place}/start", json={"dry_run": True})
    assert (started.json()["state"], started.json()["dry_run"]) == ("queued", True), started.text
    problem(await client.post(f"{place}/start"), 409, "conflict")
    assert (await client.post(f"{place}/cancel")).json()["state"] == "cancelled"
    assert (await client.post(f"{place}/resume")).json()["state"] == "queued"


@pytest.mark.parametrize("name", ["", "x" * 256])
async def test_a_file_needs_a_name(client: AsyncClient, name: str) -> None:
    answer = await client.post("/api/account/import", params={"file_name": name}, content=b"name\nA\n")
    problem(answer, 400, "bad-request")
    problem(await client.post("/api/account/import", content=b"name\nA\n"), 400, "bad-request")


async def test_a_file_name_cannot_lead_out_of_the_folder(client: AsyncClient, platform: Platform) -> None:
    await upload(client, name="../../../../escape.csv")
    outside = [file for file in platform.settings.home.parent.rglob("escape*") if platform.files not in file.parents]
    assert outside == []


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04broken"])
async def test_a_file_that_is_no_table_is_refused(client: AsyncClient, content: bytes) -> None:
    name = "a.xlsx" if content.startswith(b"PK") else "a.csv"
    answer = await client.post("/api/account/import", params={"file_name": name}, content=content)
    problem(answer, 422, "invalid")


async def test_what_is_not_there_or_not_possible_is_told(client: AsyncClient) -> None:
    problem(await client.post("/api/nothing/import?file_name=a.csv", content=b"a\n1\n"), 404, "not-found")
    for address in ("", "/faults", "/fault-groups", "/faults.csv"):
        problem(await client.get(f"/api/imports/{uuid4()}{address}"), 404, "not-found")
    for action in ("preview", "start", "cancel", "resume", "undo"):
        problem(await client.post(f"/api/imports/{uuid4()}/{action}"), 404, "not-found")
    place = f"/api/imports/{(await upload(client))['id']}"
    problem(await client.post(f"{place}/undo"), 409, "conflict")
    problem(await client.post(f"{place}/resume"), 409, "conflict")
    wrong = await client.patch(place, json={"mapping": [{"column": "nothing", "field": "nothing"}]})
    problem(wrong, 422, "invalid")
    problem(await client.patch(place, json={"mapping": 5}), 422, "invalid")
    assert (await client.delete(place)).status_code == 204
    problem(await client.get(place), 404, "not-found")


async def test_a_member_imports_into_what_he_may(member_client: AsyncClient) -> None:
    await upload(member_client)
    answer = await member_client.post("/api/user/import?file_name=a.csv", content=b"name\nA\n")
    problem(answer, 403, "forbidden")
    assert demo.MEMBER


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"mapping": [5]}, "/mapping/0", "wrong_type"),
        ({"mapping": [{"column": 5}]}, "/mapping/0/column", "wrong_type"),
        ({"mapping": [{"column": "name", "a/b": 1}]}, "/mapping/0/a~1b", "unknown_property"),
        ({"mapping": [{"field": "name"}]}, "/mapping/0/column", "missing_property"),
        ({"mapping": [{"column": "name", "lookup": {"match": 5}}]}, "/mapping/0/lookup/match", "wrong_type"),
        ({"mapping": [{"column": "name", "values": {"a": "b", "c": 5}}]}, "/mapping/0/values/c", "wrong_type"),
        ({"options": {"header": "x"}}, "/options/header", "wrong_type"),
        ({"options": {"header": -7}}, "/options/header", "below_minimum"),
        ({"options": {"zork": 1}}, "/options/zork", "unknown_property"),
        ({"options": {"encoding": "klingon"}}, "/options/encoding", "import_encoding_unknown"),
        ({"options": {"encoding": "idna"}}, "/options/encoding", "import_encoding"),
    ],
)
async def test_what_is_wrong_with_a_mapping_is_told_with_its_place_in_the_callers_language(
    client: AsyncClient, body: dict[str, Any], pointer: str, code: str
) -> None:
    made = await client.post("/api/account/import", params={"file_name": "a.csv"}, content=b"name,employees\nA,5\n")
    answer = await client.patch(f"/api/imports/{made.json()['id']}", json=body, headers={"Accept-Language": "zh-CN"})
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert (error["pointer"], error["code"]) == (pointer, code)
    assert "Expected" not in error["message"], "no words of a library"
