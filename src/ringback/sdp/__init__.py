"""Session descriptions (RFC 8866) and the offer/answer rules (RFC 3264) for audio calls. Pure.

Public names (module in brackets); values are frozen and keyword-only:
- `SessionDescription`, `MediaDescription`, `MediaDirection`, `Origin`, `Connection` [description]: `parse(text)` raises
  `MalformedSdp`; `__str__` is its inverse. Limits: `MAX_DESCRIPTION_CHARACTERS`, `MAX_LINES`, `MAX_MEDIA`,
  `MAX_FORMATS`.
- `Codec`, `SUPPORTED_CODECS`, `STATIC_PAYLOAD_TYPES` [codec]: a further codec is one row of the table.
- `LocalMedia(address, port, codecs, dtmf_payload_type, direction, preference)` [negotiation]: what we can do for one
  leg; `codecs` are names such as "PCMU", best first; `preference` is `CodecPreference.THEIRS` or `OURS`.
- `make_offer(local, *, session_id, version) -> SessionDescription` [negotiation]
- `make_answer(offer, local, *, session_id, version) -> tuple[SessionDescription, NegotiatedMedia]` [negotiation]
- `accept_answer(local, answer) -> NegotiatedMedia` [negotiation]
- `with_version_after(previous, description)` [negotiation]: the description under the o= version it must bear.
- `NegotiatedMedia(remote_address, remote_port, remote_rtcp_port, codec, payload_type, dtmf_payload_type, ptime_ms,
  direction, receive_payload_type, receive_dtmf_payload_type, dtmf_rate_hz, opus)`: what the media engine is told.
  `codec` is a name ("PCMU"); `receive_...` is None where they send with the same number as we; `opus` is
  `OpusParameters` [opus]; `direction` is ours (`sendonly` from them is `recvonly` for us); a remote address of 0.0.0.0
  is old-style hold.
- `SdpError` with `.status` (SIP) and `.code` (Twilio): `MalformedSdp` 400, `EmptySdp` 400, `NoCommonCodec` 488,
  `SecureMediaRefused` 488 (32207), `UnusableAddress` 488 [errors].
"""
