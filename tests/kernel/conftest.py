"""Documents to compile: packages/crm, and one object with a field of every type."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

from tests.kernel.samples import EVERY_TYPE, compiled

if TYPE_CHECKING:
    from kernel.model import ObjectModel

# Two cores are shared with everything else; how long an example takes says nothing.
settings.register_profile("kernel", deadline=None)
settings.load_profile("kernel")

CRM = Path(__file__).parents[2] / "packages" / "crm" / "documents"


@pytest.fixture(scope="session")
def crm() -> list[dict[str, Any]]:
    """The documents of packages/crm."""
    return [json.loads(file.read_text("utf-8")) for file in sorted(CRM.glob("*/*.json"))]


@pytest.fixture(scope="session")
def thing() -> ObjectModel:
    """An object with a field of every type."""
    return compiled(EVERY_TYPE).objects["thing"]
