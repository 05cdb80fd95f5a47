"""`p2i alert rules`: which rules can never hold for what is promised now, and why: nobody waits for them in vain."""

import argparse
from collections.abc import Sequence

from alerting.facts_parts import Known
from alerting.rules import Facts, refused_rules
from facilities.process import run
from store.connection import connect, server
from store.migrations import require_current_schema
from store.outlook import read_outlooks


def main(argv: Sequence[str]) -> int:
    """Runs `p2i alert rules` and returns its exit code: 0, or 2 after one line of error."""
    parser = argparse.ArgumentParser(
        prog="p2i alert rules",
        description="Shows the rules that are refused for an objective because they can never hold, with the reason.",
        epilog="Every rule and its threshold: docs/alerting-rules.md.",
    )
    parser.parse_args(argv)
    return run("alerting", _rules)


def _rules() -> int:
    with server() as dsn, connect(dsn, "alert rules") as connection:
        require_current_schema(connection)
        outlooks, agreements = tuple(read_outlooks(connection)), Known.read(connection).agreements
    refused = refused_rules(Facts(is_demo=False, agreements=agreements, outlooks=outlooks))
    for one in refused:
        print(f"{one.subject}: {one.rule} ({one.reason}) can never hold: {one.why}")
    if not refused:
        count = len({(one.agreement, one.objective) for one in outlooks})
        print(f"every rule can hold for the {count} availability objectives that run" if count else "nothing runs yet")
    return 0
