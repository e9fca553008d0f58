"""Conferences in virtual time, rule by rule (twiml.md 8.4): several callers of one app, and what each of them hears."""

from collections.abc import Callable

from ringback.testing import AppRequest, AppResponse, Arrival, Caller, Transcript, VirtualApp


def conference(attributes: str = "", dial: str = "", after: str = "<Say>After.</Say>") -> str:
    return f"<Response><Dial {dial}><Conference {attributes}>team</Conference></Dial>{after}</Response>"


def app(page: object, **pages: object) -> VirtualApp:
    return VirtualApp({"/voice": page, "/status": "", "/recorded": "", **{f"/{name}": pages[name] for name in pages}})


def by_caller(*attributes: str, **pages: object) -> VirtualApp:
    """The n-th caller's conference has the n-th attributes."""

    def answer(request: AppRequest) -> str:
        number = int(request["From"].partition("-")[2].partition("@")[0])
        return conference(attributes[number - 1])

    return app(answer, **pages)


def told(*transcripts: Transcript) -> list[str]:
    """The events of status callbacks, in order of arrival at the app."""
    events = [(request.parameters["SequenceNumber"], request.parameters) for call in transcripts for request in
              call.callbacks if "StatusCallbackEvent" in request.parameters]  # fmt: skip
    return [parameters["StatusCallbackEvent"] for _, parameters in sorted(events, key=lambda pair: int(pair[0]))]


ALL_EVENTS = 'statusCallback="/status" statusCallbackEvent="start end join leave mute hold modify speaker announcement"'


def test_each_of_three_hears_exactly_the_two_others() -> None:
    calls = app(conference()).run_calls(
        [
            Caller().says("Ann here.", at=5).hangs_up(at=20),
            Caller().says("Bob here.", at=8).hangs_up(at=20),
            Caller().says("Cee here.", at=11).hangs_up(at=20),
        ]
    )
    assert [call.voices for call in calls] == [
        ["Bob here.", "Cee here."],
        ["Ann here.", "Cee here."],
        ["Ann here.", "Bob here."],
    ]


def test_c_01_and_c_02_who_waits_hears_music_until_it_starts() -> None:
    ann, bob = app(conference()).run_calls(
        [Caller().hears("waiting music").hangs_up(at=30), Arrival(caller=Caller().hangs_up(at=10), at=12)]
    )
    (music,) = [event for event in ann.events if str(event).startswith("hears 'waiting music'")]
    assert "stopped after 12 s" in str(music)
    assert bob.heard == []


def test_c_02_who_must_not_start_it_is_not_heard_before_it_starts() -> None:
    waits = 'startConferenceOnEnter="false"'
    calls = by_caller(waits, waits, "").run_calls(
        [
            Caller().says("Too early.", at=2).says("Now.", at=20).hangs_up(at=30),
            Caller().hangs_up(at=30),
            Arrival(caller=Caller().hangs_up(at=20), at=10),
        ]
    )
    assert calls[1].voices == ["Now."]
    assert calls[2].voices == ["Now."]


def test_c_03_names_are_reused_with_a_new_conference_sid() -> None:
    callback = 'statusCallback="/status" statusCallbackEvent="end"'
    early, late = app(conference(callback)).run_calls(
        [Caller().hangs_up(at=5), Arrival(caller=Caller().hangs_up(at=5), at=60)]
    )
    (first,), (second,) = early.callbacks, late.callbacks
    assert first.parameters["ConferenceSid"] != second.parameters["ConferenceSid"]
    assert first.parameters["FriendlyName"] == second.parameters["FriendlyName"] == "team"


def test_c_04_the_room_hears_who_comes_and_goes() -> None:
    ann, bob, cee = by_caller("", 'beep="onEnter"', 'beep="onExit"').run_calls(
        [
            Caller().hangs_up(at=40),
            Arrival(caller=Caller().hangs_up(at=10), at=5),
            Arrival(caller=Caller().hangs_up(at=10), at=20),
        ]
    )
    assert ann.tones == ["enter", "exit"]  # Bob comes, Cee goes
    assert bob.tones == ["enter"]
    assert cee.tones == []


