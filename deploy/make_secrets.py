"""Makes deploy/secrets/, once: random passwords for database, broker, Grafana and escalator; needs Python only.

    python3 deploy/make_secrets.py [PARK ...]

Every PARK (a park's code, such as casanearshore) becomes a user of the broker that may publish for that park; its
password is written to mqtt_PARK. What is there already is kept, so it is safe to run again for another park.
The folder is closed to everybody but its owner; the files in it are readable, because containers see them under
their own user numbers.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import re
import secrets
import sys
from pathlib import Path

FOLDER = Path(__file__).parent / "secrets"
ITERATIONS = 101  # of Mosquitto's own mosquitto_passwd


def main(argv: list[str] | None = None) -> int:
    """Makes what is missing and prints the names of the files made; 2 with one line for a code that is none."""
    parser = argparse.ArgumentParser(
        prog="make_secrets.py", description="Makes deploy/secrets/ for docker-compose.yml."
    )
    parser.add_argument("parks", nargs="*", metavar="PARK", help="code of a park whose gateways publish")
    parser.add_argument("--folder", type=Path, default=FOLDER, help=argparse.SUPPRESS)
    arguments = parser.parse_args(argv)
    for park in arguments.parks:
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}", park) or park in ("collectors", "health"):
            print(f'"{park}" cannot be a park: letters, digits, ".", "_" and "-" only', file=sys.stderr)
            return 2
    for made in make(arguments.folder, arguments.parks):
        print(made)
    return 0


def make(folder: Path, parks: list[str]) -> list[Path]:
    """Makes the secrets that are missing in `folder` and returns their files."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    made: list[Path] = []
    database = _password(folder / "postgres_password", made)
    for file, host in (("dsn", "timescaledb"), ("standby_dsn", "timescaledb_standby")):
        _write(folder / file, f"host={host} port=5432 dbname=p2i user=p2i password={database}\n", made)
    for one in ("standby_password", "grafana_password", "grafana_secret_key", "page_hook_secret"):
        _password(folder / one, made)
    files = {"collectors": "mqtt_password", "health": "mosquitto_health", **{park: f"mqtt_{park}" for park in parks}}
    accounts = folder / "mosquitto_passwords"
    known = accounts.read_text(encoding="utf-8").splitlines() if accounts.exists() else []
    names = {line.partition(":")[0] for line in known}
    lines = list(known)
    for user, file in files.items():
        password = _password(folder / file, made)
        if user not in names:
            lines.append(f"{user}:{hashed(password, secrets.token_bytes(12))}")
    if lines != known:
        # Replaced, not rewritten: nobody may write the old one, not even its owner, and the broker never reads half.
        new = accounts.with_suffix(".new")
        new.write_text("\n".join(lines) + "\n", encoding="utf-8")
        new.chmod(0o444)
        new.replace(accounts)
        made.append(accounts)
    return made


def hashed(password: str, salt: bytes) -> str:
    """The password as Mosquitto's password file holds it: PBKDF2 with HMAC-SHA-512 (`$7$iterations$salt$hash`)."""
    key = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ITERATIONS)
    return f"$7${ITERATIONS}${base64.b64encode(salt).decode()}${base64.b64encode(key).decode()}"


def _password(file: Path, made: list[Path]) -> str:
    if not file.exists():
        _write(file, secrets.token_urlsafe(32) + "\n", made)
    return file.read_text(encoding="utf-8").strip()


def _write(file: Path, text: str, made: list[Path]) -> None:
    if not file.exists():
        file.write_text(text, encoding="utf-8")
        file.chmod(0o444)
        made.append(file)


if __name__ == "__main__":
    sys.exit(main())
