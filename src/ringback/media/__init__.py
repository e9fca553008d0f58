"""The asyncio face of the Rust engine, and prompts: text and URLs turned into clips that are ready to send.

Public names (module in brackets):
- `MediaEngine(ports=(low, high), address, threads)` [engine]: owns `_engine.Engine`, one reader on its event fd, and
  hands each event to the `MediaLeg` it names. `open_leg(near=None) -> MediaLeg`;
  `open_conference() -> MediaConference`; `close()`.
- `MediaLeg` [leg]: `port`, `connect(negotiated)`, `async play(clip, loops=1)` (returns when played; cancelled: stops
  it), `async send_digits(digits)`, `digits() -> DigitStream` (async iterator opened now, closed by the context
  manager), `async record(path, ...) -> RecordedAudio`, `start_recording(...) -> LiveRecording`, `bridge(other)`,
  `unbridge()`, `async silence(seconds)`, `tap(what) -> Tap`, `voice() -> VoiceStream`, `set_echo(on)`,
  `set_jitter_buffer(size)`, `first_packet` and `timed_out` futures, `close()`.
- `Tap`, `VoiceStream` [listening]: async context managers and async iterators of audio, and of `started` and `stopped`.
- `MediaConference` [conference]: `join(leg, muted, deaf, coaching)`, `update(leg, muted, held, coaching)`,
  `leave(leg)`, `async play(clip)`, `start_recording(path) -> LiveRecording`, `close()`.
- `PromptLibrary(synthesizer)` [prompt]: `async speech(text, voice=None, language=None) -> Clip` through a `Synthesizer`
  in a thread, `async decoded(data, content_type, key=None) -> Clip`; a bounded cache of clips, keyed by what was asked;
  `beep`, `waiting_music`, `ring_tone(country)`; `async choose_voice(voice, language)`; `async close()`.
- `MediaError`, `NoFreePort`, `PromptUnavailable(code, message)` [errors]
"""
