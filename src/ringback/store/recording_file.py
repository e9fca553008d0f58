"""The files of a recording: the WAV that the engine writes, and what was made of it and lies beside it."""

from pathlib import Path

MP3_SUFFIXES = (".mp3", ".mono.mp3")


def path_inside(folder: Path, path: str) -> Path | None:
    """The file that a recording names, or None when it is not in the folder of recordings."""
    root = folder.resolve()
    resolved = (root / path).resolve()
    return resolved if resolved.is_relative_to(root) and resolved != root else None


def mp3_beside(wav: Path, *, is_mixed: bool) -> Path:
    """Where the MP3 of a recording lies, or that of its two channels mixed into one."""
    return wav.with_suffix(MP3_SUFFIXES[is_mixed])


def remove_files(folder: Path, path: str) -> None:
    """Take away what there is of a recording. Raises `OSError`."""
    wav = path_inside(folder, path)
    if wav is not None:
        wav.unlink(missing_ok=True)
        for suffix in MP3_SUFFIXES:
            wav.with_suffix(suffix).unlink(missing_ok=True)
