"""Where the files of a recording lie, and that nothing outside their folder is touched."""

from pathlib import Path

import pytest

from ringback.store.recording_file import mp3_beside, path_inside, remove_files


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "recordings"
    (made / "AC1").mkdir(parents=True)
    return made


def test_an_mp3_lies_beside_and_that_of_the_mix_has_a_name_of_its_own() -> None:
    wav = Path("AC1/RE1.wav")
    assert [mp3_beside(wav, is_mixed=mixed).name for mixed in (False, True)] == ["RE1.mp3", "RE1.mono.mp3"]


def test_all_files_of_one_recording_go_and_no_other(folder: Path) -> None:
    for name in ("RE1.wav", "RE1.mp3", "RE1.mono.mp3", "RE11.wav", "RE2.wav"):
        (folder / "AC1" / name).touch()
    remove_files(folder, "AC1/RE1.wav")
    assert {file.name for file in (folder / "AC1").iterdir()} == {"RE11.wav", "RE2.wav"}
    remove_files(folder, "AC1/RE1.wav")


@pytest.mark.parametrize("path", ["../secret.wav", "AC1/../../secret.wav", "link.wav", ".", ""])
def test_what_is_outside_stays(folder: Path, path: str) -> None:
    secret = folder.parent / "secret.wav"
    secret.touch()
    (folder / "link.wav").symlink_to(secret)
    assert path_inside(folder, path) is None
    remove_files(folder, path)
    remove_files(folder, str(secret))
    assert secret.exists()
    assert folder.exists()
