"""The audio of recordings over HTTP, as Twilio's clients fetch it (rest-api.md section 9.6)."""

import asyncio
import io
import subprocess
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import fromstring

import numpy
import pytest

from ringback.model.record import RecordingStatus

Tone = Callable[..., None]
MINE, OTHER, NONE = ("AC" + digit * 32 for digit in "123")
RECORDING = "RE" + "a" * 32


def pitch_hz(samples: "numpy.ndarray[Any, Any]", rate_hz: int) -> float:
    """The loudest frequency."""
    spectrum = numpy.abs(numpy.fft.rfft(samples * numpy.hanning(len(samples))))
    return float(numpy.argmax(spectrum)) * rate_hz / len(samples)


def decode_with_lame(mp3: Path, wav: Path) -> None:
    """By the reference decoder, which is not ours."""
    subprocess.run(["lame", "--quiet", "--decode", str(mp3), str(wav)], check=True)


def error_of(answer: Any) -> tuple[int, int]:
    """An error's status and code. Audio has no suffix of a representation, so that its errors are XML."""
    (problem,) = fromstring(answer.body)
    body = {field.tag: field.text for field in problem}
    assert (problem.tag, list(body)) == ("RestException", ["Code", "Message", "MoreInfo", "Status"])
    assert body["Status"] == str(answer.status)
    return answer.status, int(body["Code"] or 0)


@pytest.mark.parametrize("suffix", ["", ".wav"])
async def test_a_recording_is_wav_with_or_without_a_suffix(stage: Any, make_tone: Tone, suffix: str) -> None:
    make_tone(stage.folder / "a.wav", 1.0)
    stage.add()
    answer = await stage.media(suffix)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "audio/x-wav")
    assert answer.body == (stage.folder / "a.wav").read_bytes()
    assert int(answer.headers["Content-Length"]) == len(answer.body)
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["Twilio-Request-Id"].startswith("RQ")


async def test_an_mp3_sounds_like_the_recording(stage: Any, make_tone: Tone, tmp_path: Path) -> None:
    make_tone(stage.folder / "a.wav", 3.0, hertz=440)
    stage.add()
    answer = await stage.media(".mp3")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "audio/mpeg")
    assert len(answer.body) == pytest.approx(3.0 * 32000 / 8, rel=0.15), "32 kbit/s"
    (tmp_path / "b.mp3").write_bytes(answer.body)
    await asyncio.to_thread(decode_with_lame, tmp_path / "b.mp3", tmp_path / "b.wav")
    with wave.open(str(tmp_path / "b.wav")) as reader:
        samples = numpy.frombuffer(reader.readframes(reader.getnframes()), "<i2")[8000:16000]
        assert pitch_hz(samples, reader.getframerate()) == pytest.approx(440, abs=2)


async def test_an_mp3_is_made_once_and_kept_beside_the_recording(stage: Any, make_tone: Tone) -> None:
    make_tone(stage.folder / "a.wav", 1.0)
    stage.add()
    bodies = await asyncio.gather(*(stage.media(".mp3") for _ in range(5)))
    assert len({answer.body for answer in bodies}) == 1
    kept = stage.folder / "a.mp3"
    made = kept.stat().st_mtime_ns
    assert kept.read_bytes() == bodies[0].body
    await stage.media(".mp3")
    assert kept.stat().st_mtime_ns == made
    assert {path.name for path in stage.folder.iterdir()} == {"a.wav", "a.mp3"}


async def test_two_channels_stay_two(stage: Any, make_tone: Tone) -> None:
    make_tone(stage.folder / "a.wav", 1.0, channels=2)
    stage.add(channels=2)
    with wave.open(io.BytesIO((await stage.media()).body)) as reader:
        assert (reader.getnchannels(), reader.getnframes()) == (2, 8000)
    assert (await stage.media(".mp3")).status == 200


async def test_a_recording_that_is_still_made_is_served_as_far_as_it_is(stage: Any, make_tone: Tone) -> None:
    make_tone(stage.folder / "a.wav", 1.0)
    stage.add(status=RecordingStatus.IN_PROGRESS)
    with (stage.folder / "a.wav").open("ab") as file:
        file.write(b"\x01\x02" * 4000 + b"\x03")
        file.flush()
        first = await stage.media(".wav")
        file.write(b"\x01\x02" * 8000)
    second = await stage.media(".wav")
    for answer, frames in ((first, 12000), (second, 20000)):
        with wave.open(io.BytesIO(answer.body)) as reader:
            assert reader.getnframes() == frames
            assert len(reader.readframes(frames)) == 2 * frames
    assert first.headers["ETag"] != second.headers["ETag"]


