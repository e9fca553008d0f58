"""The second stage: an element and its rule into a node, and a `Problem` for each part that is not as the rule says."""

from collections.abc import Iterable
from dataclasses import MISSING, fields
from difflib import get_close_matches

from ringback.model.error_code import error_code
from ringback.twiml.element import Element
from ringback.twiml.errors import MAX_SHOWN, Problem, escaped, shown
from ringback.twiml.kind import BadValue
from ringback.twiml.nodes import Node
from ringback.twiml.rule import UNKNOWN, Attribute, Children, ElementRule

MAX_PROBLEMS = 100

_SCHEMA_INSTANCE = "{http://www.w3.org/2001/XMLSchema-instance}"


class Reading:
    """One document being read: the problems found so far, and how elements become nodes."""

    __slots__ = ("_omitted", "_problems")

    def __init__(self) -> None:
        self._problems: list[Problem] = []
        self._omitted = 0

    @property
    def problems(self) -> tuple[Problem, ...]:
        """At most `MAX_PROBLEMS`, and one more that says how many were left out."""
        if not self._omitted:
            return tuple(self._problems)
        message = f"{self._omitted} further problems in this document are not listed"
        return (*self._problems, Problem(code=UNKNOWN, level="warning", message=message))

    @property
    def is_full(self) -> bool:
        return len(self._problems) >= MAX_PROBLEMS

    def report(
        self, code: int, element: Element, message: str, *, attribute: str | None = None, value: str | None = None
    ) -> None:
        if self.is_full:
            self._omitted += 1
            return
        self._problems.append(
            Problem(
                code=code,
                level=error_code(code).level,
                message=f"line {element.line}: {message}",
                line=element.line,
                element=element.name[: 2 * MAX_SHOWN],
                attribute=None if attribute is None else attribute[: 2 * MAX_SHOWN],
                value=None if value is None else value[: 2 * MAX_SHOWN],
            )
        )

    def node(self, rule: ElementRule, element: Element) -> Node | None:
        """The element as its rule's node; None if something it cannot be without is missing or wrong."""
        node = (rule.parse or read_plain)(rule, element, self)
        if node is not None and rule.finish is not None:
            return rule.finish(node, element, self)
        return node

    def attributes(self, rule: ElementRule, element: Element) -> dict[str, object] | None:
        """Values by field, without those whose default applies; None if a required one is missing or wrong."""
        specs = {spec.name: spec for spec in rule.attributes}
        values: dict[str, object] = {}
        for name, value in element.attributes:
            spec = specs.get(name)
            if spec is None:
                self._report_unknown_attribute(rule, element, name, value)
            else:
                self.value(rule, element, spec, value, values)
        return values if self._has_required(rule, element, values) else None

    def value(
        self, rule: ElementRule, element: Element, spec: Attribute, value: str, values: dict[str, object]
    ) -> None:
        """One value into `values`, or a problem if it is not of its kind."""
        try:
            values[spec.field] = spec.kind.read(value)
        except BadValue as error:
            visible = "(not shown)" if spec.secret else value
            quoted = visible if spec.secret else shown(visible)
            what = f"<{element.name}> {'text ' if spec is rule.text else f'{spec.name}='}{quoted}"
            message = f"{what}: expected {spec.kind.expected}{default_note(rule, spec)}"
            name = None if spec is rule.text else spec.name
            self.report(error.code or spec.code, element, message, attribute=name, value=visible)

    def text(self, rule: ElementRule, element: Element, values: dict[str, object]) -> bool:
        """The trimmed text (D-15) into `values`; False if the element needs one and has none that is good."""
        written = element.text.strip()
        if rule.text is None:
            if written:
                message = f"<{element.name}> has no text of its own; {shown(written)} is ignored"
                self.report(UNKNOWN, element, message, value=written)
            return True
        if written:
            self.value(rule, element, rule.text, written, values)
        elif rule.text.required:
            message = f"<{element.name}> is empty: expected {rule.text.kind.expected}; the element is skipped"
            self.report(rule.text.code, element, message)
        return not rule.text.required or rule.text.field in values

    def children(self, rule: ElementRule, element: Element, values: dict[str, object]) -> None:
        """Child elements, each into its field; one that may not be there is reported and skipped with all it holds."""
        allowed = rule.child_rules()
        found: dict[str, list[Node]] = {}
        for child in element.children:
            if child.name not in allowed:
                self.report_unknown_child(rule, element, child, allowed)
                continue
            group, child_rule = allowed[child.name]
            node = self.node(child_rule, child)
            if node is not None:
                found.setdefault(group.into, []).append(node)
        for group in rule.children:
            self._place(group, element, found.get(group.into, []), values)

    def report_unknown_child(self, rule: ElementRule, element: Element, child: Element, allowed: Iterable[str]) -> None:
        if self.is_full:
            self._omitted += 1
            return
        names = list(allowed)
        where = f"<{escaped(child.name)}> is not allowed inside <{element.name}>"
        hint = did_you_mean(child.name, names) or (f"; expected {', '.join(names)}" if 0 < len(names) < 12 else "")
        self.report(rule.nested_code, child, f"{where}{hint}; it is skipped")

    def _place(self, group: Children, element: Element, nodes: list[Node], values: dict[str, object]) -> None:
        if not group.only_one:
            values[group.into] = tuple(nodes)
        elif nodes:
            values[group.into] = nodes[0]
            if len(nodes) > 1:
                names = " or ".join(f"<{rule.name}>" for rule in group.rules)
                self.report(UNKNOWN, element, f"<{element.name}> takes one {names}; the first is used")

    def _report_unknown_attribute(self, rule: ElementRule, element: Element, name: str, value: str) -> None:
        if name.startswith(_SCHEMA_INSTANCE) or name in rule.ignored:
            return
        if self.is_full:
            self._omitted += 1
            return
        hint = did_you_mean(name, [spec.name for spec in rule.attributes])
        message = f"<{element.name}> has no attribute {shown(name)}{hint}; it is ignored"
        self.report(rule.refused.get(name, UNKNOWN), element, message, attribute=name, value=value)

    def _has_required(self, rule: ElementRule, element: Element, values: dict[str, object]) -> bool:
        given = {name for name, _ in element.attributes}
        missing = [spec for spec in rule.attributes if spec.required and spec.field not in values]
        for spec in missing:
            if spec.name not in given:
                message = f"<{element.name}> needs {spec.name}: expected {spec.kind.expected}; the element is skipped"
                self.report(spec.code, element, message, attribute=spec.name)
        return not missing


