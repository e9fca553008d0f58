"""Twilio's edges: where in the world a name such as `demo.sip.tokyo.example` reaches it (sip.md AD-04).

There is one place here, so an edge in the name of a SIP Domain says nothing and is left out.
"""

from collections.abc import Iterator

_PLACES = (
    "ashburn", "umatilla", "san-jose", "dublin", "frankfurt", "singapore", "tokyo", "sao-paulo", "sydney", "roaming",
    "us1", "us2", "ie1", "de1", "sg1", "jp1", "br1", "au1",
)  # fmt: skip
EDGES = frozenset(_PLACES) | {f"{place}-ix" for place in _PLACES}
"""With the older names of regions, and the `-ix` forms of private interconnects."""

MAX_NAME = 253
"""The longest host name that there is (RFC 1035 section 2.3.4); a longer one names no edge."""


def names_without_edge(host: str) -> Iterator[tuple[str, str]]:
    """Each name that `host` is when one edge behind its first label is left out, with that edge."""
    if len(host) > MAX_NAME:
        return
    first, *labels = host.lower().split(".")
    for position, label in enumerate(labels):
        if label in EDGES:
            yield ".".join([first, *labels[:position], *labels[position + 1 :]]), label
