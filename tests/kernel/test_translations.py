from __future__ import annotations

from typing import Any

from kernel.translations import places
from tests.kernel.samples import compiled, object_document, text_field

PICKLIST = {
    "kind": "picklist",
    "name": "colours",
    "label": {"en": "Colours"},
    "values": [{"value": "a.b", "label": {"en": "A"}}],
}
EXTENSION = {
    "kind": "extension",
    "name": "x__thing",
    "object": "thing",
    "fields": [text_field("x__extra", help={"en": "Help"})],
}
LAYOUT = {
    "kind": "layout",
    "name": "page",
    "label": {"en": "Page"},
    "object": "thing",
    "sections": [{"name": "top", "label": {"en": "Top"}, "fields": ["name"]}],
    "related": [{"object": "thing", "field": "parent", "label": {"en": "Parts"}}],
}
APP = {
    "kind": "app",
    "name": "main",
    "label": {"en": "Main"},
    "items": [{"group": {"en": "Group"}, "items": [{"object": "thing"}]}],
}
PARENT = {"name": "parent", "type": "lookup", "label": {"en": "Parent"}, "object": "thing"}


def translation(texts: dict[str, str], locale: str = "de") -> dict[str, Any]:
    return {"kind": "translation", "name": "german", "locale": locale, "texts": texts}


def test_texts_are_put_where_their_path_says_and_nowhere_else() -> None:
    item = object_document("thing", PARENT)
    documents = [item, PICKLIST, EXTENSION, LAYOUT, APP]
    texts = {
        "object.thing.label": "Ding",
        "object.thing.field.name.label": "Name (de)",
        "object.thing.field.x__extra.help": "Hilfe",
        "picklist.colours.value.a.b.label": "Ah",
        "layout.page.section.top.label": "Oben",
        "layout.page.related.thing.parent.label": "Teile",
        "app.main.group.0.label": "Gruppe",
        "object.user.label": "Benutzer",
    }
    model = compiled(*documents, translation(texts))
    thing = model.objects["thing"]
    assert thing.label == {"en": "thing", "de": "Ding"}
    assert thing.fields["name"].label["de"] == "Name (de)"
    assert thing.fields["x__extra"].help == {"en": "Help", "de": "Hilfe"}
    assert model.picklists["colours"]["values"][0]["label"]["de"] == "Ah"
    assert model.layouts["page"]["sections"][0]["label"]["de"] == "Oben"
    assert model.layouts["page"]["related"][0]["label"]["de"] == "Teile"
    assert model.apps["main"]["items"][0]["group"]["de"] == "Gruppe"
    assert model.objects["user"].label["de"] == "Benutzer"
    assert item["label"] == {"en": "thing"}, "the documents given are left alone"
    assert "de" not in compiled(item).objects["user"].label, "the platform's own documents are left alone"


def test_a_text_that_is_not_there_in_any_language_has_no_place() -> None:
    known = places({("object", "thing"): object_document("thing")})
    assert "object.thing.field.name.label" in known
    assert "object.thing.field.name.help" not in known
