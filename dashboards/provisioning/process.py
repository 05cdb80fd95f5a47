"""The process that talks to Grafana: runs where grafana-client is, its order on standard input; prints what it did.

Of our packages it needs the pure ones of this folder only, and of others grafana-client only.
"""

import json
import sys
from collections.abc import Callable, Collection, Sequence
from typing import Any

import niquests
from grafana_client.client import GrafanaException, GrafanaUnauthorizedError

from dashboards.provisioning.found import FoundOrganisation
from dashboards.provisioning.grafana import Grafana
from dashboards.provisioning.plan import Step, lines, plan, silence
from dashboards.provisioning.wanted import Wanted
from dashboards.provisioning.worries import MAIN, worries
from store.errors import InputError

INTERRUPTED = 130


def main() -> int:
    """Carries out the order and returns the exit code of `p2i grafana`."""
    order = json.load(sys.stdin)
    try:
        grafana = Grafana(order["url"], order["user"], order["password"])
        actions: dict[str, Callable[[Grafana, Wanted, Any], int]] = {
            "apply": _apply, "diff": _diff, "numbers": _numbers, "reload": _reload,
        }  # fmt: skip
        return actions[order["action"]](grafana, Wanted.of(order["wanted"]), order)
    except KeyboardInterrupt:
        print("stopped half-way; the next run goes on from there", file=sys.stderr)
        return INTERRUPTED
    except InputError as error:
        why = str(error)
    except GrafanaUnauthorizedError:
        why = f"user {order['user']} or its password is refused"
    except GrafanaException as error:
        why = " ".join(str(error).split())[:300] or "no answer in time"
    except niquests.exceptions.RequestException as error:
        why = _unreached(error)
    print(f"Grafana {order['url']}: {why}", file=sys.stderr)
    return 2


def _apply(grafana: Grafana, wanted: Wanted, order: Any) -> int:
    found = _look(grafana, wanted)
    changes, rewrite = 0, bool(order["rewrite_passwords"])
    before: list[Step] = []
    while True:
        steps = plan(wanted, found, rewrite_passwords=rewrite)
        due = [step for step in steps if not step.held_by and (order["yes"] or step.verb != "remove_organisation")]
        if not due or due == before:
            break
        before = due
        changes += len(due)
        for organisation in dict.fromkeys(step.organisation for step in due):
            _take(grafana, [step for step in due if step.organisation == organisation])
        rewrite = False
        found = grafana.read(wanted)
    grafana.reload()
    left = plan(wanted, found)
    for line in lines([step for step in left if step.held_by or step.verb == "remove_organisation"]):
        print(f"{line}; not done{'' if line.startswith('!') else ' without --yes'}")
    for line in lines(again := [step for step in left if not step.held_by and step.verb != "remove_organisation"]):
        print(f"{line}; written, but Grafana does not keep it so", file=sys.stderr)
    silent = _silent(grafana, wanted, found)
    print(_counted(changes))
    return 2 if again or silent else 1 if left else 0


def _take(grafana: Grafana, steps: Sequence[Step]) -> None:
    for step in steps:
        try:
            grafana.take(step)
        except GrafanaException as error:
            raise InputError(f"{step.organisation}: {step.subject}: {' '.join(str(error).split())[:300]}") from error
    for line in lines(steps):
        print(line, flush=True)


def _silent(
    grafana: Grafana, wanted: Wanted, found: Sequence[FoundOrganisation], *, except_of: Collection[str] = ()
) -> int:
    """Says which data sources of ours do not answer, a line per reason, and returns how many."""
    names = {one.key: one.name for one in wanted.organisations}
    asked = [one for one in found if one.content and one.key in names and names[one.key] not in except_of]
    silent: dict[str, list[str]] = {}
    for one in asked:
        if complaint := grafana.complaint(one.id):
            silent.setdefault(complaint, []).append(one.name)
    for complaint, those in silent.items():
        print(silence(those, len(asked), complaint), file=sys.stderr)
    return sum(map(len, silent.values()))


def _diff(grafana: Grafana, wanted: Wanted, order: Any) -> int:
    found = _look(grafana, wanted)
    steps = plan(wanted, found, rewrite_passwords=bool(order["rewrite_passwords"]))
    for line in lines(steps):
        print(line)
    # What is about to be made or changed is not asked: apply does, when it has done so.
    changing = {step.organisation for step in steps if step.verb in ("make_data_source", "change_data_source")}
    silent = _silent(grafana, wanted, found, except_of=changing)
    print(_counted(len(steps)))
    return 2 if silent else 1 if steps else 0


def _counted(changes: int) -> str:
    return "1 change" if changes == 1 else f"{changes} changes"


def _numbers(grafana: Grafana, wanted: Wanted, _order: Any) -> int:
    """Prints the numbers of the organisations by their names, as JSON."""
    grafana.settings()
    print(json.dumps({one.name: one.id for one in grafana.read(wanted)}))
    return 0


def _reload(grafana: Grafana, _wanted: Wanted, _order: Any) -> int:
    grafana.settings()
    grafana.reload()
    return 0


def _look(grafana: Grafana, wanted: Wanted) -> list[FoundOrganisation]:
    settings = grafana.settings()
    found = grafana.read(wanted)
    for worry in worries(settings, grafana.main_sources(MAIN), found):
        print(f"warning: {worry}", file=sys.stderr)
    return found


def _unreached(error: BaseException) -> str:
    """Why there was no connection, in the words of the innermost reason."""
    reason: BaseException = error
    while nested := (reason.__cause__ or getattr(reason, "reason", None) or next(iter(_nested(reason)), None)):
        if not isinstance(nested, BaseException):
            break
        reason = nested
    words = " ".join(str(reason).split())
    return f"cannot be reached: {words.rpartition('] ')[2] or type(reason).__name__}"


def _nested(error: BaseException) -> list[BaseException]:
    return [one for one in error.args if isinstance(one, BaseException)]


if __name__ == "__main__":
    sys.exit(main())
