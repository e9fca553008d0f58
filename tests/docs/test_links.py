"""No page leads nowhere, and every page can be found from the first one."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
OURS = [ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md")]
PAGES = [*OURS, *sorted(DOCS.rglob("*.md"))]

_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def links_of(page: Path) -> list[tuple[Path, str]]:
    """The files and the anchors that a page links to; other sites' are left out."""
    text = _CODE.sub("", page.read_text(encoding="utf-8"))
    targets = [target for target in _LINK.findall(text) if "://" not in target and not target.startswith("mailto:")]
    split = [target.partition("#") for target in targets]
    return [((page.parent / path).resolve() if path else page, anchor) for path, _, anchor in split]


def anchors_of(page: Path) -> set[str]:
    """Headings as they are linked to: lower case, hyphens for spaces, without other signs."""
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_no_link_is_broken(page: Path) -> None:
    broken = [
        f"{target}#{anchor}"
        for target, anchor in links_of(page)
        if not target.exists() or (anchor and target.suffix == ".md" and anchor not in anchors_of(target))
    ]
    assert broken == []


def test_every_page_is_linked_from_the_index() -> None:
    linked = {target for target, _ in links_of(DOCS / "README.md")}
    assert sorted(page.relative_to(DOCS) for page in PAGES if DOCS in page.parents and page not in linked) == [
        Path("README.md")
    ]


def test_the_readme_leads_to_the_index() -> None:
    assert DOCS / "README.md" in {target for target, _ in links_of(ROOT / "README.md")}
