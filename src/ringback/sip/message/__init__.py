"""SIP messages as values: parse bytes, look, change, write bytes. Pure; nothing here knows transactions.

Public names (module in brackets), the contract the rest of `sip` is written against:
- `SipUri(scheme, user, password, host, port, parameters, headers)` [uri]: frozen; `SipUri.parse(text)` raises
  `MalformedUri`; `str()` is its inverse; `parameters` is an ordered mapping with case-insensitive names (`None` for a
  flag such as `lr`), `headers` a tuple of (name, value) percent-decoded; `.transport` ("udp" by default, "tls" for sips),
  `.is_loose_router`, `.address_of_record()`, and comparison by RFC 3261 section 19.1.4 in `uri.equivalent(a, b)`.
- `NameAddress(display_name, uri, parameters)` [address] for From, To, Contact, Route, Record-Route, Refer-To; `.tag`,
  `.with_tag(tag)`. `parse_list(text)` splits on top-level commas (quotes and brackets respected).
- `Via(transport, host, port, parameters)` [via] with `.branch`, `.received`, `.rport`, `with_received(address, port)`.
- `CSeq(number, method)` [cseq].
- `Challenge` / `Credentials` [authorization]: Digest header values, quoted or not, case-insensitive names.
- `Headers` [headers]: ordered multi-map, case-insensitive, compact forms expanded on read; `get(name)`, `get_all(name)`,
  `items()`, `set(name, value)`, `add(name, value)`, `prepend(name, value)`, `remove(name)`, `remove_first(name)`;
  spelling and order of unknown headers kept. A comma-separated list in one header line reads the same as several lines
  for the headers that RFC 3261 section 7.3.1 allows it for.
- `Request(method, uri, headers, body)` / `Response(status, reason, headers, body)` [message]: mutable only through
  `headers`; typed reads `.via` (top), `.vias`, `.from_`, `.to`, `.call_id`, `.cseq`, `.contact`, `.contacts`, `.routes`,
  `.record_routes`, `.max_forwards`, `.expires`, `.content_type`; `to_bytes()` writes Content-Length. Reading a header
  that is malformed raises `MalformedHeader(name, value)`. `reply(request, status, reason=None, *, to_tag=None, ...)
  -> Response` copies Via, From, To, Call-ID, CSeq (RFC 3261 section 8.2.6.2) and Record-Route where asked.
  `reason_phrase(status)`.
- `parse_message(data: bytes) -> Request | Response` [parser]: one datagram; raises `MalformedMessage(reason)`; for a
  request that is broken but answerable the exception bears `.owed` (status, reason) and `.request` as far as it got.
  Limits are named constants: `MAX_MESSAGE_BYTES`, `MAX_HEADERS`, `MAX_HEADER_BYTES`, ...
- `StreamFramer` [framer]: `feed(bytes) -> list[bytes]` whole messages by Content-Length for TCP, CRLF keep-alives
  reported as `pings`; raises `MalformedStream` when the stream cannot be framed any more.
- `validate_request(request) -> Refusal | None` [validate]: what a parsed request is owed when it is wrong (400, 416, 420,
  483, 505 ...), RFC 3261 section 8.2.
- `errors` [errors]: the small tree above.
"""
