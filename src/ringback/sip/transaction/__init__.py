"""The transaction layer (RFC 3261 section 17, RFC 6026): four state machines as tables, and what finds the right one.

`machine` says what a machine is, `client` and `server` hold the four tables, `layer` runs them. Nothing here knows
sockets, tasks, dialogs or users.
"""
