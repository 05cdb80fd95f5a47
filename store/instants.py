"""Instants as whole microseconds since 1970 and back, exactly: what the arrays of readings hold. Pure."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def microseconds(instant: datetime) -> int:
    """An aware instant as whole microseconds since 1970 UTC, exactly (no float)."""
    return (instant - EPOCH) // timedelta(microseconds=1)


def instant_of(value: int) -> datetime:
    """The aware UTC instant of microseconds since 1970."""
    return EPOCH + timedelta(microseconds=value)


def utc_text(at: datetime) -> str:
    """An aware instant as text: UTC, `2026-09-01T00:00:00Z`, a fraction of six digits only where there is one."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
