"""Run by Python at the start of each process that tests start: OpenVINO is not installed there.

Whether it is faster than the CPU on this machine must not decide what a test finds. The tests of
OpenVINO itself run in the process of pytest.
"""

import sys

sys.modules["openvino"] = None  # type: ignore[assignment]
