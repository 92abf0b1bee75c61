"""Write and read the arrays of a model in an ``.npz`` file: numbers, nothing that can run."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from io import BytesIO
from pathlib import Path
from threading import Lock
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import numpy as np

# numpy parses a header with the interpreter's parser of expressions, which fails ("AST constructor
# recursion depth mismatch", CPython's issue 106905) where two threads are in it: the parts of a
# model are loaded at the same time.
_HEADERS = Lock()


def write_arrays(
    path: Path, arrays: Mapping[str, np.ndarray], are_packed: Collection[str] = ()
) -> None:
    """Write the arrays by their names, compressed but for those that ``are_packed`` already.

    The same arrays give the same bytes. numpy reads the file too.
    """
    with ZipFile(path, "w") as file:
        for name, array in arrays.items():
            content = BytesIO()
            np.lib.format.write_array(content, array, version=(1, 0), allow_pickle=False)
            method = ZIP_STORED if name in are_packed else ZIP_DEFLATED
            file.writestr(ZipInfo(f"{name}.npy"), content.getvalue(), method)


def read_arrays(content: bytes) -> dict[str, np.ndarray]:
    """Return the arrays of an ``.npz`` file by their names; ValueError for Python's objects.

    Each is unpacked in one piece: ``np.load`` unpacks pieces of 256 KB, and waits for the
    interpreter before each of them, while the other parts of the model are loaded.
    """
    with ZipFile(BytesIO(content)) as file:
        return {name.removesuffix(".npy"): _array(file.read(name)) for name in file.namelist()}


def _array(content: bytes) -> np.ndarray:
    header = BytesIO(content)
    np.lib.format.read_magic(header)
    with _HEADERS:
        shape, is_by_column, dtype = np.lib.format.read_array_header_1_0(header)
    values = np.frombuffer(content, dtype, offset=header.tell())
    return values.reshape(shape, order="F" if is_by_column else "C")
