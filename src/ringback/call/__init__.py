"""Calls as Twilio means them: `Call` (what has a CallSid), `Leg` (our one side of it), `Bridge` (two legs joined).

`control.CallControl` is the door between the interpreter and a call: the real one is a SIP leg with the media engine
behind it, the virtual one (`ringback.testing`) speaks, listens and presses keys in virtual time.

`ApplicationCall` [application]: the child call of `<Dial><Application>`, without a phone, on the leg of its parent.

Where calls meet (`meeting.Gatherings`; for real calls `gatherings.EngineGatherings`):
- `Conference` [conference]: the rules of a room, pure. `ConferenceRoom` [conference_room]: the room as it runs, with
  what a REST API needs (`mute`, `hold`, `modify`, `kick`, `announce`, `end`). `Conferences` [conferences]: by account
  and name; `find(account_sid, name_or_sid)`. `RoomAudio` [room_audio]: what a room needs of the audio.
- `Queue` [queue]: the order of a queue, pure. `Line` [line]: a queue with its calls and who waits for them. `Queues`
  [queues]: by account and name; `find`, and `redirect(call_sid)` for a call that is moved elsewhere.
"""
