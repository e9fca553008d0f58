"""Speech out and in behind two small protocols, so that a cloud engine is one file more.

Public names (module in brackets):
- `Synthesizer` [synthesizer]: `voices: Sequence[LocalVoice]`, `languages: frozenset[str]`,
  `synthesize(text: str, *, voice: str, language: str, manner: Manner) -> Speech` (blocking; called in a thread; raises
  `SpeechFailed`);
  `Speech(pcm: bytes, rate_hz: int)`; `SynthesizerChain(synthesizers)`: several engines as one, by language.
- `Words(text, voice, language, manner, gain_db)`, `Silence(seconds)`, `Bleep(seconds)`, `Manner(rate, pitch,
  pronunciations)` [segment]: what SSML comes to; `joined(pieces) -> Speech` [joining];
  `said_as(text, kind, form, language)` [say_as]; `ipa_of_x_sampa` [phoneme].
- `Recognizer` [recognizer]: `session(language, hints, partials=) -> RecognizerSession` with
  `feed(pcm) -> Partial | None`, `finish() -> Recognised(text, confidence)`; 8 kHz samples.
- `UtteranceDetector(silence_seconds, max_seconds)`, `VoiceActivity` [utterance]: where speech begins and ends;
  `ToneTracker` [tone_run]; `without_profanity(text)` [profanity].
- `choose_voice(voice, language, available) -> VoiceChoice` [voice]: Twilio's names (`alice`, `man`, `woman`, `Polly.*`,
  `Google.*`) to the nearest local voice, with a sentence when it is not the same.
- `providers.hibari.HibariSynthesizer`, `providers.espeak.EspeakSynthesizer`,
  `providers.pocketsphinx.PocketsphinxRecognizer`
- `SpeechFailed(message, code)`, `LanguageNotAvailable` [errors]
"""
