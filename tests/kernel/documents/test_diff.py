from __future__ import annotations

import copy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kernel.documents import Change, diff
from tests.kernel.samples import object_document, text_field

values = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | st.text("ab", max_size=2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab/~", max_size=2), inner, max_size=3),
    max_leaves=6,
)
documents = st.dictionaries(st.text("abc", min_size=1, max_size=2), values, max_size=3)


def test_a_new_and_a_deleted_document() -> None:
    document = object_document("thing")
    assert diff(None, document) == [Change("", "added", None, document)]
    assert diff(document, None) == [Change("", "removed", document, None)]
    assert diff(None, None) == []


def test_fields_are_compared_by_name() -> None:
    old = object_document("thing", text_field("a"), text_field("b"))
    new: dict[str, Any] = copy.deepcopy(old)
    new["fields"] = [new["fields"][0], new["fields"][2], text_field("c")]
    new["fields"][1]["required"] = True
    new["label"]["de"] = "Ding"
    assert diff(old, new) == [
        Change("/label/de", "added", None, "Ding"),
        Change("/fields/a", "removed", text_field("a"), None),
        Change("/fields/b/required", "added", None, True),
        Change("/fields/c", "added", None, text_field("c")),
    ]


def test_a_new_order_is_a_change() -> None:
    old = object_document("thing", text_field("a"))
    new = {**old, "fields": old["fields"][::-1]}
    assert diff(old, new) == [Change("/fields", "changed", ["name", "a"], ["a", "name"])]


@given(documents, documents)
def test_documents_differ_where_and_only_where_they_are_not_the_same(old: Any, new: Any) -> None:
    assert (diff(old, new) == []) == (repr(_sorted(old)) == repr(_sorted(new)))


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return sorted((key, _sorted(one)) for key, one in value.items())
    return [_sorted(one) for one in value] if isinstance(value, list) else value
