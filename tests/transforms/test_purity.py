"""What no module of transforms/ may do, read from its source: look at protected facts, use floats, touch the world."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import transforms
from sources.contracts import DATASETS

ROOT = Path(transforms.__file__).parent
FILES = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.py"))
# A result carries the name so that people can read it; no rule looks at it.
# One insight calls a group by its name.
CARRIES_NAMES = {"people.py", "run.py", "insights/fairness.py"}
PROTECTED = {"sex", "birth_date"}
# What the scores are for: statistics, of which no score is made. Fairness alone asks who is treated how.
STATISTICS = "insights/"
READS_PROTECTED = {"insights/fairness.py"}
FLOAT_TYPES = {"Float32", "Float64"}
FLOAT_RESULTS = {
    "mean",
    "median",
    "std",
    "var",
    "quantile",
    "corr",
    "to_float",
    "pct_change",
    "rolling_mean",
    "ewm_mean",
}
CLOCKS = {"now", "today", "utcnow", "fromtimestamp", "time_ns", "monotonic", "perf_counter"}
BUILT_IN = {"float", "open", "print", "input", "exec", "eval"}
FILE_METHODS = ("scan_", "read_", "write_", "sink_")
CHANCE = {"sample", "shuffle", "random", "seed"}
MODULES = {
    "__future__",
    "collections",
    "dataclasses",
    "datetime",
    "decimal",
    "fractions",
    "importlib",
    "itertools",
    "math",
    "pkgutil",
    "polars",
    "policies",
    "transforms",
    "typing",
    "zoneinfo",
}
STATISTICS_MODULES = MODULES | {"functools", "numpy", "scipy", "statsmodels"}


def tree_of(file: str) -> ast.Module:
    return ast.parse((ROOT / file).read_text())


def docstrings(tree: ast.Module) -> set[int]:
    """Strings that only people read."""
    return {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }


def texts(tree: ast.Module) -> Iterator[str]:
    """Strings and names that the code uses."""
    prose = docstrings(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            yield node.value
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.keyword | ast.arg) and node.arg is not None:
            yield node.arg


def complaints(tree: ast.Module, file: str = "") -> set[str]:
    """Everything in a module that is not allowed in transforms/."""
    barred = set() if file in READS_PROTECTED else PROTECTED
    found = {text for text in texts(tree) if text in barred}
    if not file.startswith(STATISTICS):
        found |= floats(tree)
    modules = STATISTICS_MODULES if file.startswith(STATISTICS) else MODULES
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            found |= called(node, CLOCKS | CHANCE, BUILT_IN - ({"float"} if file.startswith(STATISTICS) else set()))
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            found |= {name for name in names if name.split(".")[0] not in modules}
    return found


def floats(tree: ast.Module) -> set[str]:
    """Where a module lets a float in."""
    found = {text for text in texts(tree) if text in FLOAT_TYPES}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, float | complex):
            found.add(str(node.value))
        elif isinstance(node, ast.Call):
            found |= called(node, FLOAT_RESULTS, set())
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and is_column(node):
            found.add(f"{ast.unparse(node)}: / of whole numbers is a float")
    return found


def called(node: ast.Call, barred: set[str], built_in: set[str]) -> set[str]:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    is_barred = name in barred or name.startswith(FILE_METHODS)
    is_barred |= isinstance(node.func, ast.Name) and name in built_in
    return {name} if is_barred else set()


def is_column(node: ast.AST) -> bool:
    """Whether an expression is made of a column as it stands, untyped."""
    return any(
        isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute) and part.func.attr in ("col", "len")
        for part in ast.walk(node)
    )


@pytest.mark.parametrize("file", FILES)
def test_module_is_pure(file: str) -> None:
    assert complaints(tree_of(file), file) == set()


def test_only_home_facts_carry_the_name() -> None:
    carriers = set()
    for file in FILES:
        strings = {
            node.value
            for node in ast.walk(tree_of(file))
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        if "name" in strings:
            carriers.add(file)
    assert carriers <= CARRIES_NAMES


def test_protected_columns_are_in_the_contract() -> None:
    assert PROTECTED | {"name"} <= set(DATASETS["employees"].names)


@pytest.mark.parametrize(
    "source",
    [
        'pl.col("sex")',
        "frame.with_columns(birth_date=1)",
        "frame.sex",
        "x = 0.5",
        "x.cast(pl.Float64)",
        'pl.col("x").mean()',
        'pl.col("x").quantile(1)',
        'pl.col("x") / pl.len()',
        "float(x)",
        "dt.datetime.now()",
        "dt.date.today()",
        "frame.sample(3)",
        'open("x")',
        "pl.scan_parquet(x)",
        "frame.write_csv(x)",
        "import time",
        "from pathlib import Path",
        "import numpy",
    ],
)
def test_what_is_barred_is_found(source: str) -> None:
    assert complaints(ast.parse(source))


def test_no_score_is_made_of_a_statistic() -> None:
    """The rest of transforms/ does not know the insights."""
    for file in FILES:
        if not file.startswith(STATISTICS):
            imported = {node.module or "" for node in ast.walk(tree_of(file)) if isinstance(node, ast.ImportFrom)}
            assert not any(name.startswith("transforms.insights") for name in imported), file


def test_statistics_may_use_floats_but_neither_clock_nor_chance() -> None:
    for source in ("x = 0.5", 'pl.col("x").mean()', "import numpy", "float(x)"):
        assert not complaints(ast.parse(source), "insights/units.py")
    for source in ('pl.col("sex")', "dt.date.today()", "frame.sample(3)", "pl.scan_parquet(x)", "import os"):
        assert complaints(ast.parse(source), "insights/units.py")
    assert not complaints(ast.parse('pl.col("sex")'), "insights/fairness.py")


def test_prose_may_say_it() -> None:
    assert not complaints(ast.parse('"""sex and birth_date are not read."""'))
