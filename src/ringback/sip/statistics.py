"""What an endpoint counts, of input that left no other trace."""

from dataclasses import dataclass, fields


@dataclass(slots=True, kw_only=True)
class Statistics:
    """Counts since the start, of what left no other trace."""

    received: int = 0
    malformed_dropped: int = 0
    malformed_answered: int = 0
    refused_as_wrong: int = 0
    stray_responses: int = 0
    stray_acks: int = 0
    refused_by_screen: int = 0
    refused_for_load: int = 0

    def as_dict(self) -> dict[str, int]:
        return {field.name: getattr(self, field.name) for field in fields(self)}
