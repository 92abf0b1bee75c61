"""Real file systems that are mounted and unmounted, for tests that run as root on Linux."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def mounted(folder: Path, *arguments: str) -> Iterator[None]:
    """Mount with these arguments of mount(8) for a while; skip the test where that is refused."""
    mount(folder, *arguments)
    try:
        yield
    finally:
        unmount(folder)


def mount(folder: Path, *arguments: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(["mount", *arguments, str(folder)], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("needs the right to mount: root, on Linux")


def unmount(folder: Path) -> None:
    """Unmount at once, even while it is used: like a share whose server is gone."""
    subprocess.run(["umount", "--lazy", str(folder)], check=False)


def small_disk(n_bytes: int) -> tuple[str, ...]:
    """Return the arguments of mount(8) for a disk of that size in memory."""
    return ("-t", "tmpfs", "-o", f"size={n_bytes}", "none")


def leave_free(folder: Path, n_bytes: int) -> None:
    """Fill the disk under ``folder`` until so many bytes are free."""
    ballast = folder / "ballast"
    ballast.unlink(missing_ok=True)
    disk = os.statvfs(folder)
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, disk.f_bavail * disk.f_bsize - n_bytes)
