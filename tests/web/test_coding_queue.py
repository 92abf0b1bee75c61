"""Requests that come together are coded together, and each gets its own codes."""

from __future__ import annotations

import asyncio

import pytest

from isco import Coder, taxonomy
from web import coding_queue
from web.coding_queue import BusyError, CodingQueue
from web.payloads import Record

TITLES = [taxonomy.title(code) for code in taxonomy.codes()[::10]]


def records(*titles: str) -> list[Record]:
    return [Record(job_title=title) for title in titles]


def test_each_request_gets_its_own_codes(coder: Coder) -> None:
    async def ask_all() -> list[list[str]]:
        queue = CodingQueue(coder)
        answers = await asyncio.gather(*(queue.code(records(title, "retired")) for title in TITLES))
        queue.close()
        return [[prediction.isco_code for prediction in codes] for codes, _ in answers]

    expected = [[coder.code(title).isco_code, ""] for title in TITLES]
    assert asyncio.run(ask_all()) == expected


def test_who_has_gone_is_not_waited_for(coder: Coder) -> None:
    async def ask() -> str:
        queue = CodingQueue(coder)
        gone = [asyncio.create_task(queue.code(records("nurse"))) for _ in range(3)]
        await asyncio.sleep(0)
        for task in gone[1:]:
            task.cancel()
        (prediction,), version = await queue.code(records("plumber"))
        assert version == coder.model_version and not queue._waiting and not queue._n_waiting
        queue.close()
        return prediction.isco_code

    assert asyncio.run(ask()) == "7126"


def test_more_than_can_be_coded_in_time_is_refused(
    coder: Coder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coding_queue, "_MAX_WAITING_RECORDS", 2)

    async def ask() -> None:
        queue = CodingQueue(coder)
        with pytest.raises(BusyError, match="0 records wait already; try again"):
            await queue.code(records("a", "b", "c"))
        assert len((await queue.code(records("a", "b")))[0]) == 2
        queue.close()

    asyncio.run(ask())
