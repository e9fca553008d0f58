"""SIP messages as values: parse bytes, look, change, write bytes. Pure; nothing here knows transactions.

Public names (module in brackets), the contract the rest of `sip` is written against. Value types are frozen and
keyword-only.
- `SipUri(scheme, user, password, host, port, parameters, headers)` [uri]: `SipUri.parse(text)` raises `MalformedUri`;
  `str()` is its inverse. `user` is percent-decoded (and written back as it came), `host` is without the brackets of an
  IPv6 reference. `parameters` is an ordered mapping with case-insensitive names (`None` for a flag such as `lr`),
  `headers` a tuple of (name, value) percent-decoded; `.transport` ("udp" by default, "tls" for sips),
  `.is_loose_router`, `.address_of_record()`; comparison by RFC 3261 section 19.1.4 is `uri.equivalent(a, b)`.
- `AbsoluteUri(text)` [uri]: any other scheme (tel, http ...), kept as it came; `Uri = SipUri | AbsoluteUri`;
  `parse_uri(text) -> Uri`.
- `Parameters` [grammar]: that mapping; `with_parameter(name, value)`, `without(name)`; values unquoted.
- `NameAddress(display_name, uri, parameters)` [address] for From, To, Contact, Route, Record-Route, Refer-To; `.tag`,
  `.with_tag(tag)`, `.sip_uri` (raises `MalformedHeader` for another scheme). `parse(text)`, and `parse_list(text)`
  which splits on top-level commas (quotes and brackets respected).
- `Via(transport, host, port, parameters)` [via] with `.branch`, `.has_magic_cookie`, `.received`, `.rport`,
  `.wants_rport`, `with_received(address, port)`; `MAGIC_COOKIE`.
- `CSeq(number, method)` [cseq].
- `Challenge` / `Credentials` [authorization]: Digest header values, quoted or not, case-insensitive names;
  `digest_challenges(headers.get_all("Proxy-Authenticate"))` gives the Digest ones of several headers.
- `Headers` [headers]: ordered multi-map, case-insensitive, compact forms expanded on read. `get(name)` is the first
  line, whole; `get_all(name)` every value, lists split where RFC 3261 section 7.3.1 allows one line to stand for
  several; `get_lines(name)`, `items()`, `set`, `add`, `prepend`, `remove(name)`, `remove_first(name)` and
  `replace_first(name, value)` (of a list the first element only), `copy()`. Spelling and order are kept. Writing a
  value with CR, LF or NUL raises `IllegalHeader`; nothing that was parsed holds one.
- `Request(method, uri, headers, body)` / `Response(status, reason, headers, body)` [message]: mutable only through
  `headers`; typed reads `.via` (top), `.vias`, `.from_`, `.to`, `.call_id`, `.cseq`, `.contact`, `.contacts`,
  `.is_wildcard_contact`, `.routes`, `.record_routes`, `.max_forwards`, `.expires`, `.content_type` (lower case, without
  parameters), `request.sip_uri`; `to_bytes()` writes Content-Length. Reading a header that is malformed or missing
  raises `MalformedHeader(name, value)`. `reply(request, status, reason=None, *, to_tag=None, copy_record_route=False,
  headers=(), body=b"") -> Response` copies Via, From, To, Call-ID, CSeq (RFC 3261 section 8.2.6.2) and Record-Route
  where asked. `reason_phrase(status)`.
- `parse_message(data) -> Request | Response`, `MalformedMessage` [parser]: one datagram or framed message. The
  exception of a request that is broken but answerable bears `.owed` (status, reason) and `.request` as far as it was
  understood; both are None for what is to be dropped. A response that is returned has good Via, From, To, Call-ID and
  CSeq; a request has to go through `validate_request`. Limits: `MAX_MESSAGE_BYTES`, `MAX_HEADERS`,
  `MAX_HEADER_BYTES`, `MAX_VIAS`.
- `StreamFramer` [framer]: `feed(bytes) -> list[bytes]` whole messages by Content-Length for TCP; CRLF keep-alives are
  counted in `pings` (`take_pings()`); raises `MalformedStream` when the stream cannot be framed any more.
- `validate_request(request, *, supported_extensions=()) -> Refusal | None`, `Refusal(status, reason, headers)`,
  `refuse(status, reason=None, *headers)` [validate]: what a parsed request is owed when it is wrong (400, 406, 415,
  416, 420, 483), RFC 3261 section 8.2. After None every typed read is safe.
- `MalformedSip`, `MalformedUri`, `MalformedHeader`, `MalformedStream`, `IllegalHeader` [errors]: the small tree.
"""
