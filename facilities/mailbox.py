"""Who a mail is from or to: a name and an address, read strictly. Pure."""

from __future__ import annotations

import re
import unicodedata
from email.headerregistry import Address as Mailbox

__all__ = ["Mailbox", "mailbox"]

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\U0010ffff-]+"
_WRITTEN = re.compile(
    r"(?:(?P<name>.*?)\s*<(?P<named>[^<>\s]+)>|(?P<plain>[^<>\s]+))", re.DOTALL
)  # fmt: skip
_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?", re.ASCII)


def mailbox(written: str) -> Mailbox:
    """The mailbox that `NAME <USER@DOMAIN>` or `USER@DOMAIN` writes; ValueError for anything else.

    One address with a plain user, as every mail server takes it: no quoted user, no domain in brackets (RFC 5321
    §4.1.2 allows both, nobody has one). A domain of other than ASCII letters becomes what is asked of the DNS
    (`xn--…`); a user of such letters stays, and needs a server with SMTPUTF8 (RFC 6531). A name may not hide signs that
    cannot be seen.
    """
    found = _WRITTEN.fullmatch(written.strip())
    if found is None:
        raise ValueError("is not NAME <USER@DOMAIN>")
    user, at, domain = (found["named"] or found["plain"]).rpartition("@")
    name = _unquoted(found["name"] or "")
    if not at or not _LOCAL.fullmatch(user) or len(user.encode()) > 64 or not user.isprintable():
        raise ValueError("is not NAME <USER@DOMAIN>")
    for sign in found["name"] or "":
        if not sign.isprintable() and not _is_blank(sign):
            raise ValueError(f"has a sign in its name that cannot be seen (U+{ord(sign):04X})")
    return Mailbox(display_name=name, username=user, domain=_in_ascii(domain))


def _is_blank(sign: str) -> bool:
    """Whether it is a blank within a line, as French writes some before a colon."""
    return unicodedata.category(sign) == "Zs"


def _unquoted(name: str) -> str:
    plain = " ".join(name.split())
    if len(plain) >= 2 and plain[0] == plain[-1] == '"':
        return re.sub(r"\\(.)", r"\1", plain[1:-1])
    return plain


def _in_ascii(domain: str) -> str:
    try:
        plain = domain.encode("idna").decode("ascii")
    except UnicodeError:
        plain = ""
    if not plain or len(plain) > 253 or not all(map(_LABEL.fullmatch, plain.split("."))):
        raise ValueError(f'has no domain that can exist: "{domain}"')
    return plain
