"""A TwiML document from bytes to verbs: read the XML, check the root, then one rule per verb."""

from ringback.twiml.element import Element
from ringback.twiml.errors import DocumentError, escaped, shown
from ringback.twiml.grammar.verb import VERBS
from ringback.twiml.nodes import Document, Node, Verb
from ringback.twiml.reader import read_elements
from ringback.twiml.reading import Reading
from ringback.twiml.rule import ElementRule, attribute

ROOT = "Response"
VERSIONS = frozenset({"1", "1.0", "2", "2.0", "2008-08-01", "2010-04-01"})


class _Root(Node):
    """Stands for `<Response>` in the rule below; never made."""


RESPONSE = ElementRule(name=ROOT, node=_Root, attributes=(attribute("version"),))


def parse_document(body: bytes, charset: str | None = None) -> Document:
    """The document, with a problem for each thing in it that was not as it should be.

    `charset` is that of the Content-Type header, if it named one. Raises `DocumentError` for what cannot be run at all:
    12100 (not XML, a DTD, too deep, too much), 12101, 12102, 11750.
    """
    root = read_elements(body, charset)
    _check_root(root)
    reading = Reading()
    reading.attributes(RESPONSE, root)
    verbs = tuple(verb for child in root.children if (verb := _read_verb(root, child, reading)) is not None)
    return Document(verbs=verbs, problems=reading.problems)


def _check_root(root: Element) -> None:
    """D-01, D-09."""
    if root.name != ROOT:
        message = f"line {root.line}: the root element is <{escaped(root.name)}>, expected <{ROOT}>"
        raise DocumentError(12102, message, root.line)
    version = dict(root.attributes).get("version", "1.0")
    if version.strip() not in VERSIONS:
        message = f"line {root.line}: <{ROOT}> version={shown(version)} is not one of {', '.join(sorted(VERSIONS))}"
        raise DocumentError(12101, message, root.line)


def _read_verb(root: Element, child: Element, reading: Reading) -> Verb | None:
    """Unknown ones are skipped (D-02, D-03); text between verbs is nothing (D-16)."""
    rule = VERBS.get(child.name)
    if rule is None:
        reading.report_unknown_child(RESPONSE, root, child, VERBS)
        return None
    node = reading.node(rule, child)
    return node if isinstance(node, Verb) else None
