"""`kill -9` of the whole server in the middle of an import: after a restart the import goes on where it stopped."""

from __future__ import annotations

import csv
import json
import os
import signal
import time
from typing import TYPE_CHECKING, Any

from tests.live import ROOT, free_port, start, stop

if TYPE_CHECKING:
    from pathlib import Path

    import httpx

DATA = ROOT / "packages" / "crm" / "sample_data"
COPIES = 7  # of the 8,800 rows, each with ids of its own: long enough to be caught in the middle


def larger_pipeline(path: Path) -> int:
    with (DATA / "sales_pipeline.csv").open(encoding="utf-8", newline="") as file:
        heading, *rows = list(csv.reader(file))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(heading)
        for copy in range(COPIES):
            writer.writerows([f"{row[0]}-{copy}", *row[1:]] for row in rows)
    return COPIES * len(rows)


def state(api: httpx.Client, import_id: str) -> dict[str, Any]:
    found: dict[str, Any] = api.get(f"/api/imports/{import_id}").json()
    return found


def wait_until(api: httpx.Client, import_id: str, reached: Any, seconds: float) -> dict[str, Any]:
    deadline = time.monotonic() + seconds
    while not reached(now := state(api, import_id)):
        assert now["state"] not in ("failed", "cancelled"), now
        assert time.monotonic() < deadline, now
        time.sleep(0.05)
    return now


def test_an_import_survives_kill_9_and_takes_no_row_twice(tmp_path: Path) -> None:
    file = tmp_path / "pipeline.csv"
    total = larger_pipeline(file)
    live = start(tmp_path / "home", free_port())
    try:
        with live.api() as api:
            made = api.post("/api/opportunity/import", params={"file_name": file.name}, content=file.read_bytes())
            assert made.status_code == 201, made.text
            import_id = made.json()["id"]
            mapping = json.loads((DATA / "sales_pipeline.mapping.json").read_text("utf-8"))
            assert api.patch(f"/api/imports/{import_id}", json=mapping).status_code == 200
            assert api.post(f"/api/imports/{import_id}/start", json={}).status_code == 200
            before = wait_until(api, import_id, lambda now: now["done_rows"] >= total // 8, 60)
            os.killpg(live.process.pid, signal.SIGKILL)
            live.process.wait(timeout=20)
        assert before["done_rows"] < total, "the import was over before the kill"
        live = start(tmp_path / "home", int(live.url.rsplit(":", 1)[1]))
        with live.api() as api:
            after = wait_until(api, import_id, lambda now: now["state"] == "done", 180)
            assert (after["done_rows"], after["created_rows"], after["failed_rows"]) == (total, total, 0)
            once = api.post(
                "/api/opportunity/aggregate",
                json={
                    "measures": [
                        {"function": "count", "as": "records"},
                        {"function": "count_distinct", "field": "external_id", "as": "ids"},
                    ],
                    "filter": {
                        "combinator": "and",
                        "rules": [{"field": "external_id", "operator": "contains", "value": "-"}],
                    },
                },
            ).json()["data"][0]
            assert (once["records"], once["ids"]) == (total, total)
    finally:
        stop(live)
