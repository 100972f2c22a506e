"""The house rules that a machine can hold: imports run one way, pure stays pure, nothing grows past its budget."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("ipdash", "plans", "indicators")

# Each may import what stands to its right of the arrow and nothing above it.
LAYERS = {
    "ipdash.core": set[str](),
    "ipdash.accounts": {"ipdash.core"},
    "ipdash.jobs": {"ipdash.accounts", "ipdash.core"},
    "plans": {"ipdash.jobs", "ipdash.accounts", "ipdash.core"},
    "indicators": {"plans", "ipdash.jobs", "ipdash.accounts", "ipdash.core"},
}
# Inside an app: edges → services → selectors → querysets → models.
# (A model names its queryset as its manager, so querysets import models only when they are called.)
ORDER = ("querysets", "models", "permissions", "selectors", "services", "edges")
EDGES = {"views", "api", "urls", "tasks", "management", "forms"}
# The launcher is plain Python that runs before there is an environment; the Celery app is configuration.
SHARED = ("ipdash.launch", "ipdash.celery")
PURE = (
    "indicators/rules",
    "indicators/workbooks/mapping/",
    "plans/documents",
    "plans/rules/",
    "ipdash/launch/guard.py",
)
HEAVY = {
    "pandas": ("indicators/workbooks", "indicators/exports", "indicators/rules"),
    "openpyxl": ("indicators/workbooks", "indicators/exports", "indicators/bench"),
    "python_calamine": ("indicators/workbooks", "indicators/bench"),
    "xlrd": ("indicators/workbooks",),
    "pdfplumber": ("plans/documents/pdf_child.py",),
    "numpy": (
        "indicators/rules",
        *(
            f"indicators/services/{name}.py"
            for name in (
                "columns",
                "rollup",
                "transfer",
                "recompute",
                "placements",
                "ranks",
                "result_rows",
                "verification",
                "national_data",
            )
        ),
        "indicators/services/upload_bulk/",
        "indicators/bench",
    ),
    "vl_convert": ("ipdash/core/marks/picture.py",),
    "celery": ("ipdash/celery.py", "ipdash/jobs"),
    "redis": ("ipdash/jobs",),
}

# What reads better whole, and why.
LONGER_FILES: dict[str, str] = {
    "ipdash/settings.py": "one settings file, read from top to bottom",
}
LONGER_FUNCTIONS: dict[str, str] = {}


def sources() -> list[Path]:
    return sorted(
        path for package in PACKAGES for path in (ROOT / package).rglob("*.py") if "migrations" not in path.parts
    )


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def imports(path: Path) -> Iterator[tuple[str, bool]]:
    """Imported modules, and whether the import runs (an import for annotations alone does not)."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    idle = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, id(node) not in idle) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, id(node) not in idle


def layer(module: str) -> str | None:
    return next((name for name in LAYERS if module == name or module.startswith(name + ".")), None)


def test_imports_run_one_way_between_packages() -> None:
    wrong = []
    for path in sources():
        own = layer(".".join(path.relative_to(ROOT).with_suffix("").parts))
        if own is None:
            continue
        for module, _runs in imports(path):
            other = layer(module)
            if other is not None and other != own and other not in LAYERS[own]:
                wrong.append(f"{name_of(path)} imports {module}")
            if module.split(".")[0] == "ipdash" and other is None and not module.startswith(SHARED):
                wrong.append(f"{name_of(path)} imports the project: {module}")
    assert wrong == []


def kind(parts: tuple[str, ...]) -> str | None:
    """The step of `ORDER` a module of an app belongs to."""
    head = parts[0].removesuffix(".py") if parts else ""
    return "edges" if head in EDGES else head if head in ORDER else None


@pytest.mark.parametrize("app", ["plans", "indicators", "ipdash.accounts", "ipdash.jobs"])
def test_inside_an_app_nothing_imports_upwards(app: str) -> None:
    folder = ROOT / app.replace(".", "/")
    wrong = []
    for path in sorted(folder.rglob("*.py")):
        own = kind(path.relative_to(folder).parts)
        if own is None or "migrations" in path.parts:
            continue
        for module, runs in imports(path):
            if not runs or not module.startswith(app + "."):
                continue
            other = kind(tuple(module.removeprefix(app + ".").split(".")))
            late = own == "querysets" and other in {"permissions", "models"}
            if other is not None and ORDER.index(other) > ORDER.index(own) and not late:
                wrong.append(f"{name_of(path)} imports {module}")
    assert wrong == []


@pytest.mark.parametrize("place", PURE)
def test_pure_code_knows_no_framework(place: str) -> None:
    files = [path for path in sources() if name_of(path).startswith(place)]
    wrong = [
        f"{name_of(p)}: {m}"
        for p in files
        for m, _ in imports(p)
        if m.split(".")[0] in {"django", "rest_framework", "celery"}
    ]
    assert wrong == []


def test_heavy_libraries_stay_where_they_are_needed() -> None:
    wrong = []
    for path in sources():
        for module, _runs in imports(path):
            places = HEAVY.get(module.split(".")[0])
            if places is not None and not name_of(path).startswith(places):
                wrong.append(f"{name_of(path)} imports {module}")
    assert wrong == []


def test_core_has_no_models() -> None:
    assert [name_of(p) for p in sources() if p.is_relative_to(ROOT / "ipdash/core") and p.stem == "models"] == []


def test_no_file_grows_past_its_budget() -> None:
    long = [
        f"{name_of(path)}: {lines} lines"
        for path in sources()
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 350 and name_of(path) not in LONGER_FILES
    ]
    assert long == []


def test_no_function_grows_past_its_budget() -> None:
    long = []
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                where = f"{name_of(path)}:{node.name}"
                if lines > 50 and where not in LONGER_FUNCTIONS:
                    long.append(f"{where} is {lines} lines")
    assert long == []


def test_no_template_grows_past_its_budget() -> None:
    long = [
        f"{name_of(path)}: {lines} lines"
        for path in sorted((ROOT / "templates").rglob("*.html"))
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 120
    ]
    assert long == []


def test_nothing_else_reads_the_clock() -> None:
    """`today` is an argument; the one place that reads the day is `ipdash/core/clock.py`."""
    readers = {"date.today", "datetime.today", "timezone.localdate", "timezone.localtime"}
    wrong = []
    for path in sources():
        if name_of(path) == "ipdash/core/clock.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            given = isinstance(node, ast.Call) and ast.unparse(node.func).endswith("localtime") and node.args
            if isinstance(node, ast.Call) and ast.unparse(node.func) in readers and not given:
                wrong.append(f"{name_of(path)}:{node.lineno} {ast.unparse(node)}")
    assert wrong == []
