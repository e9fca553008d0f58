"""What is wrong with the settings, all of it at once, in sentences that name the key, the value and what is allowed."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingProblem:
    """One wrong setting. `key` is written as in the file: `domain[0].voice_url`."""

    key: str
    sentence: str

    def __str__(self) -> str:
        return self.sentence


class SettingsError(Exception):
    """The settings cannot be used; nothing was started. `str()` has one problem to a line."""

    def __init__(self, problems: tuple[SettingProblem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems
