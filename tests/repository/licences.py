"""The licences of everything installed at run time; GPL and AGPL are refused there (LGPL is a library's licence)."""

import json
import re
import subprocess
import sys
from importlib.metadata import requires
from pathlib import Path

from packaging.requirements import Requirement

REFUSED = re.compile(r"(?<!L)(?<!Lesser )(AGPL|GPL|GNU (Affero )?General Public)", re.IGNORECASE)
# Alternatives are the licensee's choice: "GPL or MIT" is MIT for us.
ALTERNATIVE = re.compile(r"\sOR\s|;")


def runtime_packages(root: str = "p2i") -> set[str]:
    """The names of the distributions that `root` needs at run time, itself excluded, whatever extras bring."""
    found: set[str] = set()
    queue = [(root, frozenset[str]())]
    while queue:
        name, extras = queue.pop()
        for text in requires(name) or []:
            needed = Requirement(text)
            environments: list[dict[str, str]] = [{"extra": extra} for extra in ("", *extras)]
            if needed.marker and not any(needed.marker.evaluate(environment) for environment in environments):
                continue
            key = needed.name.lower().replace("_", "-")
            if key not in found:
                found.add(key)
                queue.append((needed.name, frozenset(needed.extras)))
    return found


def refused(licence: str) -> bool:
    """Whether a licence text as packages state it leaves no choice but GPL or AGPL."""
    return all(REFUSED.search(part) for part in ALTERNATIVE.split(licence))


def main() -> int:
    """Prints one line per licence; 1 when a run-time dependency's licence is refused or unknown."""
    command = [str(Path(sys.executable).parent / "pip-licenses"), "--format=json", "--from=mixed", "--with-system"]
    listed = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    licences = {row["Name"].lower().replace("_", "-"): row["License"] for row in listed}
    needed = runtime_packages()
    by_licence: dict[str, list[str]] = {}
    for name in sorted(needed):
        by_licence.setdefault(licences.get(name, "UNKNOWN"), []).append(name)
    for licence, names in sorted(by_licence.items()):
        print(f"licence {licence}: {', '.join(names)}")
    wrong = [licence for licence in by_licence if licence == "UNKNOWN" or refused(licence)]
    for licence in wrong:
        print(f"refused at run time: {licence} ({', '.join(by_licence[licence])})", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
