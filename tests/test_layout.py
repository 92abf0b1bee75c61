"""The layout of the program: which package imports which, and how large each part may be."""

from __future__ import annotations

import ast
import functools
import json
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.packages import PACKAGES
from inference.bundle import Bundle
from tests.conftest import ROOT

MAY_IMPORT: dict[str, set[str]] = {
    "core": set(),
    "inference": {"core"},
    "exporters": {"core", "inference"},
    "training": {"core", "inference", "exporters"},
    "results": {"core", "inference"},
    "watcher": {"core", "inference", "results"},
    "distributed": {"core", "inference"},
    "cli": {
        "core",
        "inference",
        "exporters",
        "training",
        "results",
        "watcher",
        "distributed",
        "isco",
        "web",
    },
    "isco": {"core", "inference", "results"},
    "web": {"core", "inference", "isco"},
}
HEAVY = {"torch", "transformers", "optimum", "pandas", "sklearn", "scipy", "onnx"}
MAY_BE_HEAVY = {"exporters", "training"}
# pyreadstat writes only frames of pandas: it is imported for that alone, if it is installed.
MAY_IMPORT_PANDAS = {"core/formats/statistics_file.py"}
MAX_MODULES = 16
MAX_LINES = 300
MAX_PARAMETERS = 7
# Names that mean the same in every package that has them.
SAME_MEANING = {"__init__", "service", "status", "train", "version"} | {  # commands, what they run
    "taxonomy",  # ISCO-08: as the program sees it, and as the public face shows it
}

MODULES = [path for package in PACKAGES for path in sorted((ROOT / package).glob("**/*.py"))]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@functools.cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported_packages(path: Path) -> Iterator[str]:
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.split(".")[0]


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def n_parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count what a caller can pass: neither ``self`` nor ``cls``."""
    names = [
        argument.arg
        for argument in (function.args.posonlyargs + function.args.args + function.args.kwonlyargs)
    ]
    return len(names) - (names[:1] in (["self"], ["cls"]))


def run_python(program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_imports_go_one_way(package: str) -> None:
    files = list((ROOT / package).glob("**/*.py"))
    assert files
    for path in files:
        names = set(imported_packages(path))
        ours = names & (set(MAY_IMPORT) | {"main", "benchmarks", "tests"})
        foreign = ours - MAY_IMPORT[package] - {package}
        assert not foreign, f"{path.name} imports {foreign}"
        if package not in MAY_BE_HEAVY:
            heavy = names & HEAVY - ({"pandas"} if name_of(path) in MAY_IMPORT_PANDAS else set())
            assert not heavy, f"{path.name} imports {heavy}"


def test_every_list_of_the_packages_is_the_same() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    patterns = project["setuptools"]["packages"]["find"]["include"]
    checked = set(project["mypy"]["packages"]) - {"benchmarks"}
    assert sorted(PACKAGES) == sorted(MAY_IMPORT) == sorted(checked)
    assert sorted(f"{package}*" for package in PACKAGES) == sorted(patterns)
    assert all((path.parent / "__init__.py").exists() for path in MODULES)


def test_a_folder_is_not_too_long_to_read() -> None:
    n_modules = Counter(path.parent for path in MODULES if path.name != "__init__.py")
    assert not {name_of(folder): n for folder, n in n_modules.items() if n > MAX_MODULES}


def test_a_module_is_not_too_long_to_read() -> None:
    n_lines = {name_of(path): len(path.read_text("utf-8").splitlines()) for path in MODULES}
    assert not {name: n for name, n in n_lines.items() if n > MAX_LINES}


def test_no_two_modules_have_one_name() -> None:
    n_modules = Counter(path.stem for path in MODULES)
    assert not {stem for stem, n in n_modules.items() if n > 1} - SAME_MEANING


def test_the_formatter_formats_everything() -> None:
    assert not [name_of(path) for path in MODULES if "fmt: " + "skip" in path.read_text("utf-8")]


@pytest.mark.slow
def test_a_function_does_not_have_too_many_parameters() -> None:
    too_many = {
        f"{name_of(path)}: {function.name}": n_parameters(function)
        for path in MODULES
        for function in functions(path)
        if n_parameters(function) > MAX_PARAMETERS
    }
    assert not too_many


def library_imports() -> list[str]:
    """Return every import of a library that stands at the top of a module of the program."""
    statements = set()
    for path in MODULES:
        for node in parsed(path).body:
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            if names and not any(name.split(".")[0] in MAY_IMPORT for name in names):
                statements.add(ast.unparse(node))
    return sorted(statements - {"from __future__ import annotations"})


@pytest.mark.slow
def test_importing_changes_nothing_outside() -> None:
    """The libraries are imported first: what they change is not the program's doing."""
    modules = [name_of(path).removesuffix(".py").replace("/", ".") for path in MODULES]
    program = f"""
import atexit, contextlib, gc, importlib, json, logging, os, signal, sys, warnings

gc.disable()  # to look for cycles in every library takes long, and changes nothing outside
atexit.register(gc.freeze)

def outside():
    loggers = {{name: logging.getLogger(name) for name in sorted(sys.modules)
               if name.split(".")[0] in {PACKAGES!r}}}
    return {{
        **os.environ,
        "root logger": [logging.root.level, len(logging.root.handlers)],
        "levels": {{name: logger.level for name, logger in loggers.items() if logger.level}},
        "handlers": [name for name, logger in loggers.items() if logger.handlers],
        "warning filters": [str(item) for item in warnings.filters],
        "signals": [str(signal.getsignal(number)) for number in signal.valid_signals()],
    }}

for statement in {library_imports()!r}:
    with contextlib.suppress(ImportError):
        exec(statement, {{}})
before = outside()
for name in {modules!r}:
    importlib.import_module(name.removesuffix(".__init__"))
after = outside()
changed = {{key for key in before | after if before.get(key) != after.get(key)}}
print(json.dumps({{key: [before.get(key), after.get(key)] for key in changed}}))
"""
    assert json.loads(run_python(program).splitlines()[-1]) == {}


