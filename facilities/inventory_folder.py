"""What the folder of an inventory may hold: the names of its files, and nothing else."""

from __future__ import annotations

from pathlib import Path

from facilities.inventory_toml import mistake
from store.errors import InputError

FILES = (
    "inventory.toml",
    "sources.toml",
    "organisations.toml",
    "parks.toml",
    "tenants.toml",
    "zones.toml",
    "circuits.toml",
    "probes.toml",
    "feeds.toml",
    "sensors.toml",
    "topology.toml",
    "bands.toml",
)
"""Every file of an inventory besides the two folders, in the order of reading; the last five may be absent."""
FOLDERS = ("agreements", "calendars")
"""Folders of one file per agreement, and per calendar; both may be absent."""


def refuse_other_files(folder: Path) -> None:
    """A TOML file under another name would be read by nobody, and its author would believe it was."""
    if not folder.is_dir():
        raise InputError(f"{folder}: no such inventory folder")
    for file in sorted(folder.rglob("*.toml")):
        place = file.relative_to(folder)
        hidden = any(part.startswith(".") for part in place.parts)  # an editor's, or a mount's own copies
        in_folder = len(place.parts) == 2 and place.parts[0] in FOLDERS
        if place.as_posix() not in FILES and not in_folder and not hidden:
            known = ", ".join((*FILES, *(f"{name}/*.toml" for name in FOLDERS)))
            raise mistake(file, f"not a file of an inventory ({known})")
