"""The verbs that steer, and the small ones (twiml.md sections 9 to 13, 17 and 18)."""

from dataclasses import replace
from typing import Literal

from ringback.twiml.element import Element
from ringback.twiml.grammar.parameter import PARAMETER, URL_NOT_VALID, action
from ringback.twiml.grammar.sip_uri import SIP_URI, read_uri
from ringback.twiml.kind import METHOD, integer, matching, one_of, text_kind
from ringback.twiml.nodes import (
    Echo,
    Enqueue,
    Hangup,
    Leave,
    Node,
    Redirect,
    Refer,
    ReferTarget,
    Reject,
    Sms,
    Task,
)
from ringback.twiml.reading import Reading
from ringback.twiml.rule import UNKNOWN, Children, ElementRule, attribute, text
from ringback.twiml.url_kind import CALLBACK_URL, FETCHED_URL, WAIT_URL

MAX_QUEUE_NAME = 64

_PARAMETERS = (Children(into="parameters", rules=(PARAMETER,)),)


def _finish_enqueue(node: Node, element: Element, reading: Reading) -> Node:
    """The wait document is asked for by POST, the default music by GET. Without a queue the verb ends with an error."""
    assert isinstance(node, Enqueue)
    if node.name is None and node.workflow_sid is None:
        reading.report(UNKNOWN, element, "<Enqueue> needs the name of a queue, or workflowSid")
    if node.wait_url and "waitUrlMethod" not in dict(element.attributes):
        return replace(node, wait_url_method="POST")
    return node


def _finish_refer(node: Node, element: Element, reading: Reading) -> Node:
    assert isinstance(node, Refer)
    if node.target is None and not any(child.name == "Sip" for child in element.children):
        reading.report(UNKNOWN, element, "<Refer> needs a <Sip> with the URI to refer to")
    return node


def _read_refer_target(rule: ElementRule, element: Element, reading: Reading) -> Node | None:
    reading.attributes(rule, element)
    reading.children(rule, element, {})
    uri = read_uri(element, reading)
    return None if uri is None else ReferTarget(line=element.line, uri=uri)


REDIRECT = ElementRule(
    name="Redirect",
    node=Redirect,
    attributes=(attribute("method", METHOD, 13710),),
    text=text("url", FETCHED_URL, required=False),
)
REJECT = ElementRule(
    name="Reject",
    node=Reject,
    attributes=(attribute("reason", one_of(Literal["rejected", "busy"]), 13810),),
    children=_PARAMETERS,
)
HANGUP = ElementRule(name="Hangup", node=Hangup, children=_PARAMETERS)
LEAVE = ElementRule(name="Leave", node=Leave)
ECHO = ElementRule(name="Echo", node=Echo)

TASK = ElementRule(
    name="Task",
    node=Task,
    attributes=(attribute("priority", integer(0)), attribute("timeout", integer(1))),
    text=text("body", required=False),
)
ENQUEUE = ElementRule(
    name="Enqueue",
    node=Enqueue,
    attributes=(
        *action(),
        attribute("waitUrl", WAIT_URL, URL_NOT_VALID),
        attribute("waitUrlMethod", METHOD),
        attribute("workflowSid", matching(r"WW[0-9a-fA-F]{32}", "a workflow SID, WW and 32 hex digits")),
        attribute("maxQueueSize", integer(1)),
    ),
    text=text("name", text_kind(MAX_QUEUE_NAME), required=False),
    children=(Children(into="task", rules=(TASK,), only_one=True),),
    finish=_finish_enqueue,
)
REFER_TARGET = ElementRule(name="Sip", node=ReferTarget, text=text("uri", SIP_URI, 13243), parse=_read_refer_target)
REFER = ElementRule(
    name="Refer",
    node=Refer,
    attributes=action(),
    children=(Children(into="target", rules=(REFER_TARGET,), only_one=True),),
    finish=_finish_refer,
)
SMS = ElementRule(
    name="Sms",
    node=Sms,
    attributes=(
        attribute("to"),
        attribute("from"),
        *action(),
        attribute("statusCallback", CALLBACK_URL, URL_NOT_VALID),
    ),
    text=text("text"),
)
