"""Requests to the app: parameters, signature, delivery. Signing and building are pure; the network is handed in.

Public names (module in brackets):
- `sign(url, parameters, auth_token) -> str` [signature]; `signed_url(url)` drops fragment, userinfo and https port.
- `Parameters` = `tuple[tuple[str, str], ...]` [signature].
- `CallFacts` (what a request tells about a call), `call_parameters(facts)`, `sip_parameters(...)`,
  `fallback_parameters(error_code, error_url)` [parameters].
- `gather_digits_parameters`, `gather_speech_parameters`, `partial_result_parameters`, `record_parameters`,
  `dial_parameters` [verb_parameters]: a verb's own parameters, to be passed as `own_parameters`.
- `status_callback_parameters`, `recording_callback_parameters`, `Completion`, `RecordingFacts` [callback_parameters].
- `Overrides.parse(url) -> tuple[str, Overrides]` [overrides]: `#ct= rt= tt= rc= rp=` of webhooks.md section 6.
- `Transport` protocol [transport]: `async send(HttpRequest, TryLimits) -> HttpResponse`, raising `TransportFailure`;
  `AiohttpTransport(address_policy=...)` [aiohttp_transport] is the real one, with one pool; `async close()`.
- `AddressPolicy` [address_policy]: which addresses apps may have.
- `AppClient(transport, clock, account_record, ...)` [client]: for one account.
  `async fetch(url, method, parameters, *, own_parameters=(), cookies=None) -> Fetched`: signs, retries, follows
  redirects (which lose `own_parameters`, A-03), 15 s and 64 kB; raises `FetchFailed`.
  `async fetch_media(url) -> Media`: a file for `<Play>`. Both are kept as HTTP allows, by `HttpCache` [http_cache].
  `async notify(url, method, parameters, *, cookies=None) -> Fetched`: one asynchronous callback, now.
- `Fetched(url, status, headers, body, ...)` [response]; `fetched.failed(code, message) -> FetchFailed`.
- `interpret_response(fetched) -> TwimlBody | AudioBody | PlainText` [response]: content types of twiml.md 1.1; raises
  `FetchFailed` 11770, 12100, 12300. `PlainText` is TwiML if its `body` parses as such, else `text` is read aloud.
- `Delivery(client, clock, report, book=None)` [delivery]: sends asynchronous callbacks in the background, in order per
  call: `post(Callback(...))`, `async close(grace_seconds)`; failures go to `report(CallbackProblem)` (15003, ...).
- `CallbackBook(outbox, ...)` [outbox]: writes callbacks down before they are sent; `Outbox` is where, a protocol.
- `Exchange`, `Observer` [exchange]: one try at a request, for whoever watches.
- `CookieJar` [cookies]: for one call (H-07).
- `FetchFailed(code, message, url, method, parameters, status, headers, body)`, `TransportFailure`,
  `FailureCode` [errors]
"""