async def test_the_mp3_of_an_unfinished_recording_is_not_kept(stage: Any, make_tone: Tone) -> None:
    make_tone(stage.folder / "a.wav", 1.0)
    stage.add(status=RecordingStatus.IN_PROGRESS)
    answer = await stage.media(".mp3")
    assert answer.status == 200
    assert len(answer.body) > 2000
    assert [path.name for path in stage.folder.iterdir()] == ["a.wav"]


@pytest.mark.parametrize(
    ("header", "start", "stop"),
    [("bytes=0-9", 0, 10), ("bytes=40-59", 40, 60), ("bytes=16000-", 16000, 16044)],
)
async def test_a_part_is_206_with_its_place(stage: Any, make_tone: Tone, header: str, start: int, stop: int) -> None:
    make_tone(stage.folder / "a.wav", 1.0)
    stage.add()
    answer = await stage.media(".wav", Range=header)
    assert answer.status == 206
    assert answer.headers["Content-Range"] == f"bytes {start}-{stop - 1}/16044"
    assert answer.body == (stage.folder / "a.wav").read_bytes()[start:stop]


async def test_a_part_behind_the_end_is_416(stage: Any, make_tone: Tone) -> None:
    make_tone(stage.folder / "a.wav", 1.0)
    stage.add()
    answer = await stage.media(".wav", Range="bytes=16044-")
    assert (answer.status, answer.headers["Content-Range"], answer.body) == (416, "bytes */16044", b"")


async def test_if_range_of_another_state_gets_everything(stage: Any, make_tone: Tone) -> None:
    make_tone(stage.folder / "a.wav", 1.0)
    stage.add()
    etag = (await stage.media(".wav")).headers["ETag"]
    assert (await stage.media(".wav", Range="bytes=0-9", If_Range=etag)).status == 206
    assert (await stage.media(".wav", Range="bytes=0-9", If_Range='"other"')).status == 200


@pytest.mark.parametrize("suffix", ["", ".wav", ".mp3"])
async def test_head_is_get_without_the_body(stage: Any, make_tone: Tone, suffix: str) -> None:
    make_tone(stage.folder / "a.wav", 1.0)
    stage.add()
    head, get = await stage.media(suffix, method="HEAD"), await stage.media(suffix)
    assert (head.status, head.body) == (200, b"")
    for name in ("Content-Length", "Content-Type", "ETag", "Accept-Ranges"):
        assert head.headers[name] == get.headers[name]


@pytest.mark.parametrize("user", [None, (MINE, "wrong"), (NONE, "my-token")])
async def test_only_its_account_gets_a_recording_and_nobody_else_costs_a_look_into_the_store(
    stage: Any, make_tone: Tone, user: tuple[str, str] | None
) -> None:
    make_tone(stage.folder / "a.wav", 1.0)
    stage.add()
    answer = await stage.media(".wav", user=user)
    assert error_of(answer) == (401, 20003)
    assert answer.headers["WWW-Authenticate"] == 'Basic realm="Twilio API"'
    assert stage.lookups == []


async def test_a_recording_of_another_account_is_not_there(stage: Any, make_tone: Tone) -> None:
    make_tone(stage.folder / "a.wav", 1.0)
    stage.add()
    assert error_of(await stage.media(user=(OTHER, "other-token"))) == (404, 20404)
    assert stage.lookups == []
    assert error_of(await stage.media(account=OTHER, user=(OTHER, "other-token"))) == (404, 20404)


@pytest.mark.parametrize(
    ("suffix", "sid"),
    [
        ("", "RE" + "b" * 32),
        ("", "RE" + "A" * 32),
        ("", "CA" + "a" * 32),
        ("", "x"),
        (".ogg", RECORDING),
        (".wav.mp3", RECORDING),
        (".", RECORDING),
        ("%00", RECORDING),
    ],
)
async def test_what_is_not_there_is_404(stage: Any, make_tone: Tone, suffix: str, sid: str) -> None:
    make_tone(stage.folder / "a.wav", 1.0)
    stage.add()
    assert error_of(await stage.media(suffix, sid=sid)) == (404, 20404)


