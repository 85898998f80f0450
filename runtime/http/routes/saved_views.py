"""Saved views: what users keep of a list's columns, filter and order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runtime import saved_views
from runtime.http import answers
from runtime.http.bodies import SavedView, SavedViewChange, SavedViewList, SavedViewRequest
from runtime.http.operations import Parameter, Routes

if TYPE_CHECKING:
    from runtime.http.answers import Answer
    from runtime.http.exchange import Exchange

routes = Routes("saved-views")


@routes.get(
    "/api/saved-views",
    answer=SavedViewList,
    parameters=(Parameter("object", "query", {"type": "string"}, "Only views of this object."),),
    problems=("not-found",),
)
async def list_views(exchange: Exchange) -> Answer:
    """The caller's own saved views and those that others share."""
    query = exchange.parameters("object")
    return answers.json('{"data":' + await saved_views.listing(exchange.call, query.get("object")) + "}")


@routes.post(
    "/api/saved-views", body=SavedViewRequest, answer=SavedView, statuses=(201,), problems=("not-found", "invalid")
)
async def create_view(exchange: Exchange) -> Answer:
    """Save a view."""
    wanted = await exchange.read(SavedViewRequest)
    made = await saved_views.create(
        exchange.call, wanted.object, wanted.label, answers.to_json(wanted.definition), shared=wanted.shared
    )
    return answers.json(made, status=201)


@routes.patch("/api/saved-views/{id}", body=SavedViewChange, answer=SavedView, problems=("not-found", "invalid"))
async def change_view(exchange: Exchange) -> Answer:
    """Change a saved view of one's own; admins change shared ones too."""
    wanted = await exchange.read(SavedViewChange)
    changes = {name: answers.to_json(value) for name, value in answers.given(wanted).items()}
    return answers.json(await saved_views.change(exchange.call, exchange.id(), changes))


@routes.delete("/api/saved-views/{id}", statuses=(204,), problems=("not-found",))
async def delete_view(exchange: Exchange) -> Answer:
    """Forget a saved view."""
    await saved_views.delete(exchange.call, exchange.id())
    return answers.nothing()
