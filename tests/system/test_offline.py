"""Everything stays on this machine: no command opens a connection or resolves a name."""

from __future__ import annotations

import ast
import ipaddress
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path

import psutil
import pytest

from core.packages import PACKAGES
from core.process_start import VARIABLES
from core.settings import Settings
from inference.bundle import Bundle
from tests.conftest import CHILD_PATH, ROOT
from tests.support.labelled_records import raw_records
from tests.test_layout import imported_packages

# The libraries that read the variables of core/process_start.py.
_REPORTING_LIBRARIES = frozenset(
    {"huggingface_hub", "onnxruntime", "optimum", "ray", "transformers"}
)
Recorded = Future[tuple[set[str], str]]
"""Whom the processes of a command called, and its output, once they have ended."""
STRACE = shutil.which("strace")
needs_strace = pytest.mark.skipif(
    not STRACE, reason="needs the recorder of system calls (Linux): apt-get install strace"
)
_CALLS = "socket,connect,sendto,sendmsg,sendmmsg"
_ADDRESS = re.compile(r'inet_(?:addr\(|pton\(AF_INET6, )"([^"]+)"')
# systemd resolves names for others over this socket; the connection to a DNS server is its own.
_RESOLVER = "/run/systemd/resolve/"


def own_addresses() -> set[str]:
    interfaces = psutil.net_if_addrs().values()
    return {address.address.partition("%")[0] for item in interfaces for address in item}


def foreign_addresses(trace: str) -> set[str]:
    """Return the addresses of other machines that one thread called, and a local resolver."""
    user_project = own_addresses()
    called = {_RESOLVER for line in trace.splitlines() if _RESOLVER in line}
    lines = trace.splitlines()
    for number, line in enumerate(lines):
        for text in _ADDRESS.findall(line):
            address = ipaddress.ip_address(text)
            address = getattr(address, "ipv4_mapped", None) or address
            is_here = address.is_loopback or address.is_unspecified or str(address) in user_project
            if not is_here and not _is_route_lookup(lines, number):
                called.add(str(address))
    return called


def _is_route_lookup(lines: list[str], number: int) -> bool:
    """Whether line ``number`` asks the kernel for a route: a datagram socket that sends nothing."""
    connected = re.match(r"connect\((\d+),", lines[number])
    if connected is None:
        return False
    descriptor = connected[1]
    before = [line for line in lines[:number] if line.endswith(f" = {descriptor}")]
    if not before or not re.match(r"socket\(AF_INET6?, SOCK_DGRAM", before[-1]):
        return False
    for line in lines[number + 1 :]:
        if line.startswith("socket(") and line.endswith(f" = {descriptor}"):
            break
        if re.match(rf"send\w*\({descriptor},", line):
            return False
    return True