@pytest.mark.parametrize("status", [RecordingStatus.ABSENT, RecordingStatus.FAILED, RecordingStatus.DELETED])
async def test_an_absent_or_deleted_recording_is_404(stage: Any, make_tone: Tone, status: RecordingStatus) -> None:
    make_tone(stage.folder / "a.wav", 1.0)
    stage.add(status=status)
    assert error_of(await stage.media()) == (404, 20404)


@pytest.mark.parametrize("suffix", [".wav", ".mp3"])
@pytest.mark.parametrize("content", [None, b"", b"no wave at all", b"RIFF\x00\x00\x00\x00WAVE"])
async def test_a_file_that_is_gone_or_broken_is_404(stage: Any, suffix: str, content: bytes | None) -> None:
    if content is not None:
        (stage.folder / "a.wav").write_bytes(content)
    stage.add()
    assert error_of(await stage.media(suffix)) == (404, 20404)


@pytest.mark.parametrize("path", ["../secret.wav", "sub/../../secret.wav", "link.wav", ".", ""])
async def test_no_file_outside_the_folder_is_served(stage: Any, make_tone: Tone, path: str) -> None:
    make_tone(stage.folder.parent / "secret.wav", 1.0)
    (stage.folder / "link.wav").symlink_to(stage.folder.parent / "secret.wav")
    stage.add(path)
    assert error_of(await stage.media()) == (404, 20404)
    stage.add(str(stage.folder.parent / "secret.wav"))
    assert error_of(await stage.media(".mp3")) == (404, 20404)


@pytest.mark.parametrize("path", ["..%2f..%2fsecret", "..", "%2e%2e%2fsecret.wav", RECORDING + "%2f..%2f.."])
async def test_a_path_in_the_url_reaches_no_file(stage: Any, path: str) -> None:
    answer = await stage.ask(f"/2010-04-01/Accounts/{MINE}/Recordings/{path}")
    assert answer.status == 404


async def test_an_absolute_path_inside_the_folder_is_served(stage: Any, make_tone: Tone) -> None:
    make_tone(stage.folder / "a.wav", 1.0)
    stage.add(str(stage.folder / "a.wav"))
    assert (await stage.media()).status == 200


def two_tones(path: Path, seconds: float = 2.0) -> None:
    """440 Hz on the left, 1000 Hz on the right."""
    times = numpy.arange(round(seconds * 8000)) / 8000
    sides = [(8000 * numpy.sin(2 * numpy.pi * hertz * times)).astype("<i2") for hertz in (440, 1000)]
    with wave.open(str(path), "wb") as writer:
        writer.setnchannels(2)
        writer.setsampwidth(2)
        writer.setframerate(8000)
        writer.writeframes(numpy.stack(sides, axis=1).tobytes())


def tones_in(samples: "numpy.ndarray[Any, Any]", rate_hz: int = 8000) -> set[int]:
    """The two loudest frequencies, as long as each is loud."""
    spectrum = numpy.abs(numpy.fft.rfft(samples * numpy.hanning(len(samples)))) * 2 / len(samples)
    return {round(int(at) * rate_hz / len(samples)) for at in numpy.flatnonzero(spectrum > 2000)}


@pytest.mark.parametrize(
    ("query", "conference", "channels"),
    [
        ("", None, 2),
        ("?RequestedChannels=2", None, 2),
        ("?RequestedChannels=1", None, 1),
        ("", "CF" + "1" * 32, 1),
        ("?RequestedChannels=2", "CF" + "1" * 32, 2),
    ],
)
async def test_requested_channels_are_given_and_a_conference_is_mono_unless_asked(
    stage: Any, query: str, conference: str | None, channels: int
) -> None:
    two_tones(stage.folder / "a.wav")
    stage.add(channels=2, conference_sid=conference)
    answer = await stage.media(f".wav{query}")
    with wave.open(io.BytesIO(answer.body)) as reader:
        assert (reader.getnchannels(), reader.getnframes()) == (channels, 16000)
        samples = numpy.frombuffer(reader.readframes(16000), "<i2").reshape(-1, channels)
    expected = [{440, 1000}] if channels == 1 else [{440}, {1000}]
    assert [{at for at in tones_in(samples[:, side]) if at in (440, 1000)} for side in range(channels)] == expected


