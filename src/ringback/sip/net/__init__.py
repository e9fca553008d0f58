"""The only I/O of the SIP stack: sockets, TLS, DNS, and the driver that pumps an `Endpoint`.

`server` is the driver, `delivery` finds the way for what goes out, `connection` and `datagram` are the two kinds of
socket, `resolver` and `lookup` ask DNS (RFC 3263), `trace` shows messages to people. Nothing here reads or writes SIP.
"""
