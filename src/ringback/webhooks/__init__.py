"""Requests to the app: parameters, signature, delivery. Signing and building are pure; the network is an object passed in.

Public names (module in brackets):
- `sign(url, parameters, auth_token) -> str` [signature]; `signed_url(url)` drops fragment, userinfo and https port (SG-07, SG-08).
- `Parameters` = `tuple[tuple[str, str], ...]`; `call_parameters(call) -> Parameters` and the other builders [parameters].
- `Overrides.parse(url) -> tuple[str, Overrides]` [overrides]: `#ct= rt= tt= rc= rp=` of webhooks.md section 6.
- `Transport` protocol [client]: `async send(HttpRequest, limits) -> HttpResponse`, raising `TransportFailure(code, message)`;
  `AiohttpTransport` is the real one, with one pool.
- `AppClient(transport, clock, account, ...)` [client]: `async fetch(url, method, parameters, cookies) -> Fetched`, signs, retries,
  redirects, limits 15 s and 64 kB; raises `FetchFailed(code, message, url, status, headers, body)`. `fetch_media(url)` with
  the HTTP cache of PLAY-02. `notify(...)` sends an asynchronous callback and returns its `Delivery`.
- `CookieJar` [cookies]: for one call (H-07).
- `interpret_response(fetched) -> TwimlBody | AudioBody | SpokenText` [response]: content types of twiml.md 1.1; raises `FetchFailed`
  12300, 11750, 11770.
- `FetchFailed`, `TransportFailure` [errors]
"""