async def test_the_mp3_of_the_mix_is_mono_and_is_kept_beside_that_of_both_channels(stage: Any, tmp_path: Path) -> None:
    two_tones(stage.folder / "a.wav", 3.0)
    stage.add(channels=2)
    mixed, dual = await stage.media(".mp3?RequestedChannels=1"), await stage.media(".mp3")
    assert len(mixed.body) == pytest.approx(len(dual.body) / 2, rel=0.1), "32 kbit/s a channel"
    assert {path.name for path in stage.folder.iterdir()} == {"a.wav", "a.mp3", "a.mono.mp3"}
    (tmp_path / "b.mp3").write_bytes(mixed.body)
    await asyncio.to_thread(decode_with_lame, tmp_path / "b.mp3", tmp_path / "b.wav")
    with wave.open(str(tmp_path / "b.wav")) as reader:
        samples = numpy.frombuffer(reader.readframes(reader.getnframes()), "<i2")
        rate, channels = reader.getframerate(), reader.getnchannels()
    middle = samples.reshape(-1, channels)[rate : 2 * rate, 0]
    assert {440, 1000} <= tones_in(middle, rate)


@pytest.mark.parametrize("suffix", ["", ".wav", ".mp3"])
async def test_two_channels_of_one_are_16113(stage: Any, make_tone: Tone, suffix: str) -> None:
    make_tone(stage.folder / "a.wav", 1.0)
    stage.add()
    assert error_of(await stage.media(f"{suffix}?RequestedChannels=2")) == (400, 16113)
    assert (await stage.media(f"{suffix}?RequestedChannels=1")).status == 200


@pytest.mark.parametrize("number", ["0", "3", "two", "-1"])
async def test_other_numbers_of_channels_are_20001_and_credentials_count_first(
    stage: Any, make_tone: Tone, number: str
) -> None:
    make_tone(stage.folder / "a.wav", 1.0)
    stage.add()
    assert error_of(await stage.media(f".wav?RequestedChannels={number}")) == (400, 20001)
    assert error_of(await stage.media(f".wav?RequestedChannels={number}", user=None)) == (401, 20003)


@pytest.mark.parametrize(("start", "stop"), [(0, 16044), (10, 60), (44, 45), (45, 46), (47, 4099), (16000, 16044)])
async def test_any_part_of_the_mix_is_that_part_of_the_whole(stage: Any, start: int, stop: int) -> None:
    two_tones(stage.folder / "a.wav", 1.0)
    stage.add(channels=2)
    whole = (await stage.media(".wav?RequestedChannels=1")).body
    assert len(whole) == 16044
    part = await stage.media(".wav?RequestedChannels=1", Range=f"bytes={start}-{stop - 1}")
    assert (part.status, part.body) == (206, whole[start:stop])


async def test_the_mix_is_the_sum_that_does_not_overflow(stage: Any) -> None:
    with wave.open(str(stage.folder / "a.wav"), "wb") as writer:
        writer.setnchannels(2)
        writer.setsampwidth(2)
        writer.setframerate(8000)
        writer.writeframes(numpy.array([[30000, 10000], [-30000, -10000], [3, -5]], "<i2").tobytes())
    stage.add(channels=2)
    body = (await stage.media(".wav?RequestedChannels=1")).body
    assert numpy.frombuffer(body[44:], "<i2").tolist() == [32767, -32768, -2]


async def test_the_mix_of_a_recording_that_is_still_made_is_served_as_far_as_it_is(stage: Any) -> None:
    two_tones(stage.folder / "a.wav", 1.0)
    stage.add(channels=2, status=RecordingStatus.PAUSED)
    with (stage.folder / "a.wav").open("ab") as file:
        file.write(b"\x01\x02\x03\x04" * 1000 + b"\x05")
    with wave.open(io.BytesIO((await stage.media(".wav?RequestedChannels=1")).body)) as reader:
        assert reader.getnframes() == 9000


async def test_a_setting_lets_everybody_hear_who_knows_the_url(stage: Any, make_tone: Tone) -> None:
    """rest-api.md section 2: what is known of a recording needs credentials all the same."""
    make_tone(stage.folder / "a.wav", 1.0)
    stage.add()
    object.__setattr__(stage.services, "public_recordings", True)
    for suffix in ("", ".wav", ".mp3"):
        assert (await stage.media(suffix, user=None)).status == 200
    assert (await stage.media(".wav", user=(MINE, "wrong"))).status == 200
    for suffix in (".json", ".xml", ".csv"):
        assert (await stage.media(suffix, user=None)).status == 401
    assert error_of(await stage.media(".wav", account=OTHER, user=None)) == (404, 20404)
    assert error_of(await stage.media(".wav", sid="RE" + "b" * 32, user=None)) == (404, 20404)
    assert (await stage.media(user=None, method="DELETE")).status == 401
