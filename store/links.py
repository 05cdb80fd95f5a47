"""Links in messages: stored by the hash of their token, each for one notice and one person, each acting once."""

from datetime import datetime

from psycopg.rows import class_row

from store.connection import Connection
from store.notice_rows import LinkRow

_LINK = ", ".join(LinkRow._fields)


def write_link(
    connection: Connection, token_sha256: str, notice_id: int, person: str, made_at: datetime, expires_at: datetime
) -> None:
    """Writes a link down before anybody is given it."""
    connection.execute(
        "INSERT INTO link (token_sha256, notice_id, person, made_at, expires_at) VALUES (%s, %s, %s, %s, %s)",
        (token_sha256, notice_id, person, made_at, expires_at),
    )


def read_link(connection: Connection, token_sha256: str) -> LinkRow | None:
    """The link of a token's hash; None for a token that we never gave."""
    with connection.cursor(row_factory=class_row(LinkRow)) as cursor:
        cursor.execute(f"SELECT {_LINK} FROM link WHERE token_sha256 = %s".encode(), (token_sha256,))
        return cursor.fetchone()


def use_link(connection: Connection, token_sha256: str, used_for: str, now: datetime) -> bool:
    """Uses a link up; False when it has been used, even a moment ago by another request, or has run out."""
    return bool(
        connection.execute(
            "UPDATE link SET used_at = %s, used_for = %s"
            " WHERE token_sha256 = %s AND used_at IS NULL AND expires_at > %s",
            (now, used_for, token_sha256, now),
        ).rowcount
    )


def drop_links(connection: Connection, expired_before: datetime) -> int:
    """Drops links that ran out before the instant; returns how many. What they did is in the notice's steps."""
    return connection.execute("DELETE FROM link WHERE expires_at < %s", (expired_before,)).rowcount
