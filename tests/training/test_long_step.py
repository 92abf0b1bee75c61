"""A long step of a training is seen in the log, a short one is not."""

from __future__ import annotations

import logging
import time

import pytest

from training.long_step import long_step


def wait_for(caplog: pytest.LogCaptureFixture, n_records: int) -> None:
    deadline_s = time.monotonic() + 30
    while len(caplog.records) < n_records and time.monotonic() < deadline_s:
        time.sleep(0.001)


def test_a_long_step_logs_that_it_goes_on_and_how_long_it_took(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    with long_step("exporting", period_s=0.01):
        wait_for(caplog, 2)
    messages = [record.message for record in caplog.records]
    assert len(messages) >= 3
    assert all(message.startswith("exporting goes on, 0 s so far") for message in messages[:-1])
    assert messages[-1].startswith("exporting took 0 s")


def test_a_step_that_fails_ends_its_signs_of_life(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with pytest.raises(OSError, match="disk"), long_step("exporting", period_s=0.01):
        wait_for(caplog, 1)
        raise OSError("disk full")
    n_records = len(caplog.records)
    time.sleep(0.05)
    assert len(caplog.records) == n_records


def test_a_short_step_logs_nothing(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with long_step("exporting"):
        pass
    assert not caplog.records
