"""The built module is what `_engine.pyi` says, and it refuses what it cannot do."""

import ast
import asyncio
import inspect
from pathlib import Path

import pytest
import uvloop

from ringback.media import _engine
from ringback.media._engine import Clip, DecodeError, Engine, EngineError
from ringback.media.engine import MediaEngine
from tests.integration.media.conftest import PORTS, PhoneShop, share, sine

STUB = Path(_engine.__file__).with_name("_engine.pyi")


def declared() -> dict[str, dict[str, list[str]]]:
    """Class to method to parameter names, of the stub. `*` stands where keyword-only parameters begin."""
    classes = [node for node in ast.parse(STUB.read_text()).body if isinstance(node, ast.ClassDef)]
    return {
        node.name: {item.name: names(item.args) for item in node.body if isinstance(item, ast.FunctionDef)}
        for node in classes
    }


def names(arguments: ast.arguments) -> list[str]:
    positional = [argument.arg for argument in arguments.args if argument.arg != "self"]
    keyword = [argument.arg for argument in arguments.kwonlyargs]
    return positional + (["*", *keyword] if keyword else [])


def built(function: object) -> list[str]:
    found: list[str] = []
    for parameter in inspect.signature(function).parameters.values():  # type: ignore[arg-type]
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY and "*" not in found:
            found.append("*")
        found.append(parameter.name)
    return [name for name in found if name != "self"]


@pytest.mark.parametrize("name", ["Clip", "Engine"])
def test_the_stub_names_every_method_and_parameter(name: str) -> None:
    kind = getattr(_engine, name)
    public = {member for member in vars(kind) if not member.startswith("_")}
    stub = declared()[name]
    assert public == {member for member in stub if not member.startswith("_")}
    for method, parameters in stub.items():
        if method == "__init__":
            assert built(kind) == parameters
        elif callable(getattr(kind, method)):
            assert sorted(built(getattr(kind, method))) == sorted(parameters), method


def test_the_module_has_what_the_stub_declares_and_nothing_else() -> None:
    tree = ast.parse(STUB.read_text())
    stub = {node.name for node in tree.body if isinstance(node, ast.ClassDef)} | {"BUILD_INFO"}
    assert {name for name in vars(_engine) if not name.startswith("_")} == stub
    assert _engine.BUILD_INFO["profile"] == "release"


def test_misuse_is_an_engine_error_that_says_what_is_wrong() -> None:
    engine = Engine()
    leg, port = engine.open_leg(address="127.0.0.1", port_low=PORTS[0], port_high=PORTS[1])
    clip = Clip.silence(0.1)

    def connect(address: str = "127.0.0.1", codec: str = "PCMU", payload: int = 0, way: str = "sendrecv") -> None:
        engine.connect_leg(
            leg,
            remote_address=address,
            remote_port=port,
            codec=codec,  # type: ignore[arg-type]
            payload_type=payload,
            dtmf_payload_type=None,
            direction=way,  # type: ignore[arg-type]
        )

    for act, words in (
        (lambda: engine.play(leg + 1, clip), "no leg"),
        (lambda: connect(address="phone.example"), "IP address"),
        (lambda: connect(codec="OPUS"), "PCMU, PCMA"),
        (lambda: connect(payload=128), "127"),
        (lambda: connect(way="both"), "sendrecv"),
        (lambda: engine.bridge(leg, leg), "itself"),
        (lambda: engine.send_digits(leg, "1" * 501), "500"),
        (lambda: engine.send_digits(leg, "1", tone_ms=1), "tone_ms"),
        (lambda: engine.watch_silence(leg, 0), "silence"),
        (lambda: engine.start_recording(leg, "/tmp/x.wav", what="all"), "dual"),  # type: ignore[arg-type]
        (lambda: engine.start_recording(leg, "/tmp/x.wav", max_seconds=float("nan")), "max_seconds"),
        (lambda: Engine(threads=0), "threads"),
    ):
        with pytest.raises(EngineError, match=words):
            act()
    engine.close()
    engine.close()
    with pytest.raises(EngineError, match="closed"):
        engine.stop_playback(leg)


def test_orders_for_what_is_over_do_nothing() -> None:
    engine = Engine()
    leg, _ = engine.open_leg(address="127.0.0.1", port_low=PORTS[0], port_high=PORTS[1])
    watch = engine.watch_silence(leg, 1)
    engine.close_leg(leg)
    engine.unwatch_silence(watch)
    engine.stop_recording(watch)
    engine.close()


def test_events_that_nobody_polls_are_counted() -> None:
    engine = Engine(event_capacity=4)
    leg, _ = engine.open_leg(address="127.0.0.1", port_low=PORTS[0], port_high=PORTS[1])
    for _ in range(10):
        engine.play(leg, Clip.silence(1))
    engine.close()
    events = engine.poll_events()
    assert len(events) == 5
    assert events[-1] == ("overflow", -1, 10 + 1 - 4)


def test_a_clip_is_what_went_into_it() -> None:
    pcm = sine(440, 0.5).tobytes()
    assert Clip.from_pcm(pcm, 8000).pcm() == pcm
    assert abs(Clip.from_pcm(pcm, 16000).seconds - 0.25) < 0.001
    assert Clip.silence(0.02).pcm() == bytes(320)
    assert Clip.tone([350, 440], 1.0).seconds == 1.0
    with pytest.raises(ValueError, match="whole"):
        Clip.from_pcm(b"\0", 8000)
    with pytest.raises(ValueError, match="3600"):
        Clip.silence(-1)
    with pytest.raises(DecodeError):
        Clip.decode(b"not audio at all")


def test_the_engine_works_under_uvloop() -> None:
    async def play() -> float:
        engine = MediaEngine(ports=PORTS)
        leg = engine.open_leg()
        open_phone = PhoneShop()
        phone = await open_phone(leg)
        await leg.play(Clip.tone([440.0], 0.4))
        await asyncio.sleep(0.05)
        await engine.close()
        open_phone.close()
        loud = int((abs(phone.heard) > 500).argmax())
        return share(phone.heard[loud : loud + 2400], 440)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(play()) > 0.97
