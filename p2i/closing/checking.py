"""Looks at everything the closing job needs before it needs it: settings, keys, folder, mail server."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import datetime
from tempfile import TemporaryFile

from facilities.handing_over import reach
from p2i.closing.settings import Settings
from p2i.closing.work import manifest_path
from reports.key_folder import signing_key
from reports.manifest import file_findings
from reports.xlsx import require_xlsx
from store.connection import Connection
from store.errors import InputError
from store.migrations import require_current_schema
from store.statements import read_files, read_newest

MONTHS = 3
"""Of each tenant, of which the files are looked at."""


def check_lines(settings: Settings, now: datetime) -> Iterator[str]:
    """One line per thing that is as it must be; InputError or P2IError in one line at the first that is not."""
    addresses = sum(len(one.to) for one in settings.recipients.values())
    yield f"recipients: {len(settings.recipients)} tenants, {addresses} addresses"
    for one in settings.recipients.values():
        if not settings.agreements(one.tenant):
            raise InputError(f"{one.tenant}: is among the recipients and has no agreement in {settings.inventory.path}")
    key = signing_key(settings.keys, now)
    yield f"key: {key.key}" if key is not None else "key: none (P2I_KEYS); statements are not signed"
    try:
        settings.folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=settings.folder):
            pass
        room = os.statvfs(settings.folder)
    except OSError as error:
        raise InputError(f"{settings.folder}: {error.strerror}") from error
    yield f"folder: {settings.folder}, {room.f_bavail * room.f_frsize // 1_000_000} MB free"
    if "xlsx" in settings.forms:
        require_xlsx()
    yield f"forms: {', '.join(settings.forms)}"
    yield "seal: none" if settings.sealing is None else f"seal: {settings.sealing.certificate or 'time stamp only'}"
    yield "mail: none" if settings.server is None else f"mail: {reach(settings.server)}"


def store_lines(connection: Connection, settings: Settings) -> Iterator[str]:
    """The same of the database, and of the files of each tenant's newest months: InputError for a file that is gone
    or is not as its manifest says."""
    require_current_schema(connection)
    newest = read_newest(connection, list(settings.recipients))
    yield f"database: {len(newest)} months with a statement"
    looked_at = 0
    for tenant in settings.recipients:
        for _, one in sorted((month, one) for (who, month), one in newest.items() if who == tenant)[-MONTHS:]:
            files = read_files(connection, one.number)
            if files is None:
                continue
            manifest = json.loads(files.manifest)
            path = manifest_path(settings.folder / tenant, manifest)
            wrong = next((each.text for each in file_findings(manifest, path) if each.level == "error"), None)
            if wrong is not None:
                raise InputError(f"{path.parent}: {wrong}; restore it from its backup")
            looked_at += 1
    yield f"files: of the newest {looked_at} statements as their manifests say"
