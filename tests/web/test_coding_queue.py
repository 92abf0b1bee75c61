"""Requests that come together are coded together, and each gets its own codes."""

from __future__ import annotations

import asyncio
from typing import cast

import pytest

from isco import Coder, taxonomy
from web import coding_queue
from web.coding_queue import _LEAST_CHARS, BusyError, CodingQueue
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
        assert version == coder.model_version and not queue._waiting
        queue.close()
        return prediction.isco_code

    assert asyncio.run(ask()) == "7126"


def test_a_queue_that_is_closed_refuses_what_waits_and_what_comes(coder: Coder) -> None:
    async def ask() -> None:
        queue = CodingQueue(coder)
        list_ = asyncio.create_task(queue.code(records(*(f"cook {n}" for n in range(600)))))
        await asyncio.sleep(0)
        await asyncio.sleep(0)  # the first batch is taken
        queue.close()
        for request in (list_, queue.code(records("a")), queue.run(lambda: coder.model_version)):
            with pytest.raises(BusyError, match="the server is being stopped; ask again once"):
                await request

    asyncio.run(ask())


class _FailingCoder:
    """A coder whose corrections could not be read once, for a reason that nobody foresaw."""

    model_version = "v"

    def __init__(self) -> None:
        self.n_refreshed = 0

    def refresh(self) -> None:
        self.n_refreshed += 1
        if self.n_refreshed == 1:
            raise ValueError("unforeseen")


def test_an_unforeseen_fault_does_not_end_the_refreshing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(coding_queue, "_REFRESH_S", 0.0)
    failing = _FailingCoder()

    async def refresh() -> None:
        queue = CodingQueue(cast(Coder, failing))
        fresh = asyncio.create_task(queue.keep_fresh())
        while failing.n_refreshed < 3 and not fresh.done():
            await asyncio.sleep(0)
        assert not fresh.done() and await queue.run(lambda: True)
        fresh.cancel()
        queue.close()

    asyncio.run(refresh())
    assert "the corrections cannot be read: unforeseen" in caplog.text


def test_more_than_can_be_coded_in_time_is_refused(
    coder: Coder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coding_queue, "ANSWER_LIMIT_S", 1)

    async def ask() -> None:
        queue = CodingQueue(coder)
        queue._speed.add(2 * _LEAST_CHARS, 1.0)  # two titles a second
        alone = asyncio.create_task(queue.code(records("a", "b", "c")))
        await asyncio.sleep(0)
        with pytest.raises(
            BusyError,
            match="3 records wait already, and the answer to yours would take 2 s; expected at mo",
        ):
            await queue.code(records("d"))
        assert len((await alone)[0]) == 3
        queue.close()

    asyncio.run(ask())


def test_a_small_batch_does_not_tell_how_long_a_large_one_takes(
    coder: Coder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the first batch has one record, it takes as long as hundreds do later."""
    monkeypatch.setattr(coding_queue, "ANSWER_LIMIT_S", 0)

    async def ask_two(queue: CodingQueue) -> int:
        first = asyncio.create_task(queue.code(records("baker")))
        await asyncio.sleep(0)
        try:
            return len((await queue.code(records("cook")))[0])
        finally:
            await first

    async def ask() -> None:
        queue = CodingQueue(coder)
        await queue.code(records("nurse"))
        assert await ask_two(queue) == 1
        await queue.code(records(*(f"cook {n}" for n in range(64))))
        with pytest.raises(BusyError, match="1 record waits already"):
            await ask_two(queue)
        queue.close()

    asyncio.run(ask())


def test_one_record_passes_a_long_list(coder: Coder) -> None:
    async def ask() -> list[str]:
        queue = CodingQueue(coder)
        answered: list[str] = []
        titles = [f"nurse {number}" for number in range(600)]
        tasks = []
        for name, asked in (("list", titles), ("one", ["plumber"])):
            task = asyncio.create_task(queue.code(records(*asked)))
            task.add_done_callback(lambda _, name=name: answered.append(name))
            tasks.append(task)
        (in_list, _), (alone, _) = await asyncio.gather(*tasks)
        assert [p.isco_code for p in alone] == ["7126"]
        assert in_list == coder.code_all((title, None) for title in titles)
        queue.close()
        return answered

    assert asyncio.run(ask()) == ["one", "list"]


def test_one_record_is_not_refused_for_a_long_list_that_it_passes(
    coder: Coder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coding_queue, "ANSWER_LIMIT_S", 1)

    async def ask() -> None:
        queue = CodingQueue(coder)
        queue._speed.add(200 * _LEAST_CHARS, 1.0)
        list_ = asyncio.create_task(queue.code(records(*(f"cook {n}" for n in range(600)))))
        await asyncio.sleep(0)
        one = asyncio.create_task(queue.code(records("plumber")))
        await asyncio.sleep(0)
        with pytest.raises(BusyError, match="345 records wait already, and the answer to yo"):
            await queue.code(records(*(f"nurse {n}" for n in range(130))))
        assert [prediction.isco_code for prediction in (await one)[0]] == ["7126"]
        assert len((await list_)[0]) == 600
        queue.close()

    asyncio.run(ask())


@pytest.mark.parametrize(("duties", "n_taken"), [("", 256), ("cleans rooms and halls " * 80, 18)])
def test_a_list_that_was_given_up_is_not_coded_to_its_end(
    coder: Coder, duties: str, n_taken: int
) -> None:
    """A batch of long texts has few records: what comes meanwhile waits for one batch."""

    async def ask() -> int:
        queue = CodingQueue(coder)
        list_ = [Record(job_title=f"cook {n}", duties_description=duties) for n in range(1000)]
        given_up = asyncio.create_task(queue.code(list_))
        await asyncio.sleep(0)
        request = queue._waiting[0]
        await asyncio.sleep(0)  # the first batch is taken
        given_up.cancel()
        await queue.code(records("plumber"))
        queue.close()
        return request.n_taken

    assert asyncio.run(ask()) == n_taken
