"""What TwiML allows, as data: for each element its attributes, its text and its children.

Validation, the typed nodes' values and `docs/reference/twiml.md` all come from these tables. A default is not here:
it is the default of the node's field.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ringback.twiml.kind import TEXT, Kind
from ringback.twiml.nodes import Node

if TYPE_CHECKING:
    from ringback.twiml.element import Element
    from ringback.twiml.reading import Reading

UNKNOWN = 12200


def field_name(attribute: str) -> str:
    """`hangupOnStar` as `hangup_on_star`; a word that Python keeps for itself gets a trailing underscore."""
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", attribute).lower().replace("-", "_")
    return f"{name}_" if name in ("for", "from") else name


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """An attribute, or the text of an element: its kind, and Twilio's code for a value that is not of that kind."""

    name: str
    kind: Kind = TEXT
    code: int = UNKNOWN
    required: bool = False
    into: str = ""  # the node's field, where it is not the name in snake_case
    secret: bool = False  # the value is never shown

    @property
    def field(self) -> str:
        return self.into or field_name(self.name)


def attribute(name: str, kind: Kind = TEXT, code: int = UNKNOWN, *, required: bool = False) -> Attribute:
    return Attribute(name=name, kind=kind, code=code, required=required)


def text(into: str, kind: Kind = TEXT, code: int = UNKNOWN, *, required: bool = True) -> Attribute:
    """The text of an element, trimmed (D-15)."""
    return Attribute(name="text", kind=kind, code=code, required=required, into=into)


@dataclass(frozen=True, slots=True, kw_only=True)
class Children:
    """Child elements that go into one field of the node: a tuple, or the only one."""

    into: str
    rules: "tuple[ElementRule, ...]"
    only_one: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementRule:
    """An element in its place: `<Stream>` has one rule inside `<Connect>` and another inside `<Start>`.

    `refused` are attributes with a code of their own for being there at all. `ignored` ones are
    allowed and say nothing. `finish` sees the node after its parts were read, for what concerns several of them at
    once; None drops the element. `parse` replaces the reading of the parts.
    """

    name: str
    node: Callable[..., Node]
    attributes: tuple[Attribute, ...] = ()
    text: Attribute | None = None
    children: tuple[Children, ...] = ()
    nested_code: int = UNKNOWN
    refused: Mapping[str, int] = field(default_factory=dict)
    ignored: frozenset[str] = frozenset()
    fixed: Mapping[str, object] = field(default_factory=dict)
    finish: "Callable[[Node, Element, Reading], Node | None] | None" = None
    parse: "Callable[[ElementRule, Element, Reading], Node | None] | None" = None

    def child_rules(self) -> "dict[str, tuple[Children, ElementRule]]":
        return {rule.name: (children, rule) for children in self.children for rule in children.rules}
