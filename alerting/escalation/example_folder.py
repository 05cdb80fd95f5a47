"""`p2i page init DIR`: the packaged example of an on-call folder, to write one's own people into."""

from __future__ import annotations

import shutil
from pathlib import Path

from alerting.escalation.oncall import DEMO_ONCALL, FILES
from store.errors import InputError


def write_example(to: Path) -> list[str]:
    """Copies the example to a folder that does not exist yet, and says what to do with it.

    InputError in one line where something is there already: nobody's people are ever written over.
    """
    try:
        to.mkdir(parents=True)
        for name in FILES:
            shutil.copyfile(DEMO_ONCALL / name, to / name)
    except FileExistsError:
        raise InputError(f"{to}: exists already; name a folder that does not") from None
    except OSError as error:
        raise InputError(f"{to}: cannot be written: {error.strerror}") from None
    return [
        f"{to}: {', '.join(FILES)}, with fictional people of the demonstration",
        f"write your own, and your parks and tenants; then: p2i page check --oncall {to}",
    ]
