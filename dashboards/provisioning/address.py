"""Where Grafana's data sources find the database: a URI without user and password, as libpq writes it."""

from urllib.parse import parse_qsl, unquote, urlsplit

from dashboards.provisioning.wanted import Address
from store.errors import InputError

_FORM = "postgresql://HOST[:PORT]/DATABASE[?sslmode=…]"
_FILES = {"sslrootcert": "sslRootCertFile", "sslcert": "sslCertFile", "sslkey": "sslKeyFile"}
_MODES = ("disable", "require", "verify-ca", "verify-full")


def address_of(uri: str) -> Address:
    """`postgresql://HOST[:PORT]/DATABASE[?sslmode=…&sslrootcert=…]` as Grafana has it; sslmode is at first verify-full.

    `postgresql:///DATABASE?host=/run/postgresql` is a Unix socket, which knows no TLS. Files are those of Grafana's
    machine. Raises InputError for anything else, a user or a password above all: each organisation has its own.
    """
    parts = urlsplit(uri)
    if "@" in parts.netloc:
        raise InputError(f"{uri.rpartition('@')[2]}: without user and password; each organisation has its own")
    options = dict(parse_qsl(parts.query))
    folder, host, name = options.pop("host", ""), unquote(parts.hostname or ""), unquote(parts.path.strip("/"))
    if parts.scheme not in ("postgresql", "postgres") or bool(host) == folder.startswith("/") or not name:
        raise InputError(f"{uri}: not {_FORM}")
    options = {"sslmode": "disable" if folder else "verify-full"} | options
    if unknown := options.keys() - {"sslmode", *_FILES}:
        raise InputError(f"{uri}: unknown option {min(unknown)}")
    if options["sslmode"] not in _MODES:
        raise InputError(f"{uri}: sslmode is one of {', '.join(_MODES)}")
    try:
        port = parts.port or 5432
    except ValueError as error:
        raise InputError(f"{uri}: the port is no number up to 65535") from error
    json_data = {"database": name, "sslmode": options["sslmode"]}
    if options["sslmode"] != "disable":
        json_data["tlsConfigurationMethod"] = "file-path"
        json_data |= {word: options[option] for option, word in _FILES.items() if option in options}
    bracketed = f"[{host}]" if ":" in host else host
    return Address(folder or f"{bracketed}:{port}", json_data)
