"""What may stand under `<Response>`: the registry the parser looks verbs up in. A new verb is one line here."""

from collections.abc import Mapping

from ringback.twiml.grammar.connect import CONNECT
from ringback.twiml.grammar.dial import DIAL
from ringback.twiml.grammar.flow import ECHO, ENQUEUE, HANGUP, LEAVE, REDIRECT, REFER, REJECT, SMS
from ringback.twiml.grammar.input import GATHER, PAY, PROMPT, RECORD
from ringback.twiml.grammar.place import QUEUE
from ringback.twiml.grammar.prompt import PAUSE, PLAY, SAY
from ringback.twiml.grammar.stream import START, STOP
from ringback.twiml.rule import ElementRule

VERBS: Mapping[str, ElementRule] = {
    rule.name: rule
    for rule in (
        *(SAY, PLAY, PAUSE, GATHER, RECORD, DIAL, ENQUEUE, LEAVE, REDIRECT, REJECT, HANGUP, REFER),
        *(CONNECT, START, STOP, PAY, SMS, ECHO, QUEUE, PROMPT),
    )
}
