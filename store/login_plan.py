"""Who shall be able to log in and read, and what of it is to be made, kept or removed. Pure."""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

Audience = Literal["tenant", "organisation", "authority", "auditor", "operator"]
Key = tuple[str, str | None]
"""What a login is for: its audience and, of several, the code of the tenant or organisation."""

ROLE_NAME = re.compile(r"r_[0-9a-f]{12}")
_SCRAM = re.compile(r"SCRAM-SHA-256\$(\d+):([^$]+)\$([^:]+):(.+)")


class Scope(NamedTuple):
    """One thing a login sees: a tenant, a park, sums over tenants, or everything."""

    tenant: str | None = None
    facility: str | None = None
    sees_everything: bool = False
    sees_aggregates: bool = False


class WantedLogin(NamedTuple):
    """A login that shall exist; `name` is for people and never reaches the database."""

    audience: Audience
    code: str | None
    name: str
    scopes: tuple[Scope, ...]

    @property
    def key(self) -> Key:
        return self.audience, self.code

    @property
    def label(self) -> str:
        """`tenant locataire-a`, or `operator`, of which there is one."""
        return " ".join(filter(None, self.key))


class Change(NamedTuple):
    """One thing about a subject, such as `tenant acme`, as it is told once done and as long as it is only planned."""

    subject: str
    done: str
    due: str


class Plan(NamedTuple):
    """`kept` and `made` in the order wanted; `removed` are the roles that nobody is wanted for any more."""

    kept: tuple[tuple[str, WantedLogin], ...]
    made: tuple[WantedLogin, ...]
    removed: tuple[tuple[str, Key], ...]


def plan(there: Mapping[Key, str], wanted: Sequence[WantedLogin]) -> Plan:
    """What to do about the roles that are there, by what each is for."""
    keys = {login.key for login in wanted}
    return Plan(
        tuple((there[login.key], login) for login in wanted if login.key in there),
        tuple(login for login in wanted if login.key not in there),
        tuple((role, key) for key, role in there.items() if key not in keys),
    )


def is_password(verifier: str | None, password: str) -> bool:
    """Whether the server's SCRAM-SHA-256 verifier (RFC 5803) is this password's; passwords of ours are ASCII."""
    match = _SCRAM.fullmatch(verifier or "")
    if match is None:
        return False
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), base64.b64decode(match[2]), int(match[1]))
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    return hmac.compare_digest(stored, base64.b64decode(match[3]))


def sentences(changes: Iterable[Change], *, are_done: bool) -> list[str]:
    """One line per subject: `subject: change, change`."""
    gathered: dict[str, list[str]] = {}
    for change in changes:
        gathered.setdefault(change.subject, []).append(change.done if are_done else change.due)
    return [f"{subject}: {', '.join(said)}" for subject, said in gathered.items()]