def run_recorded(tmp_path: Path, *command: str) -> tuple[set[str], str]:
    """Run Python with these arguments; return whom all its processes called, and its output."""
    home = tmp_path / "home"
    traces = Path(tempfile.mkdtemp(dir=tmp_path))
    home.mkdir(exist_ok=True)
    environment = {
        "HOME": str(home),
        "PATH": "/usr/bin:/bin",
        "OMP_NUM_THREADS": "1",
        "PYTHONPATH": CHILD_PATH,
        "RAY_ADDRESS": "192.0.2.1:6379",  # a cluster of somebody else, which no command may join
    }
    assert STRACE
    # One file a thread: a call is one line.
    recorder = [STRACE, "-ff", "--seccomp-bpf", "-qq", "-e", f"trace={_CALLS}"]
    recorder += ["-o", str(traces / "of")]
    done = subprocess.run(
        [*recorder, sys.executable, *command],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    left = [path for path in home.rglob("*") if "microsoft" in str(path).lower()]
    assert not left, f"onnxruntime keeps a device id: {left}"
    texts = [path.read_text(encoding="utf-8", errors="replace") for path in traces.iterdir()]
    return set().union(*map(foreign_addresses, texts)), done.stdout


@needs_strace
def test_the_recorder_sees_a_connection_and_a_name(tmp_path: Path) -> None:
    """The tests below prove something: with another program they fail."""
    program = (
        "import socket, sys\n"
        "for kind, port in ((socket.SOCK_DGRAM, 9), (socket.SOCK_STREAM, 1)):\n"
        "    with socket.socket(socket.AF_INET, kind) as one:\n"
        "        one.settimeout(0.1)\n"
        "        one.connect_ex((f'198.51.100.{port}', 9))\n"
        "        if kind == socket.SOCK_DGRAM and len(sys.argv) > 1: one.send(b'x')\n"
    )
    assert run_recorded(tmp_path, "-c", program)[0] == {"198.51.100.1"}
    called, _ = run_recorded(tmp_path, "-c", program, "send")
    assert called == {"198.51.100.1", "198.51.100.9"}
    name = "import socket\ntry: socket.getaddrinfo('isco.invalid', 80)\nexcept OSError: pass\n"
    called, _ = run_recorded(tmp_path, "-c", name)
    servers = re.findall(r"^nameserver (\S+)", Path("/etc/resolv.conf").read_text(), re.MULTILINE)
    assert called or all(ipaddress.ip_address(server).is_loopback for server in servers)


def config_of(settings: Settings) -> str:
    return str(settings.watcher.inbox.parent / "config.yaml")


@pytest.fixture(scope="module")
def pool() -> Iterator[ThreadPoolExecutor]:
    """Return what starts processes that wait most of their time, while other tests run."""
    with ThreadPoolExecutor() as pool:
        yield pool


@pytest.fixture(scope="module")
def program_of_ones_own(
    pool: ThreadPoolExecutor, bundle: Bundle, tmp_path_factory: pytest.TempPathFactory
) -> Recorded:
    """Start a program that opens the model.

    onnxruntime waits some seconds before it calls: so does this program.
    """
    program = (
        "import sys, time, isco\n"
        "from inference.bundle import Bundle\n"
        "from inference.onnx_session import OnnxSession\n"
        "from core.settings import InferenceSettings\n"
        f"OnnxSession(Bundle.open(__import__('pathlib').Path({str(bundle.path)!r})),"
        " InferenceSettings())\n"
        "time.sleep(15)\n"
    )
    return pool.submit(run_recorded, tmp_path_factory.mktemp("program"), "-c", program)


@pytest.fixture(scope="module")
def run_on_ray(
    pool: ThreadPoolExecutor, bundle: Bundle, tmp_path_factory: pytest.TempPathFactory
) -> Recorded | None:
    """Start a run on Ray, whose processes wait for each other; None where it is not installed."""
    if find_spec("ray") is None:
        return None
    folder = tmp_path_factory.mktemp("ray")
    survey, config = folder / "a.csv", folder / "config.yaml"
    survey.write_text("job_title\nnurse\n", encoding="utf-8")
    config.write_text(f"output: {{best_model_dir: {bundle.path}}}\n", encoding="utf-8")
    command = ["main.py", "classify", str(survey), "--engine", "ray", "--json"]
    command += ["--out", str(folder / "out"), "--config", str(config)]
    return pool.submit(run_recorded, folder, *command)


@pytest.mark.slow
@needs_strace
@pytest.mark.usefixtures("program_of_ones_own", "run_on_ray")
@pytest.mark.parametrize("command", ["watch", "classify", "code"])
def test_a_command_calls_nobody(settings: Settings, tmp_path: Path, command: str) -> None:
    settings.watcher.inbox.mkdir()
    survey = settings.watcher.inbox / "a.csv"
    survey.write_text("job_title\nnurse\n", encoding="utf-8")
    arguments = {
        "watch": ["--once"],
        "classify": [str(survey), "--out", str(tmp_path / "out")],
        "code": ["nurse"],
    }[command]
    called, output = run_recorded(
        tmp_path, "main.py", command, *arguments, "--config", config_of(settings)
    )
    assert called == set(), output
    results = {"watch": "outbox/a.*/receipt.json", "classify": "out/a.*/receipt.json"}
    assert command == "code" or list(tmp_path.glob(results[command]))


@pytest.mark.slow
@needs_strace
@pytest.mark.timeout(600)
def test_a_training_calls_nobody(user_project: Settings, checkpoint: Path, tmp_path: Path) -> None:
    raw = raw_records(tmp_path / "raw")
    config = tmp_path / "config.yaml"
    text = config.read_text(encoding="utf-8").replace("epochs: 6", "epochs: 1")
    config.write_text(text, encoding="utf-8")
    called, output = run_recorded(
        tmp_path,
        *("main.py", "train", "--raw", str(raw), "--base", str(checkpoint)),
        *("--config", str(config)),
    )
    assert called == set(), output
    assert list((tmp_path / "models" / "runs").glob("*/metrics.json"))


@pytest.mark.slow
@needs_strace
@pytest.mark.timeout(300)
def test_a_run_on_ray_calls_nobody(run_on_ray: Recorded | None) -> None:
    if run_on_ray is None:
        pytest.skip('needs Ray: .venv/bin/pip install -e ".[ray]"')
    called, output = run_on_ray.result()
    assert called == set(), output
    receipt = json.loads(output.splitlines()[-1])
    assert receipt["n_rows_out"] == 1


@pytest.mark.slow
@needs_strace
@pytest.mark.timeout(300)
def test_the_model_in_a_program_of_ones_own_calls_nobody(
    program_of_ones_own: Recorded,
) -> None:
    assert program_of_ones_own.result()[0] == set()


def test_every_package_that_imports_such_a_library_imports_core_before() -> None:
    """``core/__init__.py`` is the one place where the variables are set."""
    users = {
        package
        for package in (*PACKAGES, "benchmarks")
        for path in (ROOT / package).rglob("*.py")
        if set(imported_packages(path)) & _REPORTING_LIBRARIES
    }
    assert {"inference", "exporters", "training", "distributed"} <= users
    for package in users - {"cli"}:
        tree = ast.parse((ROOT / package / "__init__.py").read_text(encoding="utf-8"))
        imported = [
            node.module if isinstance(node, ast.ImportFrom) else node.names[0].name
            for node in tree.body
            if isinstance(node, ast.Import | ast.ImportFrom)
        ]
        others = [name for name in imported if name not in sys.stdlib_module_names]
        assert others[:1] == ["core"], package
    program = f"import os, core; print({{name: os.environ[name] for name in {list(VARIABLES)!r}}})"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(ROOT), "ORT_DISABLE_TELEMETRY": "0"},
    )
    assert ast.literal_eval(done.stdout) == VARIABLES
