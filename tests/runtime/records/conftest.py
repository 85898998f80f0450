"""Records to ask about: accounts, contacts and deals with empty and equal values among them."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

import pytest

from runtime import records

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from runtime.call import Call

WORDS = ["Alpha", "beta", "GAMMA", "客户", "触点管理", "50% off", "under_score", "back\\slash", "O'Hara", "z"]
SECTORS = ["retail", "finance", "medical", None]


@pytest.fixture
def make(call: Call) -> Callable[..., Awaitable[dict[str, Any]]]:
    """Creates a record and gives it as a dictionary."""

    async def create(object_name: str, **data: Any) -> dict[str, Any]:
        written = await records.create(call, object_name, data)
        record: dict[str, Any] = json.loads(written.body)
        return record

    return create


@pytest.fixture
async def deals(call: Call) -> list[dict[str, Any]]:
    """120 opportunities of 12 accounts, with nulls and duplicates, as the API shows them with ``account`` expanded."""
    chance = random.Random(7)
    accounts = [
        {
            "op": "create",
            "object": "account",
            "ref": f"a{index}",
            "data": {"name": f"{chance.choice(WORDS)} {index}", "sector": chance.choice(SECTORS)},
        }
        for index in range(12)
    ]
    opportunities = [{"op": "create", "object": "opportunity", "data": _deal(chance, index)} for index in range(120)]
    await records.batch(call, [*accounts, *opportunities])
    fields = "name,external_id,stage,amount,probability,close_date,created_at,account.name,account.sector,version"
    found: list[dict[str, Any]] = []
    cursor = None
    while True:
        body = {"fields": fields, "limit": 200, **({"cursor": cursor} if cursor else {})}
        page = json.loads(await records.listing(call, "opportunity", records.Query.from_json(body)))
        found += page["data"]
        cursor = page["next"]
        if cursor is None:
            return found


def _deal(chance: random.Random, index: int) -> dict[str, Any]:
    def perhaps(value: Any) -> Any:
        return value if chance.random() < 0.75 else None

    account = perhaps(chance.randrange(12))
    return {
        "external_id": f"X{index}",
        "name": perhaps(f"{chance.choice(WORDS)}{chance.choice(['', ' two', ' 二'])}"),
        "stage": chance.choice(["Prospecting", "Engaging", "Won", "Lost"]),
        "amount": perhaps(chance.choice([0, 10, 10.5, 99.99, 1000])),
        "probability": perhaps(chance.choice([0, 10, 50, 100])),
        "close_date": perhaps(f"2026-{chance.randrange(1, 13):02}-{chance.choice(['01', '15'])}"),
        "account": None if account is None else {"$ref": f"a{account}"},
    }
