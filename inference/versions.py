"""The versions of the software that computes a prediction."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from core.version import VERSION

# ONNX Runtime is installed under one of two names; both provide the module ``onnxruntime``.
_DISTRIBUTIONS = {
    "onnxruntime": ("onnxruntime", "onnxruntime-gpu"),
    "openvino": ("openvino",),
    "tokenizers": ("tokenizers",),
}
_NOT_INSTALLED = "not installed"


def software_versions() -> dict[str, str]:
    """Return the versions of isco-coder, onnxruntime, openvino and tokenizers, by these names.

    They are read from what is installed; no library is imported.
    """
    versions = {name: _installed(names) for name, names in _DISTRIBUTIONS.items()}
    return {"isco-coder": VERSION, **versions}


def _installed(names: tuple[str, ...]) -> str:
    for name in names:
        try:
            return version(name)
        except PackageNotFoundError:
            continue
    return _NOT_INSTALLED
