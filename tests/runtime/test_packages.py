"""Packages: a fault names the document and the place, and then nothing is installed."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from kernel.faults import Invalid
from runtime import demo, packages, revisions

if TYPE_CHECKING:
    from pathlib import Path

    from runtime.call import Call
    from runtime.platform import Platform

MANIFEST: dict[str, Any] = {
    "name": "wine",
    "version": "0.1.0",
    "label": {"en": "Wine trade", "zh-CN": "葡萄酒贸易"},
    "licence": "MIT",
    "dependencies": {"crm": "0.1.0"},
    "sample_data": [],
}
NAME = {"name": "name", "type": "text", "label": {"en": "Name"}, "required": True}
CELLAR = {"kind": "object", "name": "cellar", "label": {"en": "Cellar"}, "name_field": "name", "fields": [NAME]}
VINTAGE = {
    "kind": "extension",
    "name": "wine__product",
    "label": {"en": "Wine"},
    "object": "product",
    "fields": [{"name": "wine__vintage", "type": "integer", "label": {"en": "Vintage"}}],
}


def write(folder: Path, *documents: dict[str, Any], **manifest: Any) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "package.json").write_text(json.dumps(MANIFEST | manifest))
    for document in documents:
        file = folder / "documents" / document["kind"] / f"{document['name']}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(document, ensure_ascii=False))
    return folder


def faults_of(caught: pytest.ExceptionInfo[Invalid]) -> list[tuple[Any, str, str]]:
    for fault in caught.value.faults:
        assert not re.search(r"\{[a-z_]+\}", fault.message("en")), "every placeholder is filled"
        assert fault.message("zh-CN") != fault.message("en")
    return [(fault.document, fault.pointer, fault.code) for fault in caught.value.faults]


async def test_a_package_adds_objects_and_fields_in_one_revision(
    platform: Platform, call: Call, tmp_path: Path
) -> None:
    found = packages.read_package(write(tmp_path / "wine", CELLAR, VINTAGE))
    revision = await packages.install(call, found)
    model = (await platform.call(demo.TENANT)).model
    assert revision == model.revision == call.model.revision + 1
    assert "cellar" in model.objects
    assert "wine__vintage" in model.objects["product"].fields
    assert model.packages["object", "cellar"] == model.packages["extension", "wine__product"] == "wine"
    assert model.packages["object", "product"] == "crm", "who extends an object does not take it over"
    assert await packages.installed(call) == {"crm": "0.1.0", "wine": "0.1.0"}


async def test_where_documents_come_from_is_known_alike_to_who_publishes_and_who_loads(
    platform: Platform, call: Call, tmp_path: Path
) -> None:
    await packages.install(call, packages.read_package(write(tmp_path / "wine", CELLAR, VINTAGE)))
    fresh = await platform.call(demo.TENANT, call.identity)
    own = CELLAR | {"name": "shed"}
    await packages.push(fresh, [own, CELLAR | {"label": {"en": "Vault"}}], title="ours")
    published = (await platform.call(demo.TENANT)).model
    loaded = await revisions.models.load(platform.db, call.tenant)
    assert published.revision == loaded.revision
    assert published.packages == loaded.packages
    assert published.packages["object", "cellar"] == "wine", "an edit does not make it the tenant's"
    assert ("object", "shed") not in published.packages

    change = await revisions.create(
        await platform.call(demo.TENANT, call.identity), documents=[], deletes=[("extension", "wine__product")]
    )
    await revisions.publish(await platform.call(demo.TENANT, call.identity), change, accept_losses=True)
    assert ("extension", "wine__product") not in (await platform.call(demo.TENANT)).model.packages


async def test_installing_the_same_version_again_changes_nothing(
    platform: Platform, call: Call, tmp_path: Path
) -> None:
    found = packages.read_package(write(tmp_path / "wine", CELLAR))
    await packages.install(call, found)
    fresh = await platform.call(demo.TENANT, call.identity)
    edited = CELLAR | {"label": {"en": "Vault"}}
    await packages.push(fresh, [edited], title="ours")
    fresh = await platform.call(demo.TENANT, call.identity)
    assert await packages.install(fresh, found) is None
    label = (await platform.call(demo.TENANT)).model.objects["cellar"].label["en"]
    assert label == "Vault", "what an admin changed stays"


async def test_a_fault_in_one_document_and_nothing_is_installed(platform: Platform, call: Call, tmp_path: Path) -> None:
    bad = CELLAR | {
        "name": "bottle",
        "fields": [NAME, {"name": "x", "type": "lookup", "label": {"en": "X"}, "object": "moon"}],
    }
    found = packages.read_package(write(tmp_path / "wine", CELLAR, bad))
    with pytest.raises(Invalid) as caught:
        await packages.install(call, found)
    assert faults_of(caught) == [(("object", "bottle"), "/fields/1/object", "object_unknown")]
    assert "cellar" not in (await platform.call(demo.TENANT)).model.objects
    assert await packages.installed(call) == {"crm": "0.1.0"}
    assert await revisions.listing(call, state="draft") == [], "no draft is left over"


@pytest.mark.parametrize(
    ("manifest", "pointer"),
    [
        ({"name": "Wine"}, "/name"),
        ({"version": "1"}, "/version"),
        ({"label": {"zh-CN": "x"}}, "/label"),
        ({"colour": "red"}, ""),
        ({"dependencies": {"crm": "latest"}}, "/dependencies/crm"),
        ({"sample_data": [{"file": "../../etc/passwd", "object": "a", "mapping": "m.json"}]}, "/sample_data/0/file"),
    ],
)
def test_a_manifest_that_is_not_well_formed_is_refused(tmp_path: Path, manifest: dict[str, Any], pointer: str) -> None:
    with pytest.raises(Invalid) as caught:
        packages.read_package(write(tmp_path / "wine", CELLAR, **manifest))
    assert (("package", "package.json"), pointer, "manifest_invalid") in faults_of(caught)


def test_all_files_that_are_wrong_are_named_at_once(tmp_path: Path) -> None:
    folder = write(tmp_path / "wine", CELLAR, VINTAGE | {"name": "other__product"})
    (folder / "documents" / "object" / "broken.json").write_text('{"kind": ')
    (folder / "documents" / "object" / "deep.json").write_text("[" * 100_000 + "]" * 100_000)
    (folder / "documents" / "object" / "elsewhere.json").write_text(json.dumps(CELLAR))
    (folder / "documents" / "object" / "latin.json").write_bytes('{"kind": "é"}'.encode("latin-1"))
    (folder / "documents" / "object" / "list.json").write_text("[]")
    (folder / "documents" / "poem").mkdir()
    (folder / "documents" / "poem" / "ode.json").write_text('{"kind": "poem", "name": "ode"}')
    with pytest.raises(Invalid) as caught:
        packages.read_package(folder)
    codes = [code for _, _, code in faults_of(caught)]
    assert sorted(codes) == ["extension_prefix", "kind_unknown", "package_file_json", "package_file_json",
                             "package_file_json", "package_file_json", "package_file_place"]  # fmt: skip


def test_a_folder_without_a_manifest_or_documents_is_no_package(tmp_path: Path) -> None:
    with pytest.raises(Invalid) as caught:
        packages.read_package(tmp_path)
    assert [code for _, _, code in faults_of(caught)] == ["package_file_missing", "package_folder_missing"]


def test_sample_data_has_to_be_there(tmp_path: Path) -> None:
    sample = {"file": "sample_data/a.csv", "object": "cellar", "mapping": "sample_data/a.json"}
    with pytest.raises(Invalid) as caught:
        packages.read_package(write(tmp_path / "wine", CELLAR, sample_data=[sample]))
    assert [pointer for _, pointer, _ in faults_of(caught)] == ["/sample_data/0/file", "/sample_data/0/mapping"]


@pytest.mark.parametrize(
    ("dependencies", "code"),
    [
        ({"nothing": "1.0.0"}, "package_dependency_missing"),
        ({"crm": "0.2.0"}, "package_dependency_version"),
        ({"crm": "1.0.0"}, "package_dependency_version"),
    ],
)
async def test_what_a_package_needs_has_to_be_installed_first(
    call: Call, tmp_path: Path, dependencies: dict[str, str], code: str
) -> None:
    found = packages.read_package(write(tmp_path / "wine", CELLAR, dependencies=dependencies))
    with pytest.raises(Invalid) as caught:
        await packages.install(call, found)
    name = next(iter(dependencies))
    assert faults_of(caught) == [(("package", "package.json"), f"/dependencies/{name}", code)]


async def test_a_document_that_somebody_else_has_is_refused(call: Call, tmp_path: Path) -> None:
    found = packages.read_package(write(tmp_path / "wine", CELLAR, CELLAR | {"name": "account"}))
    with pytest.raises(Invalid) as caught:
        await packages.install(call, found)
    assert faults_of(caught) == [(("object", "account"), "/name", "package_document_taken")]
    assert caught.value.faults[0].parameters["owner"] == "crm"


async def test_another_version_is_refused_in_plain_words(platform: Platform, call: Call, tmp_path: Path) -> None:
    await packages.install(call, packages.read_package(write(tmp_path / "wine", CELLAR)))
    fresh = await platform.call(demo.TENANT, call.identity)
    with pytest.raises(Invalid) as caught:
        await packages.install(fresh, packages.read_package(write(tmp_path / "wine", CELLAR, version="0.2.0")))
    assert "package_other_version" in {code for _, _, code in faults_of(caught)}


async def test_pushing_documents_is_all_or_nothing_and_nothing_twice(platform: Platform, call: Call) -> None:
    assert await packages.push(call, [CELLAR], title="t") == call.model.revision + 1
    fresh = await platform.call(demo.TENANT, call.identity)
    assert await packages.push(fresh, [CELLAR], title="t") is None
    with pytest.raises(Invalid):
        await packages.push(fresh, [CELLAR | {"label": {"en": "New"}}, {"kind": "object", "name": "bad"}], title="t")
    assert (await platform.call(demo.TENANT)).model.revision == fresh.model.revision
