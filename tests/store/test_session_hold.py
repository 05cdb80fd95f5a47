"""A client id is held by one connection to the database at a time, until that ends."""

from store.connection import connect
from store.session_hold import hold_session


def test_the_second_learns_who_has_it_and_takes_it_once_the_first_is_gone(dsn: str) -> None:
    with connect(dsn, "second") as second:
        with connect(dsn, "first") as first:
            assert hold_session(first, "p2i-collect-1") is None
            first.rollback()
            holder = f"database backend {first.info.backend_pid}, from "
            assert (hold_session(second, "p2i-collect-1") or "").startswith(holder)
            assert hold_session(second, "p2i-collect-2") is None
        assert hold_session(second, "p2i-collect-1") is None
