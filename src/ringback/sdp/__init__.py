"""Session descriptions (RFC 8866) and the offer/answer rules (RFC 3264) for audio calls. Pure.

Public names (module in brackets):
- `SessionDescription`, `MediaDescription`, `Codec`, `MediaDirection` [description]: frozen values; `parse(text)` raises
  `MalformedSdp`; `__str__` is its inverse.
- `LocalMedia(address, port, codecs, dtmf_payload_type, direction)` [negotiation]: what we can do for one leg.
- `make_offer(local, *, session_id, version) -> SessionDescription` [negotiation]
- `make_answer(offer, local, *, session_id, version) -> tuple[SessionDescription, NegotiatedMedia]` [negotiation];
  raises `NoCommonCodec` (owes 488) or `MalformedSdp` (owes 400).
- `accept_answer(local, answer) -> NegotiatedMedia` [negotiation]
- `NegotiatedMedia(remote_address, remote_port, remote_rtcp_port, codec, payload_type, dtmf_payload_type, ptime_ms,
  direction)`: what the media engine is told. `direction` is ours (`sendonly` from them is `recvonly` for us); a remote
  address of 0.0.0.0 is old-style hold.
- `MalformedSdp`, `NoCommonCodec` [errors]
"""