def test_c_05_the_moderator_ends_it_and_the_documents_of_the_others_go_on() -> None:
    calls = by_caller('endConferenceOnExit="true"', "", "").run_calls([Caller().hangs_up(at=10), Caller(), Caller()])
    assert [call.heard[-1] for call in calls[1:]] == ["After.", "After."]
    assert [call.conferences[0].ended_by for call in calls] == ["caller", "room", "room"]
    assert [call.conferences[0].seconds for call in calls] == [10, 10, 10]


def test_every_event_is_told_by_the_first_participants_document_with_its_parameters() -> None:
    ann, bob = by_caller(f'{ALL_EVENTS} participantLabel="host" beep="false"', 'statusCallback="/other"').run_calls(
        [Caller().says("Hello there.", at=5, seconds=2).hangs_up(at=20), Arrival(caller=Caller().hangs_up(at=8), at=1)]
    )
    assert told(ann, bob) == [
        "participant-join",
        "participant-join",
        "conference-start",
        "participant-speech-start",
        "participant-speech-stop",
        "participant-leave",
        "participant-leave",
        "conference-end",
    ]
    assert bob.callbacks == []
    first, *_, left, end = ann.callbacks
    assert dict(first.parameters) == {
        "ConferenceSid": "CF" + "0" * 31 + "1",
        "FriendlyName": "team",
        "AccountSid": "AC" + "0" * 31 + "1",
        "SequenceNumber": "1",
        "Timestamp": "Thu, 01 Jan 2026 12:00:00 +0000",
        "StatusCallbackEvent": "participant-join",
        "CallSid": "CA" + "0" * 31 + "1",
        "Muted": "false",
        "Hold": "false",
        "Coaching": "false",
        "EndConferenceOnExit": "false",
        "StartConferenceOnEnter": "true",
        "ParticipantLabel": "host",
    }
    assert left.parameters["ReasonParticipantLeft"] == "participant_hung_up"
    assert left.parameters["ParticipantCallStatus"] == "completed"
    assert end.parameters["ReasonConferenceEnded"] == "last-participant-left"
    assert end.parameters["CallSidEndingConference"] == "CA" + "0" * 31 + "1"
    assert end.parameters["ParticipantLabelEndingConference"] == "host"
    assert end.parameters["SequenceNumber"] == "8"


def test_without_status_callback_event_nothing_is_told() -> None:
    (ann,) = app(conference('statusCallback="/status"')).run_calls([Caller().hangs_up(at=5)])
    assert ann.callbacks == []


def test_c_07_a_wait_document_runs_once_and_then_it_is_silent() -> None:
    (ann,) = app(conference('waitUrl="/wait"'), wait="<Response><Say>Please wait.</Say></Response>").run_calls(
        [Caller().hangs_up(at=60)]
    )
    assert ann.heard == ["Please wait."]
    assert [request.path for request in ann.requests] == ["/voice", "/wait"]


def test_c_07_a_wait_document_loops_by_redirect_and_asks_with_the_standard_parameters() -> None:
    page = "<Response><Say>Please wait.</Say><Pause length='9'/><Redirect/></Response>"
    (ann,) = app(conference('waitUrl="/wait"'), wait=page).run_calls([Caller().hangs_up(at=60)])
    assert len(ann.heard) == 7
    assert ann.requests[1].parameters["CallSid"] == "CA" + "0" * 31 + "1"
    assert ann.requests[1].method == "POST"


def test_c_07_another_verb_is_13238_and_left_out() -> None:
    page = "<Response><Gather/><Say>Please wait.</Say></Response>"
    (ann,) = app(conference('waitUrl="/wait"'), wait=page).run_calls([Caller().hangs_up(at=60)])
    assert ann.heard == ["Please wait."]
    assert ann.problem_codes() == [13238]


def test_an_audio_file_as_wait_url_plays_again_and_again() -> None:
    music = AppResponse(body=b"RIFF....", content_type="audio/wav")
    (ann,) = app(conference('waitUrl="/music.wav" waitMethod="GET"'), **{"music.wav": music}).run_calls(
        [Caller().hangs_up(at=10)]
    )
    assert len(ann.heard) == 4  # three seconds each, the last one cut short
    assert [request.path for request in ann.requests] == ["/voice", "/music.wav"]


