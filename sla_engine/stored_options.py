"""The options of a command that takes its facts from files or, with `--stored`, from the store. Pure."""

from __future__ import annotations

import argparse
import os

from facilities.inventory import Inventory, inventory_path, read_inventory
from sla_engine.fact_options import FILES
from store.errors import InputError


def add_subject_options(parser: argparse.ArgumentParser, *, period: str) -> None:
    """Adds `--agreement` and `--period`, of which `period` says what may be given."""
    parser.add_argument(
        "--agreement", metavar="FILE|ID", required=True, help="the agreement (TOML); with --stored its id"
    )
    parser.add_argument("--period", metavar="PERIOD", required=True, help=period)


def add_stored_options(parser: argparse.ArgumentParser) -> None:
    """Adds `--stored` and the inventory that then has the agreement."""
    parser.add_argument("--stored", action="store_true", help="the facts of the store, not of files")
    parser.add_argument("--inventory", metavar="DIR", help="inventory folder (P2I_INVENTORY; default: the real parks)")


def refuse_files(options: argparse.Namespace, *also: str) -> None:
    """Refuses each file, and the options `also`, beside `--stored`."""
    for name in (*FILES, *also):
        if getattr(options, name) is not None:
            raise InputError(f"--{name.replace('_', '-')}: not with --stored, which reads the store")


def inventory_of_agreement(options: argparse.Namespace) -> Inventory:
    """The inventory, which has the agreement that `--agreement` names."""
    inventory = read_inventory(inventory_path(options.inventory, os.environ))
    if options.agreement not in inventory.agreements:
        raise InputError(f'--agreement: no agreement "{options.agreement}" in {inventory.path}')
    return inventory
