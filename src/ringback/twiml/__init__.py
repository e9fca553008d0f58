"""TwiML voice documents as frozen dataclasses: XML in, `Document` and `Problem`s out. Pure.

Public names (module in brackets):
- `nodes` [nodes]: one dataclass per verb and noun, named as Twilio names it (`Say`, `Play`, `Gather`, `Number`,
  `Sip` ...), fields snake_case of the attribute, Twilio's defaults, already typed (`int`, `bool`, `Literal` strings).
  Content is `text` (Say, Sms), `url` (Play, Redirect), `number` / `uri` / `name` / `identity` (nouns), `children`
  (Gather, Say's SSML, Prompt), `nouns` (Dial, Connect, Start, Stop). Every node has `line: int`. An
  attribute that has no default and was not given is None. A verb we parse and do not execute yet is like any other.
- `Document(verbs: tuple[Verb, ...], problems: tuple[Problem, ...])` [nodes]
- `Problem(code, level, message, line, element, attribute, value)` [errors]: one warning in Twilio's numbers (12200,
  13xxx); message says which line, which attribute, what was expected.
- `parse_document(body: bytes, charset: str | None = None) -> Document` [parser]; raises `DocumentError(code, message,
  line)` for 12100, 12101, 12102, 11750. `charset` is that of the Content-Type header, if it named one.
- `restrict(document, RestrictedTo.X) -> Document` for wait, screening and queue documents (twiml.md section 19)
  [restricted]: without the verbs that may not run there, and with a problem for each.
- `plain_text(content) -> str` [plain_text]: SSML as words.
- `read_sip_address(text) -> SipAddress(uri, headers, faults)` [sip_address]; raises `HopelessAddress`. Nodes hold URIs
  that have been through it.
- `COVERAGE` [coverage]: how much of each verb is done; whoever makes one run raises its entry.

Inside: `reader` (XML to `element`s), `grammar/` (the rules, as data), `reading` (an element and its rule to a node).
"""
