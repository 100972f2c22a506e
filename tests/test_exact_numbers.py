"""Two promises about numbers that a machine can hold: only the rules divide by a target, and no float is ever stored."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models

from ipdash.core.fields import ExactDecimalField

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("indicators", "plans", "ipdash")

VALUES = ("actual", "target", "baseline", "approved_value", "numerator", "denominator", "expected", "attainment")
"""Whatever is named like these is a result, or what one is made of."""
DIVIDES = {
    "divide",
    "true_divide",
    "floor_divide",
    "divmod",
    "truediv",
    "floordiv",
    "Fraction",
    "Div",
    "remainder_near",
}


MAY_DIVIDE = {
    "indicators/rules/": "the rules themselves",
    "ipdash/core/marks/": "drawings: a quotient is a place on the paper and leaves it only as such",
}


def sources() -> Iterator[tuple[str, ast.Module]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if "/migrations/" not in name and not name.startswith(tuple(MAY_DIVIDE)):
                yield name, ast.parse(path.read_text(encoding="utf-8"))


# ---- Division


def words_in(node: ast.AST) -> set[str]:
    """Every name, attribute and short text in an expression."""
    found = set()
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name):
            found.add(inner.id)
        elif isinstance(inner, ast.Attribute):
            found.add(inner.attr)
        elif isinstance(inner, ast.Constant) and isinstance(inner.value, str) and len(inner.value) < 40:
            found.add(inner.value)
    return found


def is_value(node: ast.AST, carriers: set[str]) -> bool:
    words = words_in(node)
    return bool(words & carriers) or any(value in word for word in words for value in VALUES)


def assigned(scope: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    for node in ast.walk(scope):
        if isinstance(node, ast.Assign):
            for place in node.targets:
                yield from ((name.id, node.value) for name in ast.walk(place) if isinstance(name, ast.Name))
        elif isinstance(node, ast.AnnAssign | ast.NamedExpr) and isinstance(node.target, ast.Name) and node.value:
            yield node.target.id, node.value


def carriers_of(scope: ast.AST) -> set[str]:
    """Names that a value was given to inside the function, at one remove or more."""
    found: set[str] = set()
    while True:
        more = {name for name, value in assigned(scope) if name not in found and is_value(value, found)}
        if not more:
            return found
        found |= more


def divisions(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Every division in which one of the values takes part: operators, functions, and SQL in texts."""
    scopes = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    for scope in [*scopes, tree]:
        carriers = carriers_of(scope) if scope is not tree else set()
        for node in ast.walk(scope):
            if divides(node) and is_value(node, carriers):
                yield node.lineno, ast.unparse(node)  # type: ignore[attr-defined]  # every expression has a line
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and sql_division(node.value):
                yield node.lineno, node.value.strip()


def divides(node: ast.AST) -> bool:
    if isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div | ast.FloorDiv):
        return not is_year_of_quarter(node)
    if not isinstance(node, ast.Call):
        return False
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    return name in DIVIDES


def is_year_of_quarter(node: ast.BinOp | ast.AugAssign) -> bool:
    """`index // 4`: quarters are counted through, four a year."""
    right = node.right if isinstance(node, ast.BinOp) else node.value
    return isinstance(node.op, ast.FloorDiv) and isinstance(right, ast.Constant) and right.value == 4


def sql_division(text: str) -> bool:
    return bool(re.search(r"\b(select|update|set|where)\b", text, re.I)) and any(
        value in part for part in re.findall(r"\S+ ?/ ?\S+", text) for value in VALUES
    )


def test_nothing_outside_the_rules_divides_a_result_or_a_target() -> None:
    wrong = {f"{name}:{line} {text}" for name, tree in sources() for line, text in divisions(tree)}
    assert wrong == set()


