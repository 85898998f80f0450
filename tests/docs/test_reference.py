"""The pages that are generated are those of the schemas as they are."""

from __future__ import annotations

from docs import reference
from kernel.fields import TYPES
from metadata import KINDS
from runtime.settings import ROOT


def test_the_reference_is_up_to_date() -> None:
    assert (ROOT / "docs" / "metadata.md").read_text("utf-8") == reference.page(), "run `make docs`"


def test_every_kind_and_field_type_is_in_it() -> None:
    page = reference.page()
    assert all(f"\n## {kind}\n" in page for kind in KINDS)
    assert all(f"| `{name}` |" in page for name in TYPES)
