"""How text of CSV and XLSX files is understood."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from kernel.fields.type import TextForm, ValueFault
from kernel.model import ObjectModel  # noqa: TC001

COMMA = TextForm(decimal="comma")
US = TextForm(date_order="mdy")
UK = TextForm(date_order="dmy")
CHINA = TextForm(region="CN")
ISO = TextForm()


@pytest.mark.parametrize(
    ("name", "text", "form", "value"),
    [
        ("date", "10/20/2016", US, "2016-10-20"),
        ("date", "20/10/2016", UK, "2016-10-20"),
        ("date", "1.2.16", UK, "2016-02-01"),
        ("date", "2/1/85", US, "1985-02-01"),
        ("date", "2016/10/2", ISO, "2016-10-02"),
        ("date", "2016-10-20", US, "2016-10-20"),
        ("date", "2016年10月20日", ISO, "2016-10-20"),
        ("date", "20161020", ISO, "2016-10-20"),
        ("date", "2016-10-20 00:00:00", ISO, "2016-10-20"),
        ("datetime", "2016-10-20T08:30:00+08:00", ISO, "2016-10-20T00:30:00Z"),
        ("datetime", "10/20/2016 2:05 PM", US, "2016-10-20T14:05:00Z"),
        ("datetime", "10/20/2016 12:05 am", US, "2016-10-20T00:05:00Z"),
        ("datetime", "2016-10-20", ISO, "2016-10-20T00:00:00Z"),
        ("datetime", "2016-10-20 14:05:06.5 +0800", ISO, "2016-10-20T06:05:06.500000Z"),
        ("integer", "1,234", ISO, 1234),
        ("integer", "1.234", COMMA, 1234),
        ("integer", "12.0", ISO, 12),
        ("integer", "(12)", ISO, -12),
        ("integer", "１２", ISO, 12),
        ("decimal", "1 000.0", ISO, Decimal(1000)),
        ("decimal", "-0,5", COMMA, Decimal("-0.5")),
        ("decimal", "1.5E-3", ISO, Decimal("0.0015")),
        ("decimal", ".5", ISO, Decimal("0.5")),
        ("percent", "12.5 %", ISO, Decimal("12.5")),
        ("currency", "$1,054.50", ISO, Decimal("1054.50")),
        ("currency", "USD 12", ISO, {"amount": Decimal("12"), "currency": "USD"}),
        ("currency", "1.200 eur", COMMA, {"amount": Decimal("1200"), "currency": "EUR"}),
        ("currency", "￥88", ISO, Decimal("88")),
        ("boolean", "Yes", ISO, True),
        ("boolean", "否", ISO, False),
        ("picklist", "beta", ISO, "b"),
        ("picklist", "甲", ISO, "a"),
        ("many", "Alpha; 乙", ISO, ["a", "b"]),
        ("many", "a，b，a", ISO, ["a", "b"]),
        ("many", "Gamma; delta", ISO, ["c d"]),
        ("phone", "138 0013 8000", CHINA, "+8613800138000"),
        ("phone", "+1 (650) 253-0000", ISO, "+16502530000"),
        ("url", "example.com/a", ISO, "https://example.com/a"),
        ("json", '{"a": [1]}', ISO, {"a": [1]}),
        ("email", "A@B.example", ISO, "A@B.example"),
    ],
)
def test_text_is_understood(thing: ObjectModel, name: str, text: str, form: TextForm, value: Any) -> None:
    field = thing.fields[name]
    assert field.type.parse(field, f" {text} ", form) == value
    assert field.type.text_decoder(field, form)(text) is not None


@pytest.mark.parametrize(
    ("name", "text", "form", "code"),
    [
        ("date", "10/20/2016", ISO, "date_order"),
        ("date", "20/10/2016", US, "date_invalid"),
        ("date", "2016-02-30", ISO, "date_invalid"),
        ("date", "2016-10-20 08:00", ISO, "date_invalid"),
        ("date", "soon", US, "date_invalid"),
        ("date", "1/2/345", US, "date_invalid"),
        ("datetime", "2016-10-20 25:00", ISO, "datetime_invalid"),
        ("datetime", "2016-10-20 13:00 pm", ISO, "datetime_invalid"),
        ("datetime", "soon", ISO, "datetime_invalid"),
        ("integer", "1.5", ISO, "integer_invalid"),
        ("integer", "1,23", ISO, "integer_invalid"),
        ("decimal", "1.2.3", ISO, "number_invalid"),
        ("decimal", "NaN", ISO, "number_invalid"),
        ("decimal", "9" * 100, ISO, "number_invalid"),
        ("currency", "lots", ISO, "number_invalid"),
        ("currency", "12 XXX", ISO, "currency_unknown"),
        ("boolean", "maybe", ISO, "boolean_invalid"),
        ("picklist", "delta", ISO, "picklist_value"),
        ("many", "a; nix", ISO, "picklist_value"),
        ("phone", "138 0013 8000", ISO, "phone_region"),
        ("phone", "+1", ISO, "phone_invalid"),
        ("phone", "call me", CHINA, "phone_invalid"),
        ("url", "javascript://x", ISO, "url_invalid"),
        ("json", "{", ISO, "json_invalid"),
        ("json", "[" * 5000 + "]" * 5000, ISO, "json_invalid"),
        ("json", "NaN", ISO, "json_invalid"),
        ("json", "1e999", ISO, "number_invalid"),
        ("email", "nobody", ISO, "email_invalid"),
        ("lookup", "Acme", ISO, "reference_invalid"),
    ],
)
def test_text_that_means_nothing_is_refused(
    thing: ObjectModel, name: str, text: str, form: TextForm, code: str
) -> None:
    field = thing.fields[name]
    with pytest.raises(ValueFault) as caught:
        field.type.text_decoder(field, form)(text)
    assert caught.value.code == code