def test_an_empty_wait_url_is_silence() -> None:
    (ann,) = app(conference('waitUrl=""')).run_calls([Caller().hangs_up(at=10)])
    assert ann.heard == []
    assert ann.problems == ()


def test_c_08_without_its_wait_document_the_dial_ends() -> None:
    (ann,) = VirtualApp(
        {
            "/voice": conference(f'waitUrl="/nowhere" {ALL_EVENTS}', dial='action="/after"'),
            "/status": "",
            "/after": lambda request: f"<Response><Say>{request['DialCallStatus']}</Say></Response>",
        }
    ).run_calls([Caller()])
    assert ann.heard == ["failed"]
    assert 11200 in ann.problem_codes()
    left = ann.callbacks[1]
    assert left.parameters["ReasonParticipantLeft"] == "participant_add_failed"


def test_c_10_who_is_muted_hears_and_is_not_heard() -> None:
    ann, bob = by_caller('muted="true"', "").run_calls(
        [Caller().says("Can you hear me?", at=5).hangs_up(at=20), Caller().says("Hello?", at=7).hangs_up(at=20)]
    )
    assert ann.voices == ["Hello?"]
    assert bob.voices == []


def test_c_11_only_the_coached_one_hears_the_coach_and_the_recording_does_not() -> None:
    record = 'record="record-from-start" recordingStatusCallback="/recorded"'
    coach = f'coach="CA{2:032x}"'
    calls = by_caller(record, "", coach).run_calls(
        [
            Caller().says("Customer.", at=5).hangs_up(at=20),
            Caller().says("Agent.", at=7).hangs_up(at=20),
            Arrival(caller=Caller().says("Whisper.", at=8).hangs_up(at=19), at=1),
        ]
    )
    assert calls[0].voices == ["Agent."]
    assert calls[1].voices == ["Customer.", "Whisper."]
    assert calls[2].voices == ["Customer.", "Agent."]
    assert calls[0].recordings[0].words == ("Customer.", "Agent.")


def test_c_12_a_coach_without_anybody_to_coach_goes_to_the_action() -> None:
    page = conference(f'coach="CA{9:032x}"', dial='action="/after"')
    after = "<Response><Say>Nobody there.</Say></Response>"
    (ann,) = app(page, after=after).run_calls([Caller()])
    assert ann.heard == ["Nobody there."]
    assert ann.problem_codes() == [13240]
    assert ann.conferences[0].ended_by == "refused"


def test_c_13_a_label_in_use_keeps_the_call_out_and_it_goes_on() -> None:
    ann, bob = app(conference('participantLabel="desk"')).run_calls([Caller().hangs_up(at=30), Caller()])
    assert bob.heard == ["After."]
    assert bob.problem_codes() == [16025]
    assert ann.voices == []


def test_16020_a_full_room_keeps_the_call_out() -> None:
    calls = app(conference('maxParticipants="2"')).run_calls([Caller().hangs_up(at=30)] * 2 + [Caller()])
    assert calls[2].problem_codes() == [16020]
    assert calls[2].heard == ["After."]


def test_c_14_the_recording_begins_when_two_are_together_and_is_told_of() -> None:
    record = (
        'record="record-from-start" recordingStatusCallback="/recorded" '
        'recordingStatusCallbackEvent="in-progress completed"'
    )
    ann, _ = app(conference(record)).run_calls(
        [Caller().says("Alone.", at=3).says("Together.", at=15).hangs_up(at=30),
         Arrival(caller=Caller().hangs_up(at=20), at=10)]
    )  # fmt: skip
    (recording,) = ann.recordings
    assert (recording.seconds, recording.words) == (20, ("Together.",))
    started, completed = ann.callbacks
    assert started.parameters["RecordingStatus"] == "in-progress"
    assert completed.parameters["RecordingStatus"] == "completed"
    assert completed.parameters["RecordingDuration"] == "20"
    assert completed.parameters["RecordingSource"] == "Conference"
    assert completed.parameters["RecordingChannels"] == "1"
    assert completed.parameters["ConferenceSid"] == "CF" + "0" * 31 + "1"
    assert "CallSid" not in completed.parameters


