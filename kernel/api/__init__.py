"""A Model told to others: the description that user interfaces draw themselves from, and OpenAPI 3.1."""

from __future__ import annotations

from kernel.api.description import describe
from kernel.api.openapi import openapi

__all__ = ["describe", "openapi"]
