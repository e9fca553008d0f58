"""Speech out and in behind two small protocols, so that a cloud engine is one file more.

Public names (module in brackets):
- `Synthesizer` [synthesizer]: `voices: Sequence[LocalVoice]`, `languages: frozenset[str]`,
  `synthesize(text: str, *, voice: str, language: str) -> Speech` (blocking; called in a thread; raises `SpeechFailed`);
  `Speech(pcm: bytes, rate_hz: int)`; `SynthesizerChain(synthesizers)`: several engines as one, by language.
- `Recognizer` [recognizer]: `session(language, hints) -> RecognizerSession` with `feed(pcm) -> Partial | None`,
  `finish() -> Recognised(text, confidence)`; 8 kHz samples.
- `choose_voice(voice, language, available) -> VoiceChoice` [voice]: Twilio's names (`alice`, `man`, `woman`, `Polly.*`,
  `Google.*`) to the nearest local voice, with a sentence when it is not the same.
- `providers.hibari.HibariSynthesizer`, `providers.espeak.EspeakSynthesizer`,
  `providers.pocketsphinx.PocketsphinxRecognizer`
- `SpeechFailed(message, code)`, `LanguageNotAvailable` [errors]
"""
