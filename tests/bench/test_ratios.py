"""The speeds that we hold ourselves to, as ratios of CPU, which hold on a busy machine; `make bench` takes time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests import server
from tests.bench import measures
from tests.bench.stage import prepared

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.bench.measures import Measure
    from tests.bench.stage import Stage

QUICK: Any = {"seconds": 0.3, "rounds": 9, "by_cpu": True}
BUSY = 0.8  # a crowded cache makes Python dearer beside the database; `make bench` on a quiet machine allows nothing
SMALL_IMPORT = 30_000


@pytest.fixture(scope="module")
def stage(postgres: str, template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with server.clone(postgres, template_database) as url, prepared(url, tmp_path_factory.mktemp("bench")) as stage:
        yield stage


def require(*found: Measure, allowance: float = 1.0) -> None:
    assert all(one.good or (one.least is not None and one.value >= one.least * allowance) for one in found), found


def test_reading_one_record_costs_little_more_than_by_hand(stage: Stage) -> None:
    require(measures.read_one(stage, **QUICK), allowance=BUSY)


def test_a_filtered_and_sorted_list_costs_little_more_than_by_hand(stage: Stage) -> None:
    require(measures.list_fifty(stage, **QUICK), allowance=BUSY)


def test_creating_a_record_costs_at_most_twice_as_much_as_by_hand(stage: Stage) -> None:
    require(measures.create_one(stage, **QUICK), allowance=BUSY)


def test_a_bulk_create_is_not_far_from_copy(stage: Stage) -> None:
    require(measures.bulk_create(stage, rounds=5))


def test_the_memory_of_an_import_does_not_grow_with_the_file(stage: Stage) -> None:
    _, memory = measures.import_accounts(stage, rows=SMALL_IMPORT)
    require(memory)


@pytest.mark.deep
def test_a_new_object_answers_at_once(stage: Stage) -> None:
    require(measures.publish(stage))


@pytest.mark.deep
def test_a_process_answers_soon_after_its_start(stage: Stage) -> None:
    require(measures.start(stage))


@pytest.mark.deep
def test_a_large_import_is_fast_and_flat(stage: Stage) -> None:
    require(*measures.import_accounts(stage))
