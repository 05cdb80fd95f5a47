"""The words of `p2i verdict` and their options."""

from __future__ import annotations

import argparse

_EPILOG = """\
AGREEMENT is an id of the inventory, PERIOD a civil month of its time zone such as 2026-09; an act is on all segments
of the month to which it can be done, or on none. The author of what is written is the database login of P2I_DSN. What
issue and restate print as sha256 is for the tenant to keep: verify --head finds with it whether the ledger was cut or
rewritten.

exit status:
  0  done
  1  verify: the ledger is not as it was written, or the facts say otherwise;
     --due: some months could not be done, or somebody must look at them first, one line each on stderr
  2  refused, or bad input, or no database: one line on stderr, nothing written

examples:
  p2i verdict list                                   every month: its version, its state, what is due
  p2i verdict issue AGR-1 2026-09                    publish version 1, counted from the facts at this moment
  p2i verdict issue --due                            every month that is due and needs nobody, from cron or a timer
  p2i verdict restate AGR-1 2026-09 --reason "PV 12" publish what late facts made of it, as the next version
  p2i verdict adopt AGR-1 2026-09 --reason "fee 1 800, not 18 000"    score it anew by today's text, unpublished yet
  p2i verdict contest AGR-1 2026-09 --reason "…"     a party contests; answer it with --upheld or --rejected
  p2i verdict verify --head 5f1c… AGR-1              recompute every hash
"""


def parser() -> argparse.ArgumentParser:
    """The parser of the whole command."""
    whole = argparse.ArgumentParser(
        prog="p2i verdict",
        description="Publishes verdicts, records what becomes of them, and verifies the ledger they are in.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    words = whole.add_subparsers(dest="word", required=True, metavar="WORD")

    def word(
        name: str, does: str, *, month: bool = True, due: bool = False, reason: str = ""
    ) -> argparse.ArgumentParser:
        one = words.add_parser(name, help=does, description=f"{does[0].upper()}{does[1:]}.", allow_abbrev=False)
        if month:
            one.add_argument("agreement", metavar="AGREEMENT", nargs="?" if due else None)
            one.add_argument("period", metavar="PERIOD", nargs="?" if due else None)
        if due:
            one.add_argument("--due", action="store_true", help="every month for which it is due")
        if reason:
            one.add_argument("--reason", metavar="TEXT", required=reason == "required", help="why")
        one.add_argument("--inventory", metavar="DIR", help="inventory folder (P2I_INVENTORY; default: the real parks)")
        return one

    listing = word("list", "list every month with its version, state and what is due", month=False)
    listing.add_argument("--agreement", metavar="ID", help="of one agreement only")
    showing = word("show", "show a month's versions and history")
    showing.add_argument("--version", metavar="N", type=int, help="one version; default: the one in force")
    showing.add_argument("--format", choices=("text", "document", "body"), default="text",
                         help="document and body: the text itself, byte for byte")  # fmt: skip
    word("issue", "publish version 1 of a month", due=True, reason="optional")
    word("restate", "publish a next version of a month whose figures changed", due=True, reason="optional")
    word("adopt", "let a closed month of which nothing is published follow today's inventory", reason="required")
    word("contest", "record that a party contests the version in force", reason="required")
    answering = word("answer", "record the answer to a contest", reason="required")
    how = answering.add_mutually_exclusive_group(required=True)
    how.add_argument("--upheld", action="store_true", help="the contest was right")
    how.add_argument("--rejected", action="store_true", help="it was not")
    word("finalise", "close a month that nobody contested in time", due=True)
    verifying = word("verify", "recompute every hash of the ledger", month=False)
    verifying.add_argument("agreement", metavar="AGREEMENT", nargs="?", help="default: all")
    verifying.add_argument("--head", metavar="SHA256", help="a hash that was given out; it must still be an entry's")
    verifying.add_argument(
        "--recompute", action="store_true", help="also count every version in force again from the facts"
    )
    differing = word("diff", "say what a version changed from another")
    differing.add_argument("--from", metavar="N", type=int, dest="from_version", help="default: the one before")
    differing.add_argument("--to", metavar="M", type=int, dest="to_version", help="default: the one in force")
    return whole