def test_help_loads_no_package_but_core() -> None:
    packages = set(MAY_IMPORT) - {"cli", "core"}
    assert run_python(f"import sys, main; print(sorted({packages!r} & set(sys.modules)))") == "[]"


def test_the_public_face_loads_nothing_heavy() -> None:
    heavy = HEAVY | {"onnxruntime", "tokenizers", "ray", "shap"}
    assert run_python(f"import sys, isco; print(sorted({heavy!r} & set(sys.modules)))") == "[]"


def test_coding_a_title_loads_nothing_that_it_does_not_need(tmp_path: Path) -> None:
    """Each of these takes as long as to code ten titles, or longer."""
    config = tmp_path / "config.yaml"  # the checkout may have corrections, which are tables
    bundled = ROOT / "models" / "bundled"
    config.write_text(f"output: {{best_model_dir: {bundled}}}\n", encoding="utf-8")
    unneeded = HEAVY | {"core.csv_table", "core.html", "jinja2", "xlsxwriter"}
    program = (
        "import sys, main\n"
        f"assert main.main(['code', 'nurse', '--config', {str(config)!r}]) == 0\n"
        f"print(sorted({unneeded!r} & set(sys.modules)))\n"
    )
    assert run_python(program).splitlines()[-1] == "[]"


def test_the_process_of_the_daemon_loads_no_numpy_and_its_worker_no_torch() -> None:
    unneeded = HEAVY | {"apscheduler", "numpy", "onnxruntime", "tokenizers"}
    program = (
        "import sys, watcher.daemon, watcher.processes.explainer, watcher.processes.scheduler\n"
        "import watcher.processes.worker\n"
        f"print(sorted({unneeded!r} & set(sys.modules)))\n"
        "import watcher.processes.file_processor\n"
        f"print(sorted({HEAVY | {'onnxruntime'}!r} & set(sys.modules)))\n"
    )
    assert run_python(program).splitlines() == ["[]", "['onnxruntime']"]


@pytest.mark.slow
def test_serving_loads_no_torch(bundle: Bundle, tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    # The process that explains is another one, which imports shap.
    config.write_text(
        f"output: {{best_model_dir: {bundle.path}}}\nexplainability: {{sample_size: 0}}\n",
        encoding="utf-8",
    )
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "a.csv").write_text("job_title\nplumber\n", encoding="utf-8")
    program = (
        "import sys, main\n"
        f"assert main.main(['watch', '--once', '--config', {str(config)!r}]) == 0\n"
        f"print(sorted({HEAVY!r} & set(sys.modules)))\n"
    )
    assert run_python(program) == "[]"
    assert len(list((tmp_path / "outbox").glob("a.*/receipt.json"))) == 1
