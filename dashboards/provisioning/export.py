"""The same as files for Grafana's own provisioning: texts by path, passwords apart. Pure.

Files cannot make organisations, preferences or permissions: `apply` does, before.
"""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from dashboards.provisioning.alert_files import Told, alert_rules
from dashboards.provisioning.wanted import Wanted
from store.errors import InputError


class Files(NamedTuple):
    """Texts by path below the folder; `secret` ones are for Grafana's eyes only."""

    open: Mapping[str, str]
    secret: Mapping[str, str]


def files(wanted: Wanted, numbers: Mapping[str, int], seen_at: str, told: Told = Told()) -> Files:  # noqa: B008
    """The files, for a Grafana that has the organisations `numbers` and finds the folder at `seen_at`.

    Alert rules are those of the operators' organisations; `told` says whom they tell.

    Each data source reads its password from a file of its own, so that no file to look at holds one.
    Raises InputError when an organisation is not there yet: a file that names it would stop Grafana's start.
    """
    missing = [one.name for one in wanted.organisations if one.name not in numbers]
    if missing:
        raise InputError(f"{len(missing)} organisations are not there yet ({missing[0]} …); first: p2i grafana apply")
    sources, providers = [], []
    texts: dict[str, str] = {}
    passwords = {}
    for one in wanted.organisations:
        number, role = numbers[one.name], one.data_source["user"]
        path = f"passwords/{role}"
        passwords[path] = one.data_source["secureJsonData"]["password"]
        sources.append(
            _interpolated(one.data_source)
            | {
                "orgId": number,
                "editable": False,
                "version": 1,
                "secureJsonData": {"password": f"$__file{{{seen_at}/{path}}}"},
            }
        )
        if one.alertmanager is not None:
            sources.append(_interpolated(one.alertmanager) | {"orgId": number, "editable": False, "version": 1})
        for folder, title in wanted.folders.items():
            place = f"dashboards/{number}/{folder}"
            providers.append(
                {
                    "name": f"{wanted.mark} {number} {folder}",
                    "orgId": number,
                    "type": "file",
                    "folder": title,
                    "folderUid": folder,
                    "disableDeletion": False,
                    "allowUiUpdates": False,
                    "updateIntervalSeconds": 30,
                    "options": {"path": f"{seen_at}/{place}", "foldersFromFilesStructure": False},
                }
            )
            for uid in one.shows:
                if wanted.dashboards[uid].folder == folder:
                    texts[f"{place}/{uid}.json"] = _text(wanted.dashboards[uid].content)
    texts[f"provisioning/datasources/{wanted.mark}.yaml"] = _yaml(
        {"apiVersion": 1, "prune": True, "datasources": sources}
    )
    texts[f"provisioning/dashboards/{wanted.mark}.yaml"] = _yaml({"apiVersion": 1, "providers": providers})
    operators = [numbers[one.name] for one in wanted.organisations if one.audience == "operator"]
    if operators:
        texts[f"provisioning/alerting/{wanted.mark}.yaml"] = alert_rules(operators, told)
    return Files(texts, passwords)


def _interpolated(value: Any) -> Any:
    """With `$` doubled: in these files Grafana takes a single one for the name of a variable."""
    if isinstance(value, str):
        return value.replace("$", "$$")
    return {key: _interpolated(one) for key, one in value.items()} if isinstance(value, dict) else value


def _text(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _yaml(document: Mapping[str, Any]) -> str:
    """YAML that is also JSON below its first lines: one entry a line, to be read in a diff."""
    lines = ["# Written by `p2i grafana export`; the next one writes it anew."]
    for key, value in document.items():
        if isinstance(value, list):
            lines.append(f"{key}:")
            lines += [f"  - {json.dumps(one, ensure_ascii=False)}" for one in value]
        else:
            lines.append(f"{key}: {json.dumps(value)}")
    return "\n".join(lines) + "\n"