@pytest.mark.parametrize(
    "code",
    [
        "row.actual / row.target * 100",
        "a = row.actual\nb = a",
        "def f(row):\n    a, t = row.actual, row.target\n    return a / t",
        "def f(row):\n    a = row.actual\n    share = a\n    return 100 * share // 3",
        "def f(q):\n    return q.annotate(x=F('actual') / F('target'))",
        "context.divide(line.approved_value, 4)",
        "Fraction(figure.value, target.value)",
        "def f(row):\n    total = row.actual\n    total /= 3",
        'cursor.execute("SELECT actual / target FROM t")',
    ],
)
def test_the_search_sees_every_way_of_dividing(code: str) -> None:
    found = list(divisions(ast.parse(code)))
    assert bool(found) == ("b = a" not in code)


def test_no_template_works_out_a_proportion() -> None:
    proportion = re.compile(r"widthratio|divisibleby|\|\s*div\b")
    wrong = [
        path.relative_to(ROOT).as_posix()
        for path in sorted((ROOT / "templates").rglob("*.html"))
        if proportion.search(path.read_text(encoding="utf-8"))
    ]
    assert wrong == []


def test_no_script_divides_what_a_page_shows() -> None:
    wrong = [
        path.name
        for path in sorted((ROOT / "static" / "js").glob("*.js"))
        if re.search(rf"\b\w*({'|'.join(VALUES[:3])})\w*\s*/\s*\w", path.read_text(encoding="utf-8"), re.I)
        and "htmx" not in path.name
    ]
    assert wrong == []


# ---- Floats

STORES = (
    "indicators/services/", "indicators/models/", "indicators/api/", "indicators/views/", "plans/services/",
    "plans/models/", "plans/api/", "plans/views/", "ipdash/core/fields.py", "ipdash/core/numbers.py", "ipdash/core/api/",
)  # fmt: skip
"""Where what is stored passes through."""
NOT_STORED: dict[str, str] = {
    "indicators/services/national_data.py": "synthetic numbers are drawn as floats and rounded to whole millionths",
    "indicators/services/upload_bulk/odd.py": "says which figures the exact checks have to look at, and stores nothing",
    "plans/services/reading.py": "seconds and megabytes of the confined reader",
}


def floats(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Float literals, conversions to float, and number types that hold one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            yield node.lineno, str(node.value)
        elif isinstance(node, ast.Name) and node.id in {"float", "FloatField", "DecimalField"}:
            yield node.lineno, node.id
        elif isinstance(node, ast.Attribute) and node.attr in {"float64", "float32", "FloatField"}:
            yield node.lineno, ast.unparse(node)


def test_no_float_on_the_way_to_what_is_stored() -> None:
    wrong = [
        f"{name}:{line} {text}"
        for name, tree in sources()
        if name.startswith(STORES) and name not in NOT_STORED
        for line, text in floats(tree)
    ]
    assert wrong == []


@pytest.mark.parametrize(
    "code", ["x = 0.1", "float(x)", "models.FloatField()", "a.astype(np.float64)", "map(float, x)"]
)
def test_the_search_sees_every_float(code: str) -> None:
    assert list(floats(ast.parse(code))) != []


OURS = [model for model in apps.get_models() if model.__module__.startswith(PACKAGES)]
EXACT = [(m, f) for m in OURS for f in m._meta.local_fields if isinstance(f, ExactDecimalField)]


def test_no_column_of_ours_holds_an_inexact_number() -> None:
    inexact = (models.FloatField, models.DecimalField)
    wrong = [f"{m.__name__}.{f.name}" for m in OURS for f in m._meta.local_fields if isinstance(f, inexact)]
    assert wrong == []
    assert len(EXACT) >= 25


@pytest.mark.parametrize(
    ("model", "field"), EXACT, ids=lambda part: getattr(part, "__name__", getattr(part, "name", ""))
)
def test_every_exact_column_refuses_a_float_and_a_seventh_decimal(
    model: type[models.Model], field: ExactDecimalField
) -> None:
    for wrong in (0.5, 1.0, float("nan"), True, Decimal("0.0000001"), Decimal(10) ** 12):
        with pytest.raises(ValidationError):
            field.get_prep_value(wrong)
    for number in ("0", "-0.000001", "999999999999.999999"):
        stored = field.get_prep_value(Decimal(number))
        assert type(stored) is int
        assert field.from_db_value(stored, None, None) == Decimal(number)
    assert field.get_prep_value(None) is None
