"""The SIP stack (RFC 3261), sans-IO: bytes and time in, events and datagrams out. Only `net/` touches a socket.

Inside, downward only: `net` > `endpoint` > `dialog` > `transaction` > `digest`, `registrar`, `timers`, `events` >
`message`.
"""