def read_plain(rule: ElementRule, element: Element, reading: Reading) -> Node | None:
    """The usual way: attributes, text, children, node."""
    values = reading.attributes(rule, element)
    if values is None or not reading.text(rule, element, values):
        return None
    reading.children(rule, element, values)
    return rule.node(line=element.line, **rule.fixed, **values)


def default_note(rule: ElementRule, spec: Attribute) -> str:
    """What is used instead of a bad value."""
    if spec.required:
        return "; the element is skipped"
    default = default_of(rule, spec)
    return "; it is ignored" if default in (None, "", ()) else f"; {written(default)} is used"


def default_of(rule: ElementRule, spec: Attribute) -> object:
    """The default of the node's field; None where there is none."""
    for known in fields(rule.node):  # type: ignore[arg-type]
        if known.name == spec.field:
            return None if known.default is MISSING else known.default
    raise LookupError(f"{rule.name} has no field for {spec.name}")


def written(value: object) -> str:
    """A typed value as it would stand in a document."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return " ".join(str(part) for part in value)
    return str(value)


def did_you_mean(name: str, known: list[str]) -> str:
    """A hint for a name that is almost right, above all one in the wrong case (D-02)."""
    if len(name) > 2 * max((len(word) for word in known), default=0):
        return ""
    same = [word for word in known if word.lower() == name.lower()]
    close = same or get_close_matches(name, known, n=1)
    return f"; did you mean {close[0]}?" if close else ""
