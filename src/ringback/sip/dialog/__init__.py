"""Dialogs and INVITE sessions (RFC 3261 sections 12 to 15; RFC 3311, 3515, 4028, 6086).

`dialog` is the state two peers share, `stack` what a session may ask of the endpoint, `session` the thing a call
holds; `incoming`, `outgoing`, `offer`, `refer` and `refresh` are its parts, one per job.
"""
