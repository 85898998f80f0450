from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import casbin
import casbin.model
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.access import ACTIONS, CASBIN_MODEL, policy
from tests.kernel.samples import compiled, object_document

if TYPE_CHECKING:
    from kernel.model import Model

OBJECTS = ("alpha", "beta", "gamma")
ALL = (*OBJECTS, "user", "team", "missing")

actions = st.lists(st.sampled_from(ACTIONS), unique=True)
permissions = st.lists(
    st.fixed_dictionaries({"object": st.sampled_from(("*", *OBJECTS, "user", "team")), "actions": actions}), max_size=4
)
roles = st.dictionaries(
    st.sampled_from(("one", "two", "three")),
    st.fixed_dictionaries({"admin": st.booleans(), "permissions": permissions}),
)


def model_with(given_roles: dict[str, dict[str, Any]]) -> Model:
    documents = [object_document(name) for name in OBJECTS]
    for name, body in given_roles.items():
        documents.append({"kind": "role", "name": name, "label": {"en": name}, **body})
    return compiled(*documents)


def enforcer(model: Model) -> casbin.Enforcer:
    definition = casbin.model.Model()
    definition.load_model_from_text(CASBIN_MODEL)
    found = casbin.Enforcer(definition)
    for kind, *line in policy(model):
        if kind == "p":
            found.add_policy(*line)
        else:
            found.add_named_grouping_policy("g2", *line)
    return found


@settings(max_examples=20)
@given(roles)
def test_the_mask_says_what_casbin_enforces(given_roles: dict[str, dict[str, Any]]) -> None:
    model = model_with(given_roles)
    oracle = enforcer(model)
    allowed_to = {
        (role, name, action)
        for role, name, action in itertools.product((*given_roles, "member"), ALL, ACTIONS)
        if oracle.enforce(role, name, action)
    }
    for size in range(3):
        for held in itertools.combinations((*given_roles, "member"), size):
            access = model.roles_access(frozenset(held))
            for name, action in itertools.product(ALL, ACTIONS):
                allowed = any((role, name, action) in allowed_to for role in held)
                assert access.may(name, action) == allowed, (held, name, action)


def test_a_member_works_with_all_records_and_only_reads_users_and_teams() -> None:
    access = model_with({}).roles_access(frozenset({"member"}))
    assert access.actions("alpha") == ACTIONS
    assert access.actions("user") == ("read",)
    assert access.actions("team") == ("read",)
    assert not access.admin


def test_an_admin_may_do_all() -> None:
    access = model_with({}).roles_access(frozenset({"admin", "member"}))
    assert access.admin
    assert all(access.may(name, action) for name in (*OBJECTS, "user") for action in ACTIONS)
    assert not access.may("missing", "read")
    assert not access.may("alpha", "explode")


def test_nobody_may_do_nothing() -> None:
    access = model_with({}).roles_access(frozenset({"no such role"}))
    assert access.roles == frozenset()
    assert access.readable("alpha") == frozenset()
    assert access.writable("alpha") == frozenset()


def test_fields_that_may_be_read_and_written() -> None:
    access = model_with({}).roles_access(frozenset({"member"}))
    assert {"id", "name", "owner_id", "deleted_at"} <= access.readable("alpha")
    assert access.writable("alpha") == {"name", "owner_id"}
    assert access.writable("user") == frozenset()


def test_what_roles_may_do_is_compiled_once() -> None:
    model = model_with({})
    assert model.roles_access(frozenset({"member", "nix"})) is model.roles_access(frozenset({"member"}))


@pytest.mark.parametrize("action", ACTIONS)
def test_a_role_lists_what_it_may_do(action: str) -> None:
    body = {"permissions": [{"object": "beta", "actions": [action]}]}
    access = model_with({"one": body}).roles_access(frozenset({"one"}))
    assert access.actions("beta") == (action,)
    assert access.actions("alpha") == ()
