"""The end of the demo: the simulated month is closed, its statements are issued, and one is verified again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

FOUND = (0, 1)
"""Of `p2i closing run --once`: 1 says that something waits for a person, as a month without enough data does."""


class DemoClosing:
    """Closes a month with the words that an operator would type; `p2i` runs one, and their output goes to a log."""

    def __init__(self, home: Path, month: str, p2i: Callable[..., None], logs: Path) -> None:
        self.folder = home / "statements"
        self.environment = {
            "P2I_STATEMENTS": str(self.folder),
            "P2I_RECIPIENTS": str(home / "recipients.toml"),
            "P2I_KEYS": str(home / "keys"),
        }
        self._home, self._month, self._p2i, self._log = home, month, p2i, logs / "closing.log"

    def close(self, tenants: Sequence[str]) -> str:
        """Publishes what is due and issues the statements of these tenants; returns what to say of it."""
        (self._home / "recipients.toml").write_text(
            "".join(f'[[tenant]]\ntenant = "{each}"\nfrom = "{self._month}"\nto = []\n\n' for each in tenants)
        )
        self._p2i("keys", "new", log=self._log)
        self._p2i("closing", "run", "--once", log=self._log, ends=FOUND)
        issued = len(self._issued())
        said = f"closed {self._month}: {issued} of {len(tenants)} statements issued and signed"
        left = len(tenants) - issued
        return f"{said}; {left} left to a person, for too little was measured" if left else said

    def verify(self) -> str:
        """Verifies one of them, with every figure again from its evidence; returns what to say of it."""
        issued = self._issued()
        if not issued:
            return "no statement to verify: each month waits for a person to look at it"
        manifest = issued[-1]
        evidence = manifest.with_name(manifest.name.replace(".manifest.json", ".evidence.zip"))
        ring = self._home / "keys" / "keys.json"
        self._p2i("verify", str(manifest), "--keys", str(ring), "--recompute", str(evidence), log=self._log)
        return f"verified {manifest.name}: as it was written, and its evidence gives every figure again"

    def write_what_is_left(self, tenant: str, month: str) -> None:
        """Writes a provisional statement for a tenant of which none was issued: it runs, or a person has to look."""
        if not any((self.folder / tenant).glob("*.manifest.json")):
            out = str(self.folder / tenant)
            self._p2i("statement", "--tenant", tenant, "--period", month, "--out", out, log=self._log)

    def _issued(self) -> list[Path]:
        return sorted(self.folder.glob("*/*.manifest.json"))
