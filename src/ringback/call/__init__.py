"""Calls as Twilio means them: `Call` (what has a CallSid), `Leg` (our one side of it), `Bridge` (two legs joined).

`control.CallControl` is the door between the interpreter and a call: the real one is a SIP leg with the media engine
behind it, the virtual one (`ringback.testing`) speaks, listens and presses keys in virtual time.
"""
