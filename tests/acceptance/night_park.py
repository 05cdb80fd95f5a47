"""The inventory of the bad night: forty circuits of four tenants behind one uplink, and two circuits elsewhere."""

import shutil
from pathlib import Path

from facilities.inventory import DEMO_INVENTORY

BEHIND, ELSEWHERE = "casanearshore", "technopolis"
FLAPPING, IN_WORKS = "tech-flap", "tech-works"
TENANTS = ("locataire-a", "locataire-b", "locataire-c", "locataire-d")
STEP_SECONDS, STEPS = 1, 10
"""Δt and n: an outage is certain after ten seconds instead of a hundred."""

CIRCUITS = {f"casa-{number:02d}": TENANTS[number % 4] for number in range(40)}
"""The circuits behind the uplink and whose each is."""
EVERY_CIRCUIT = {**CIRCUITS, FLAPPING: "locataire-e", IN_WORKS: "locataire-f"}


def write_inventory(folder: Path) -> Path:
    """Writes the inventory into `folder` and returns it; people, organisations and parks are those of the demo."""
    shutil.copytree(DEMO_INVENTORY, folder)
    shutil.rmtree(folder / "agreements")
    (folder / "agreements").mkdir()
    for name in ("probes", "feeds", "sensors"):
        (folder / f"{name}.toml").unlink()
    (folder / "zones.toml").write_text("", encoding="utf-8")
    (folder / "circuits.toml").write_text("".join(map(_circuit, EVERY_CIRCUIT.items())), encoding="utf-8")
    (folder / "topology.toml").write_text(
        f'[[element]]\ncode = "casa-uplink"\nkind = "uplink"\nlabel = "Liaison amont"\nfacility = "{BEHIND}"\n'
        f"circuits = {list(CIRCUITS)!r}\n".replace("'", '"'),
        encoding="utf-8",
    )
    for tenant in dict.fromkeys(EVERY_CIRCUIT.values()):
        (folder / "agreements" / f"{tenant}.toml").write_text(_agreement(tenant), encoding="utf-8")
    return folder


def _circuit(of: tuple[str, str]) -> str:
    code, tenant = of
    facility = BEHIND if code in CIRCUITS else ELSEWHERE
    # Two carriers behind the uplink: what the cut circuits share is the uplink and nothing less.
    carrier = "operateur-b" if facility == ELSEWHERE or int(code[-2:]) % 2 else "operateur-a"
    return (
        f'[[circuit]]\ncode = "{code}"\nlabel = "{code}"\nfacility = "{facility}"\ntenant = "{tenant}"\n'
        f'carrier = "{carrier}"\ninfrastructure_carrier = {{ unknown = true }}\na_end = "local technique"\n'
        f'z_end = "point de présence"\ncir_bps = 100_000_000\nleg = "single"\norigin = "simulated"\n\n'
    )


def _agreement(tenant: str) -> str:
    """Its target is low and an hour of good history is there, so that nothing but outages is told that night."""
    circuits = [code for code, whose in EVERY_CIRCUIT.items() if whose == tenant]
    facility = BEHIND if circuits[0] in CIRCUITS else ELSEWHERE
    head = (
        f'[agreement]\nid = "NUIT-{tenant}"\ntenant = "{tenant}"\nfacility = "{facility}"\n'
        'time_zone = "Africa/Casablanca"\nstarts_on = 2026-01-01\nmonthly_fee = "10000.00"\ncurrency = "MAD"\n\n'
        "[agreement.maintenance]\nnotice_hours = 0\nmonthly_quota_hours = 8\n"
    )
    return head + "".join(
        f'\n[[objective]]\nid = "availability-{code}"\ncircuit = "{code}"\nindicator = "availability"\n'
        f'interval_seconds = {STEP_SECONDS}\nconsecutive_intervals = {STEPS}\ntarget_percent = "95"\n'
        'min_coverage_percent = "95"\n'
        'credits = [{ at_least_percent = "0", below_percent = "95", credit_percent = "5" }]\n'
        for code in circuits
    )
