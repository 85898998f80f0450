"""Secrets that callers carry: what is read is what was written, and nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.security.secrets import cookie_text, hash_secret, new_secret, read_cookie, read_token, token_text

NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,47}", fullmatch=True)


@given(NAMES, st.sampled_from(["api", "write"]))
def test_a_token_names_its_tenant_whatever_the_name(tenant: str, kind: str) -> None:
    secret = new_secret()
    found = read_token(token_text(tenant, secret, kind))  # type: ignore[arg-type]
    assert found == (tenant, hash_secret(secret))


@given(NAMES)
def test_a_cookie_names_its_tenant(tenant: str) -> None:
    secret = new_secret()
    assert read_cookie(cookie_text(tenant, secret)) == (tenant, hash_secret(secret))


@pytest.mark.parametrize(
    "text", ["", "tgm_demo_", f"tgm__{'0' * 64}", f"tgm_demo_{'0' * 63}", f"tgm_demo_{'0' * 65}", "\x00"]
)
def test_what_is_no_token_is_not_looked_up(text: str) -> None:
    assert read_token(text) is None
    assert read_cookie(text) is None


@given(st.text())
def test_no_text_breaks_reading(text: str) -> None:
    read_token(text)
    read_cookie(text)
