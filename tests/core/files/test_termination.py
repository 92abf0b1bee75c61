"""A stopped command removes its temporary folders."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from core.files.scratch_folder import ScratchFolder
from core.files.termination import terminated_as_by_ctrl_c

SIGNALS = [signal.SIGTERM, signal.SIGHUP]


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_leaves_no_temporary_folder(number: signal.Signals, tmp_path: Path) -> None:
    before = [signal.getsignal(each) for each in SIGNALS]
    with (
        pytest.raises(KeyboardInterrupt),
        terminated_as_by_ctrl_c(),
        ScratchFolder(tmp_path, "isco-") as scratch,
    ):
        (scratch / "predictions.csv").write_bytes(b"x")
        signal.raise_signal(number)
    assert not [*tmp_path.iterdir()]
    assert [signal.getsignal(each) for each in SIGNALS] == before


def test_what_is_ignored_stays_so() -> None:
    """``nohup isco classify`` goes on when the terminal is closed."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with terminated_as_by_ctrl_c():
            signal.raise_signal(signal.SIGHUP)
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)
