"""The providers that can compute a network: the CPU, and accelerators where they are installed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

import numpy as np
import onnxruntime as ort

CPU = "cpu"
OPENVINO = "openvino"
ONNX_PROVIDERS = {"cuda": "CUDAExecutionProvider", "coreml": "CoreMLExecutionProvider"}
"""The accelerators of ONNX Runtime: the setting ``inference.provider`` → ONNX Runtime's name."""
DISPLAY_NAMES = {CPU: "CPU", "coreml": "CoreML", "cuda": "CUDA", OPENVINO: "OpenVINO"}


class Accelerator(Protocol):
    """A network that something else computes than ONNX Runtime on the CPU."""

    name: str

    def logits(self, ids: Sequence[Sequence[int]]) -> np.ndarray:
        """Return (N, 436) float32 logits of N texts' token ids.

        Raises whatever the accelerator raises.
        """


class Runner(Protocol):
    """An opened graph: the part of ``onnxruntime.InferenceSession`` that is used."""

    def run(
        self, outputs: Sequence[str] | None, feed: Mapping[str, np.ndarray]
    ) -> Sequence[np.ndarray]:
        """Return the graph's outputs for one batch of inputs."""


class Runtime:
    """What is installed here; tests pass one with other providers."""

    version: str = ort.__version__

    def accelerators(self) -> list[str]:
        """Return the names of the accelerators that are installed, in the order of their trial."""
        available = ort.get_available_providers()
        names = [name for name, provider in ONNX_PROVIDERS.items() if provider in available]
        return [*names, OPENVINO] if find_spec("openvino") else names

    def onnx_accelerators(self) -> list[str]:
        """Return those of the accelerators that compute a file of their own."""
        return [name for name in self.accelerators() if name in ONNX_PROVIDERS]

    def versions(self) -> list[str]:
        """Return what an update changes: the version of ONNX Runtime, and OpenVINO's time."""
        spec = find_spec(OPENVINO)  # to read a version takes as long as to code ten texts
        if spec is None or spec.origin is None:
            return [self.version]
        return [self.version, f"{OPENVINO} {Path(spec.origin).stat().st_mtime_ns}"]

    def start(self, model: Path, name: str, axes: Mapping[str, int], cache_dir: Path) -> Runner:
        """Open ``model`` with fixed ``axes`` on ``name``: ``cpu`` or one of ``ONNX_PROVIDERS``.

        ``cache_dir`` keeps what is compiled for this model at these shapes. Raises what ONNX
        Runtime raises, and RuntimeError where the accelerator was not loaded.
        """
        options = ort.SessionOptions()
        options.log_severity_level = 3
        for axis, size in axes.items():
            options.add_free_dimension_override_by_name(axis, size)
        providers: list[tuple[str, dict[str, str]]] = [("CPUExecutionProvider", {})]
        if name != CPU:
            providers.insert(0, (ONNX_PROVIDERS[name], provider_options(name, cache_dir)))
        session = ort.InferenceSession(model, options, providers=providers)
        if session.get_providers()[0] != providers[0][0]:  # its libraries are not there
            raise RuntimeError(f"{providers[0][0]} was not loaded")
        return session


def provider_options(name: str, cache_dir: Path) -> dict[str, str]:
    """Return the options for ONNX Runtime; ``cache_dir`` keeps what is compiled at one shape."""
    if name == "cuda":
        return {"use_tf32": "0"}  # its ten bits of mantissa are too few to decide as fp32 does
    cache_dir.mkdir(parents=True, exist_ok=True)
    return {
        "ModelFormat": "MLProgram",
        "RequireStaticInputShapes": "1",
        # One for each shape: CoreML's own key is a hash of the model's path.
        "ModelCacheDirectory": str(cache_dir),
    }
