"""Conditions on labels as Alertmanager's configuration has them. Pure."""

import re
from collections.abc import Iterable, Mapping


def matcher(name: str, value: str, sign: str = "=") -> str:
    """One matcher, its value in quotes: a quote, a brace or a comma in it is that, and nothing else."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'{name}{sign}"{escaped}"'


def matchers(labels: Mapping[str, str]) -> list[str]:
    """All of them must hold; `name!` as a key is "is not", and an empty value an absent label."""
    return [
        matcher(name.removesuffix("!"), value, "!=" if name.endswith("!") else "=") for name, value in labels.items()
    ]


def one_of(name: str, values: Iterable[str]) -> str:
    """The label is one of these, each taken as it is written."""
    return matcher(name, "|".join(re.escape(value) for value in values), "=~")
