"""`docs/topics/dependencies.md` has one row for each dependency, and says how the LGPL one is used."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "topics" / "dependencies.md").read_text()


def rows_of(title: str) -> dict[str, list[str]]:
    """Package to its other cells, of the table below a heading."""
    text = PAGE.split(f"\n## {title}\n", 1)[1].split("\n## ")[0]
    lines = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("|")][2:]
    return {cells[0].strip(): [cell.strip() for cell in cells[1:]] for cells in lines}


def names(requirements: list[str]) -> list[str]:
    return sorted(re.split(r"[^A-Za-z0-9_-]", requirement)[0] for requirement in requirements)


def project() -> dict[str, object]:
    loaded: dict[str, object] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return loaded


def extras() -> dict[str, list[str]]:
    found = project()["optional-dependencies"]
    assert isinstance(found, dict)
    return found


def test_every_run_time_dependency_has_one_row() -> None:
    dependencies = project()["dependencies"]
    assert isinstance(dependencies, list)
    assert sorted(rows_of("At run time")) == names(dependencies)


def test_every_extra_and_every_tool_has_one_row() -> None:
    assert sorted(rows_of("For PostgreSQL")) == names(extras()["postgresql"])
    tools = set(names(extras()["dev"])) - set(rows_of("For PostgreSQL"))
    assert sorted(rows_of("To build and test")) == sorted(tools)


def test_every_extra_has_a_table() -> None:
    assert set(extras()) == {"postgresql", "dev"}


def test_every_row_says_what_for_under_which_licence_and_why() -> None:
    for package, cells in rows_of("At run time").items():
        assert len(cells) == 3, package
        assert all(cells), package


def test_every_dependency_has_a_lower_bound_and_a_pin() -> None:
    dependencies = project()["dependencies"]
    assert isinstance(dependencies, list)
    pinned = {line.partition("==")[0].lower().replace("_", "-") for line in lock_lines()}
    for requirement in dependencies + [item for group in extras().values() for item in group]:
        assert ">=" in requirement, requirement
    assert {name.lower() for name in names(dependencies)} <= pinned


def lock_lines() -> list[str]:
    return [line for line in (ROOT / "requirements.lock").read_text().splitlines() if "==" in line]


def test_the_lgpl_encoder_is_imported_in_the_one_file_that_the_page_names() -> None:
    users = [
        path.relative_to(ROOT).as_posix()
        for path in sorted((ROOT / "src").rglob("*.py"))
        if re.search(r"^\s*(import|from) lameenc", path.read_text(), re.MULTILINE)
    ]
    assert all(f"`{user}`" in PAGE for user in users)
    assert len(users) == 1
