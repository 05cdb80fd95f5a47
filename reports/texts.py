"""The text an agreement was scored by: the rules on a statement are those applied, whatever the inventory says now."""

from __future__ import annotations

import hashlib

from facilities.agreement import Agreement
from facilities.agreement_toml import agreement_from_toml
from facilities.inventory import Inventory
from store.agreement_texts import read_agreement_texts
from store.connection import Connection
from store.errors import InputError
from store.verdict_rows import ScoreRow


def scored_by(connection: Connection, inventory: Inventory, row: ScoreRow) -> Agreement:
    """The agreement the score was made by: the text kept under its hash, else that of the inventory with this hash.

    InputError when neither has it, and for an agreement that is not in the inventory: its names could not be printed.
    """
    if row.agreement not in inventory.agreements:
        raise InputError(f'{inventory.path}: no agreement "{row.agreement}", which the score is of')
    kept = read_agreement_texts(connection, [row.agreement_sha256]).get(row.agreement_sha256)
    if kept is not None:
        return agreement_from_toml(kept.text.encode(), f"agreement_text {kept.sha256}")
    for agreement in inventory.versions[row.agreement]:
        if hashlib.sha256(inventory.agreement_text(agreement)).hexdigest() == row.agreement_sha256:
            return agreement
    file = inventory.agreement_files[row.agreement]
    raise InputError(f"{file}: is not the text it was scored by; let the engine score the period again")
