"""The picture of the house: imports go down only, and neighbours on floors 1 and 2 do not know each other."""

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "ringback"

FLOORS = {
    "clock": 1,
    "model": 1,
    "sdp": 1,
    "speech": 1,
    "twiml": 2,
    "store": 2,
    "webhooks": 2,
    "media": 2,
    "sip": 2,
    "call": 3,
    "interpreter": 4,
    "services": 5,
    "api": 6,
    "console": 6,
    "server": 7,
    "testing": 8,
    "cli": 8,
    "__main__": 9,
}
FREE_NEIGHBOURS = {"model", "clock"}
EXCEPTIONS = {("sip", "sdp"), ("media", "sdp"), ("media", "speech"), ("cli", "testing")}
SIP_LAYERS = {
    "message": 1,
    "events": 2,
    "timers": 2,
    "digest": 2,
    "registrar": 2,
    "statistics": 1,
    "errors": 1,
    "transaction": 3,
    "dialog": 4,
    "answering": 5,
    "session_table": 5,
    "endpoint": 6,
    "net": 7,
}


def imported_names(tree: ast.AST) -> list[str]:
    """Dotted names of every module imported anywhere in a file, functions and `TYPE_CHECKING` blocks included."""
    names: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "absolute imports only"
            names += [f"{node.module}.{alias.name}" for alias in node.names] if node.module else []
    return names


def files() -> list[Path]:
    return sorted(SOURCE.rglob("*.py"))


def floor_of(path: Path) -> str:
    relative = path.relative_to(SOURCE)
    return relative.parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(SOURCE)))
def test_imports_go_down(path: Path) -> None:
    here = floor_of(path)
    if here == "__init__":
        return
    for name in imported_names(ast.parse(path.read_text())):
        if not name.startswith("ringback."):
            continue
        there = name.split(".")[1]
        if there in (here, "__version__"):
            continue
        assert there in FLOORS, f"{path}: {there} is on no floor"
        if FLOORS[there] == FLOORS[here]:
            allowed = there in FREE_NEIGHBOURS or (here, there) in EXCEPTIONS
            assert allowed, f"{path} imports its neighbour {name}"
        else:
            assert FLOORS[there] < FLOORS[here], f"{path} imports upward: {name}"
            down_to_neighbour = FLOORS[here] == 2 and there not in FREE_NEIGHBOURS
            assert not down_to_neighbour or (here, there) in EXCEPTIONS, f"{path} may not know {name}"


@pytest.mark.parametrize("path", sorted((SOURCE / "sip").rglob("*.py")), ids=lambda path: str(path.relative_to(SOURCE)))
def test_the_sip_stack_is_layered(path: Path) -> None:
    layer = path.relative_to(SOURCE / "sip").parts[0].removesuffix(".py")
    if layer == "__init__":
        return
    for name in imported_names(ast.parse(path.read_text())):
        if name.startswith("ringback.sip."):
            there = name.split(".")[2]
            assert SIP_LAYERS[there] <= SIP_LAYERS[layer], f"{path} imports upward inside sip: {name}"


def test_every_package_has_a_floor() -> None:
    found = {path.name.removesuffix(".py") for path in SOURCE.iterdir() if not path.name.startswith("__")}
    assert found <= set(FLOORS)


def test_an_upward_arrow_would_be_seen() -> None:
    names = imported_names(ast.parse("def f():\n    from ringback.server import Server\n"))
    assert names == ["ringback.server.Server"]
