"""Reading a package from its folder: the manifest and the documents, or every fault at once."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import msgspec

from kernel.faults import Fault, Invalid, escape
from metadata import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_FILE_BYTES = 5 * 1024 * 1024
MAX_DOCUMENTS = 20_000


class SampleData(msgspec.Struct):
    """A file, the object that its rows become, and the mapping; paths are relative to the package."""

    file: str
    object: str
    mapping: str


class Manifest(msgspec.Struct):
    """``package.json``."""

    name: str
    version: str
    label: dict[str, str]
    licence: str
    description: dict[str, str] = {}
    dependencies: dict[str, str] = {}
    sample_data: list[SampleData] = []


@dataclass(slots=True, frozen=True)
class Package:
    folder: Path
    manifest: Manifest
    documents: list[dict[str, Any]]


def read_package(folder: Path) -> Package:
    """Read a package's folder. Raises ``Invalid``: what a document says is checked when it is published."""
    faults: list[Fault] = []
    manifest = _manifest(folder, faults)
    documents = _documents(folder / "documents", folder, faults)
    if manifest is not None:
        faults += _prefix_faults(manifest.name, documents)
        for index, sample in enumerate(manifest.sample_data):
            for part in ("file", "mapping"):
                if not (folder / getattr(sample, part)).is_file():
                    missing = {"file": getattr(sample, part)}
                    faults.append(_in_manifest(f"/sample_data/{index}/{part}", "package_file_missing", missing))
    if faults or manifest is None:
        raise Invalid(faults)
    return Package(folder, manifest, documents)


def read_documents(folder: Path) -> list[dict[str, Any]]:
    """Read ``<kind>/<name>.json`` below a folder. Raises ``Invalid``."""
    faults: list[Fault] = []
    documents = _documents(folder, folder, faults)
    if faults:
        raise Invalid(faults)
    return documents


def _manifest(folder: Path, faults: list[Fault]) -> Manifest | None:
    file = folder / "package.json"
    if not file.is_file():
        faults.append(_in_manifest("", "package_file_missing", {"file": "package.json"}))
        return None
    body = _json(file, folder, faults)
    if body is None:
        return None
    found = [
        _in_manifest(
            "".join(f"/{escape(str(step))}" for step in error.absolute_path),
            "manifest_invalid",
            {"reason": error.message},
        )
        for error in _validator().iter_errors(body)
    ]
    faults += found
    return None if found else msgspec.convert(body, Manifest)


def _documents(root: Path, folder: Path, faults: list[Fault]) -> list[dict[str, Any]]:
    """Every JSON file below ``root``; a file anywhere else than at ``<kind>/<name>.json`` is a fault."""
    if not root.is_dir():
        faults.append(Fault("", "package_folder_missing", {"folder": str(root)}))
        return []
    paths = sorted(root.rglob("*.json"))
    if len(paths) > MAX_DOCUMENTS:
        faults.append(Fault("", "package_too_large", {"max": MAX_DOCUMENTS}))
        return []
    if not paths:
        faults.append(Fault("", "package_empty", {"folder": str(root)}))
    documents = []
    for path in paths:
        document = _json(path, folder, faults)
        if document is None:
            continue
        fault = _place_fault(path.relative_to(root), document)
        if fault is None:
            documents.append(document)
        else:
            faults.append(fault)
    return documents


def _place_fault(path: Path, document: dict[str, Any]) -> Fault | None:
    kind, name = document.get("kind"), document.get("name")
    if kind not in KINDS:
        return Fault("/kind", "kind_unknown", {"kind": kind}, _key(path))
    if path != Path(str(kind)) / f"{name}.json":
        return Fault("", "package_file_place", {"file": path.as_posix(), "expected": f"{kind}/{name}.json"}, _key(path))
    return None


def _key(path: Path) -> tuple[str, str]:
    """What the document would be called by its place, for a fault that has to be found by a human."""
    return (path.parent.as_posix(), path.stem)


def _json(path: Path, folder: Path, faults: list[Fault]) -> dict[str, Any] | None:
    name = path.relative_to(folder).as_posix()
    if path.stat().st_size > MAX_FILE_BYTES:
        faults.append(Fault("", "package_file_large", {"file": name, "max": MAX_FILE_BYTES // 1024 // 1024}))
        return None
    try:
        body = json.loads(path.read_text("utf-8-sig"))
    except (ValueError, RecursionError) as error:  # UnicodeDecodeError and JSONDecodeError are ValueErrors
        reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        faults.append(Fault("", "package_file_json", {"file": name, "reason": reason}))
        return None
    if not isinstance(body, dict):
        faults.append(Fault("", "package_file_json", {"file": name, "reason": "a JSON object is expected"}))
        return None
    return body


def _prefix_faults(package: str, documents: Iterable[dict[str, Any]]) -> list[Fault]:
    """An extension is named, like its fields, after the package that brings it."""
    prefix = f"{package}__"
    return [
        Fault("/name", "extension_prefix", {"prefix": prefix}, ("extension", str(document["name"])))
        for document in documents
        if document["kind"] == "extension" and not str(document["name"]).startswith(prefix)
    ]


def _in_manifest(pointer: str, code: str, parameters: dict[str, Any]) -> Fault:
    return Fault(pointer, code, parameters, ("package", "package.json"))


def _pointer(error: jsonschema.ValidationError) -> str:
    return "".join(f"/{escape(str(step))}" for step in error.absolute_path)


@cache
def _validator() -> jsonschema.Draft202012Validator:
    schema = json.loads((files(__package__) / "manifest.json").read_text("utf-8"))
    return jsonschema.Draft202012Validator(schema)
