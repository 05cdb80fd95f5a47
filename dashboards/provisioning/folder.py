"""Writes the exported files into a folder: new ones whole, passwords closed, what is no longer exported removed."""

import os
from pathlib import Path

from dashboards.provisioning.export import Files
from store.errors import InputError

_OURS = ("dashboards", "passwords", "provisioning")


def write_folder(folder: Path, files: Files) -> tuple[int, int]:
    """Returns how many files were written and removed; those that are the same already are left alone."""
    written = removed = 0
    try:
        for path, text in files.secret.items():
            written += _write(folder / path, text, 0o600)
        for path, text in files.open.items():
            written += _write(folder / path, text, 0o644)
        wanted = {folder / path for path in (*files.open, *files.secret)}
        for ours in _OURS:
            for file in sorted((folder / ours).rglob("*")):
                if file.is_file() and file not in wanted:
                    file.unlink()
                    removed += 1
    except OSError as error:
        raise InputError(f"{error.filename or folder}: {error.strerror}") from error
    return written, removed


def _write(file: Path, text: str, mode: int) -> bool:
    if file.is_file() and file.read_text(encoding="utf-8") == text and file.stat().st_mode & 0o777 == mode:
        return False
    file.parent.mkdir(parents=True, exist_ok=True)
    # Grafana may look at any moment: it finds the old file or the new one, and no password that others may read.
    new = file.with_name(f".{file.name}.new")
    new.unlink(missing_ok=True)
    with open(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode), "w", encoding="utf-8") as opened:
        opened.write(text)
    new.chmod(mode)
    new.replace(file)
    return True