def test_c_14_an_agent_who_comes_to_a_caller_that_waits_has_the_room_recorded() -> None:
    """The one who asks need not be the first; who comes when it runs has it recorded from then on."""

    def seconds_of(*attributes: str) -> list[int]:
        people = [Arrival(caller=Caller().hangs_up(at=40 - 10 * at), at=10 * at) for at in range(len(attributes))]
        calls = by_caller(*attributes).run_calls(people)
        told = [each.parameters["RecordingStatus"] for call in calls for each in call.callbacks]
        assert told == ["completed"]
        return [round(recording.seconds) for call in calls for recording in call.recordings]

    record = 'record="record-from-start" recordingStatusCallback="/recorded"'
    assert seconds_of('startConferenceOnEnter="false"', record) == [30]
    assert seconds_of("", "", record) == [20]
    assert seconds_of("", record, record) == [30]


def test_the_older_event_callback_is_for_who_has_no_recording_callback() -> None:
    def run(more: str) -> Transcript:
        page = conference(f'record="record-from-start" eventCallbackUrl="/events" {more}')
        return app(page, events="").run_calls([Caller().hangs_up(at=9), Caller().hangs_up(at=9)])[0]

    (old,) = run("").callbacks
    assert old.parameters["EventName"] == "conference-record-end"
    assert old.parameters["Duration"] == "9"
    assert [callback.path for callback in run('recordingStatusCallback="/recorded"').callbacks] == ["/recorded"]


def test_c_15_the_action_says_answered_and_names_no_leg() -> None:
    page = conference(dial='action="/after" hangupOnStar="true"')
    ann, _ = app(page, after="<Response/>").run_calls([Caller().presses("*", at=5), Caller().hangs_up(at=30)])
    asked = ann.requests[-1].parameters
    assert asked["DialCallStatus"] == "answered"
    assert "DialCallSid" not in asked
    assert "DialCallDuration" not in asked


def test_c_16_star_leaves_and_so_does_the_end_of_the_time_limit() -> None:
    star, limit = (
        app(conference(dial=dial)).run_calls([Caller().presses("5*", at=5), Caller().hangs_up(at=60)])[0]
        for dial in ('hangupOnStar="true"', 'timeLimit="20"')
    )
    assert (star.conferences[0].ended_by, star.conferences[0].seconds) == ("star", 5.25)
    assert (limit.conferences[0].ended_by, limit.conferences[0].seconds) == ("time-limit", 20)
    assert star.heard[-1] == limit.heard[-1] == "After."


def test_c_18_keys_in_a_conference_reach_no_verb() -> None:
    ann, _ = app(conference()).run_calls([Caller().presses("1", at=5).hangs_up(at=9), Caller().hangs_up(at=9)])
    assert "presses 1 (nothing listens)" in str(ann)


def test_di_22_a_dial_record_round_a_conference_records_this_call() -> None:
    dial = 'record="record-from-answer-dual" recordingStatusCallback="/recorded" action="/after"'
    ann, _ = app(conference(dial=dial), after="<Response/>").run_calls(
        [Caller().hangs_up(at=9), Caller().hangs_up(at=12)]
    )
    callback = next(callback for callback in ann.callbacks if callback.path == "/recorded")
    assert callback.parameters["RecordingSource"] == "DialVerb"
    assert callback.parameters["RecordingChannels"] == "2"
    after = next(request for request in ann.requests if request.path == "/after")
    assert after.parameters["RecordingSid"].startswith("RE")


def test_one_call_alone_is_a_list_of_one() -> None:
    answers: dict[str, Callable[[AppRequest], str]] = {
        "/voice": lambda request: f"<Response><Say>{request['From']}</Say></Response>"
    }
    (call,) = VirtualApp(answers).run_calls([Arrival(from_="sip:bob@demo.sip.localhost")])
    assert call.heard == ["sip:bob@demo.sip.localhost"]
