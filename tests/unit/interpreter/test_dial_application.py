"""`<Dial><Application>`: what is asked of the call, and what follows (twiml.md 8.6)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pytest

from ringback.call.application_request import ApplicationRequest
from ringback.call.control import CallControl, DialResult, StatusEvents
from ringback.interpreter.dial_application import dial_application, first_parameters
from ringback.interpreter.outcome import Continue, Goto
from ringback.interpreter.run import DialledApplication, Run
from ringback.model.sid import CallSid
from ringback.testing.virtual_call import VirtualCall
from ringback.twiml.nodes import Application, Dial
from tests.unit.interpreter.conftest import BASE, Bench

SID = "AP" + "1" * 32


async def run_nothing(call: CallControl) -> None:
    return


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One application, or none."""

    application: DialledApplication | None

    def find(self, noun: Application, run: Run) -> DialledApplication | None:
        return self.application


class Asked:
    """A call whose application ends at once."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.requests: list[ApplicationRequest] = []
        bench.call = VirtualCall(info=bench.call.info, world=replace(bench.call.world, dial_application=self._dial))

    async def _dial(self, call: VirtualCall, request: ApplicationRequest) -> DialResult:
        self.requests.append(request)
        return DialResult(status="completed", call_sid=CallSid("CA9"), duration_seconds=7, bridged=True)

    async def outcome(self, text: str, application: DialledApplication | None) -> object:
        verb = self.bench.verb(text)
        assert isinstance(verb, Dial)
        (noun,) = verb.nouns
        assert isinstance(noun, Application)
        return await dial_application(
            verb, noun, replace(self.bench.run(), applications=Known(application=application))
        )


FOUND = DialledApplication(run=run_nothing, status_callback_url="http://other.example/ended")


async def test_every_attribute_reaches_the_call(bench: Bench) -> None:
    asked = Asked(bench)
    await asked.outcome(
        '<Dial timeout="20" timeLimit="60" callerId="+15551234567" hangupOnStar="true" record="record-from-ringing">'
        f'<Application statusCallback="st" statusCallbackEvent="answered">{SID}</Application></Dial>',
        FOUND,
    )
    (request,) = asked.requests
    assert (request.application_sid, request.to, request.from_) == (SID, SID, "+15551234567")
    assert (request.timeout_seconds, request.time_limit_seconds, request.hangup_on_star) == (20, 60, True)
    assert request.record is not None
    assert request.record.from_ringing
    assert request.status == StatusEvents(url=f"{BASE}/calls/st", events=("answered",))


async def test_what_is_not_written_is_that_of_the_parent_and_of_the_application(bench: Bench) -> None:
    asked = Asked(bench)
    await asked.outcome(f'<Dial><Application copyParentTo="true">{SID}</Application></Dial>', FOUND)
    (request,) = asked.requests
    assert (request.from_, request.to) == (bench.call.info.from_, bench.call.info.to)
    assert request.status == StatusEvents(url="http://other.example/ended")


async def test_the_action_takes_control_and_without_one_the_next_verb(bench: Bench) -> None:
    asked = Asked(bench)
    outcome = await asked.outcome(f'<Dial action="/after"><Application>{SID}</Application></Dial>', FOUND)
    assert isinstance(outcome, Goto)
    told: Mapping[str, str] = dict(outcome.parameters)
    assert (told["DialCallStatus"], told["DialCallSid"], told["DialCallDuration"]) == ("completed", "CA9", "7")
    assert isinstance(await asked.outcome(f"<Dial><Application>{SID}</Application></Dial>", FOUND), Continue)


async def test_an_unknown_one_is_reported_and_nobody_is_dialled(bench: Bench) -> None:
    asked = Asked(bench)
    outcome = await asked.outcome(f'<Dial action="/after"><Application>{SID}</Application></Dial>', None)
    assert isinstance(outcome, Goto)
    assert dict(outcome.parameters)["DialCallStatus"] == "failed"
    assert bench.codes == [21218]
    assert not asked.requests


@pytest.mark.parametrize(("attribute", "expected"), [("", "AC" + "1" * 32), ('customerId="me"', "me")])
def test_the_voice_url_is_told_parameters_and_customer(bench: Bench, attribute: str, expected: str) -> None:
    verb = bench.verb(
        f"<Dial><Application {attribute}><ApplicationSid>{SID}</ApplicationSid>"
        '<Parameter name="a" value="1"/><Parameter name="a" value="2"/></Application></Dial>'
    )
    assert isinstance(verb, Dial)
    (noun,) = verb.nouns
    assert isinstance(noun, Application)
    assert first_parameters(noun, bench.run()) == (("Param_a", "1"), ("Param_a", "2"), ("customerId", expected))
