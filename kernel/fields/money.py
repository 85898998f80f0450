"""Money: an amount and its currency."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any, ClassVar

import sqlalchemy as sa

from kernel.faults import escape
from kernel.fields.number import (
    BOUNDS,
    Numeric,
    bounds_schema,
    exact,
    number_of,
    plain,
    scale_option,
)
from kernel.fields.type import EMPTINESS, Columns, Field, Operand, Schema, TextForm, ValueFault

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# ISO 4217, list one (2026-01-01), funds and metals left out.
_ISO_4217 = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY
COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR
ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK
MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF
SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU
UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
"""
_PAIR_COLUMNS = (sa.Numeric(), sa.Text())
CODES = frozenset(_ISO_4217.split())
_SIGNS = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "CNY", "₹": "INR", "₩": "KRW", "₽": "RUB", "元": "CNY"}
_AROUND = re.compile(
    r"(?P<before>[A-Za-z]{3}|[$€£¥₹₩₽])?\s*(?P<number>[^A-Za-z$€£¥₹₩₽元]+?)\s*(?P<after>[A-Za-z]{3}|[$€£¥₹₩₽元])?"
)


class Currency(Numeric):
    """An amount with its ISO 4217 currency; the field's own where a bare number is given."""

    name = "currency"
    widget = "currency"
    width = 2
    options: ClassVar[Mapping[str, Schema]] = {
        "currency": {
            "title": "Currency",
            "description": "ISO 4217 code of amounts given without one.",
            "type": "string",
            "enum": sorted(CODES),
            "default": "USD",
        },
        "scale": scale_option(2),
        **BOUNDS,
    }

    def columns(self, field: Field) -> tuple[sa.types.TypeEngine[Any], ...]:
        return _PAIR_COLUMNS

    def decoder(self, field: Field) -> Callable[[Any], Any]:
        own = _own(field)
        amount_of = super().decoder(field)

        def decode(value: Any) -> tuple[Any, str]:
            if type(value) is not dict:
                return amount_of(value), own
            if len(value) != 2 or "amount" not in value or "currency" not in value:
                _check_properties(value)
            try:
                amount = amount_of(value["amount"])
            except ValueFault as fault:
                raise ValueFault(fault.code, fault.parameters, "/amount") from None
            code = value.get("currency", own)
            if type(code) is not str or code not in CODES:
                raise ValueFault("currency_unknown", {"value": code}, "/currency")
            return amount, code

        return decode

    def operands(self, field: Field, operator: str, value: Any) -> tuple[Operand, ...]:
        """Filters compare amounts; the currency of a value given as an object is left aside."""
        if operator in ("in", "notIn", "between", "notBetween") and isinstance(value, list):
            return super().operands(field, operator, [_amount(one) for one in value])
        return super().operands(field, operator, value if operator in EMPTINESS else _amount(value))

    def operand_decoder(self, field: Field) -> Callable[[Any], Any]:
        return exact

    def parser(self, field: Field, form: TextForm) -> Callable[[str], Any]:
        def parse(text: str) -> Any:
            if text.isdecimal() and text.isascii():
                return int(text) if len(text) < 17 else number_of(text, form)
            shown = unicodedata.normalize("NFKC", text)
            match = _AROUND.fullmatch(shown)
            if match is None:
                raise ValueFault("number_invalid", {"value": text})
            try:
                amount = number_of(match["number"], form)
            except ValueFault:
                raise ValueFault("number_invalid", {"value": text}) from None
            code = match["before"] or match["after"]
            if code is None or code in _SIGNS:
                # A sign such as $ stands for many currencies: the field's own is meant.
                return amount
            return {"amount": amount, "currency": code.upper()}

        return parse

    def format(self, field: Field, value: Any, locale: str = "en") -> str:
        """The amount, with the code where it is not the field's own."""
        if value is None:
            return ""
        if isinstance(value, dict):
            amount = plain(value["amount"])
            return amount if value["currency"] == _own(field) else f"{value['currency']} {amount}"
        return plain(value)

    def json(self, field: Field, columns: Columns) -> sa.ColumnElement[Any]:
        amount, code = columns
        built = sa.func.json_build_object(sa.literal_column("'amount'"), amount, sa.literal_column("'currency'"), code)
        return sa.case((amount.is_not(None), built))

    def read_schema(self, field: Field) -> Schema:
        return {
            "type": "object",
            "properties": {"amount": {"type": "number"}, "currency": {"type": "string"}},
            "required": ["amount", "currency"],
            "additionalProperties": False,
        }

    def write_schema(self, field: Field) -> Schema:
        amount = {"type": "number", **bounds_schema(field.document, self.scale(field))}
        return {
            "anyOf": [
                amount,
                {
                    "type": "object",
                    "properties": {"amount": amount, "currency": {"type": "string", "enum": sorted(CODES)}},
                    "required": ["amount"],
                    "additionalProperties": False,
                },
            ]
        }


def _own(field: Field) -> str:
    code: str = field.document.get("currency", "USD")
    return code


def _amount(value: Any) -> Any:
    if isinstance(value, dict) and "amount" in value:
        _check_properties(value)
        return value["amount"]
    return value


def _check_properties(value: dict[Any, Any]) -> None:
    for name in value:
        if name not in ("amount", "currency"):
            raise ValueFault("unknown_property", {"property": str(name)}, "/" + escape(str(name)))
    if "amount" not in value:
        raise ValueFault("missing_property", {"property": "amount"}, "/amount")
