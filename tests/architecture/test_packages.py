"Packages, modules and functions: what imports past a face, what is too long, what the drawing of the walk names"

import ast
import importlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PIPELINE = ROOT / "pipeline"
PACKAGES = sorted(path.parent.name for path in PIPELINE.glob("*/__init__.py"))
MODULES = sorted(PIPELINE.rglob("*.py"))
CODE = [
    *MODULES,
    *(
        path
        for room in ("b12_airflow", "benchmarks", "dags", "tools")
        for path in sorted((ROOT / room).rglob("*.py"))
    ),
]
LONGEST_MODULE, LONGEST_FUNCTION = 400, 30


def short(path):
    return str(path.relative_to(ROOT))


def tree_of(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(path):
    "The (module, names) of every `from pipeline… import …` of a file"
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "pipeline":
            yield node.module, [alias.name for alias in node.names]
        assert not (
            isinstance(node, ast.Import)
            and any(alias.name.startswith("pipeline.") for alias in node.names)
        )


def package_of(path):
    parts = path.relative_to(ROOT).parts
    return parts[1] if parts[0] == "pipeline" and len(parts) > 2 else None


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_says_what_it_is_for_and_offers_a_face(package):
    face = importlib.import_module(f"pipeline.{package}")
    assert face.__doc__ and face.__doc__.strip()
    assert face.__all__ and all(hasattr(face, name) for name in face.__all__)


@pytest.mark.parametrize("file", CODE, ids=short)
def test_nothing_imports_a_module_past_the_face_of_its_package(file):
    for module, names in imported(file):
        package = module.split(".")[1] if "." in module else None
        if package is None or package == package_of(file) or package == "run":
            continue
        assert module == f"pipeline.{package}", (
            f"{module} is inside of pipeline.{package}: import its face"
        )
        face = importlib.import_module(module)
        assert set(names) <= set(face.__all__), (
            f"{set(names) - set(face.__all__)} is not on the face of {module}"
        )


@pytest.mark.parametrize("file", CODE, ids=short)
def test_a_module_is_one_idea(file):
    assert len(file.read_text(encoding="utf-8").splitlines()) <= LONGEST_MODULE


@pytest.mark.parametrize("file", CODE, ids=short)
def test_a_function_has_at_most_30_lines(file):
    functions = [
        node
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    lengths = {node.name: node.end_lineno - node.lineno + 1 for node in functions}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FUNCTION} == {}


def test_every_function_that_the_drawing_of_the_walk_names_exists():
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    [drawing] = re.findall(r"```mermaid\n(flowchart TD.*?)```", text, re.DOTALL)
    named = re.findall(r"([a-z_]+(?:\.[a-z0-9_]+)+)\(\)", drawing)
    assert len(named) >= 12
    for name in named:
        module, function = f"pipeline.{name}".rsplit(".", 1)
        assert callable(getattr(importlib.import_module(module), function)), name


def test_the_drawing_of_the_floors_names_every_package():
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    [drawing] = re.findall(r"```mermaid\n(block-beta.*?)```", text, re.DOTALL)
    assert set(re.findall(r"\b[a-z]+\b", drawing)) >= {*PACKAGES, "run"}
