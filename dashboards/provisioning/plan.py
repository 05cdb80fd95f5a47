"""What to do so that Grafana holds what it shall: one step per thing that is missing, different or too much. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from dashboards.provisioning.difference import in_brackets, of_content, of_fields, of_rights, of_source
from dashboards.provisioning.found import Content, FoundDashboard, FoundOrganisation
from dashboards.provisioning.wanted import ALERTMANAGER_UID, SOURCE_UID, JsonObject, Organisation, Wanted

Verb = Literal[
    "make_organisation", "rename_organisation", "remove_organisation", "join",
    "make_data_source", "change_data_source", "remove_data_source",
    "make_folder", "rename_folder", "remove_folder", "set_permissions",
    "write_dashboard", "remove_dashboard", "set_preferences",
]  # fmt: skip

READERS = frozenset({("Viewer", 1), ("Editor", 1)})
"""May look into our folders (1 = view). Administrators always may; nobody edits what the next apply sets back."""

_OURS = "p2i-"
_NAMED_AT_MOST = 3
_FROM_FILE = "another in a file of Grafana's provisioning: export it again"


class Step(NamedTuple):
    """One change: `sign` as in a diff (+ ~ -), `subject` in words, and what the verb needs."""

    organisation: str
    sign: str
    subject: str
    verb: Verb
    body: Any = None
    held_by: str = ""
    """Why this step is not for us to take, such as a file that says otherwise; empty when it is."""


def plan(wanted: Wanted, found: Sequence[FoundOrganisation], *, rewrite_passwords: bool = False) -> list[Step]:
    """The steps, organisation by organisation in the order wanted, then the removals; none when all is as it shall be.

    Of two organisations for the same login (somebody copied a name) the older one stays. One whose content cannot be
    read gives one step, to join it; the rest shows when that is done.
    """
    steps: list[Step] = []
    kept: dict[object, FoundOrganisation] = {}
    for one in sorted(found, key=lambda each: each.id):
        kept.setdefault(one.key, one)
    for organisation in wanted.organisations:
        there = kept.get(organisation.key)
        if there is None:
            steps.append(Step(organisation.name, "+", "organisation", "make_organisation"))
        elif there.name != organisation.name:
            was = f"name (was: {there.name})"
            steps.append(Step(organisation.name, "~", was, "rename_organisation", there.id))
        if there is not None and there.content is None:
            steps.append(Step(organisation.name, "~", "administrator: this login", "join", there.id))
            continue
        content = there.content if there is not None and there.content is not None else Content()
        steps += _data_source(organisation, content, rewrite_passwords)
        steps += _alertmanager(organisation, content)
        steps += _folders(organisation, wanted.folders, content)
        steps += _dashboards(organisation, wanted, content)
        if differs := of_fields(content.preferences, organisation.preferences):
            is_there, body = bool(content.preferences), dict(organisation.preferences)
            subject = f"preferences{in_brackets(differs if is_there else [])}"
            steps.append(Step(organisation.name, "~" if is_there else "+", subject, "set_preferences", body))
    needed = {organisation.key for organisation in wanted.organisations}
    for one in found:
        if one.key not in needed or kept[one.key] is not one:
            steps.append(Step(one.name, "-", "organisation with all it holds", "remove_organisation", one.id))
    return steps


def _data_source(organisation: Organisation, content: Content, rewrite: bool) -> Iterator[Step]:
    body = organisation.data_source
    there = next((one for one in content.data_sources if one["uid"] == SOURCE_UID), None)
    if there is None:
        yield Step(organisation.name, "+", "data source", "make_data_source", body)
        return
    is_file = bool(there.get("readOnly"))
    # A file's has no mark of a password: what Grafana reads there is the file's business.
    differs = of_source(_without_mark(there), _without_mark(body)) if is_file else of_source(there, body)
    if rewrite and not is_file and "password" not in differs:
        differs.append("password")
    if differs:
        subject, held_by = f"data source{in_brackets(differs)}", _FROM_FILE if is_file else ""
        yield Step(organisation.name, "~", subject, "change_data_source", body, held_by)


def _alertmanager(organisation: Organisation, content: Content) -> Iterator[Step]:
    body = organisation.alertmanager
    there = next((one for one in content.data_sources if one["uid"] == ALERTMANAGER_UID), None)
    held_by = _FROM_FILE if there and there.get("readOnly") else ""
    if there is None:
        if body is not None:
            yield Step(organisation.name, "+", "Alertmanager", "make_data_source", body)
    elif body is None:
        yield Step(organisation.name, "-", "Alertmanager", "remove_data_source", ALERTMANAGER_UID, held_by)
    else:
        flat = {name: one for name, one in body.items() if name != "jsonData"}
        differs = of_fields(there, flat) + of_fields(there.get("jsonData", {}), body["jsonData"])
        if differs:
            yield Step(
                organisation.name, "~", f"Alertmanager{in_brackets(differs)}", "change_data_source", body, held_by
            )


def _without_mark(source: JsonObject) -> JsonObject:
    return source | {"jsonData": {k: v for k, v in source["jsonData"].items() if k != "passwordMark"}}


def _folders(organisation: Organisation, folders: Mapping[str, str], content: Content) -> Iterator[Step]:
    for uid, title in folders.items():
        if uid not in content.folders:
            yield Step(organisation.name, "+", f"folder {uid}", "make_folder", {"uid": uid, "title": title})
        elif content.folders[uid] != title:
            was, body = f"folder {uid} (was: {content.folders[uid]})", {"uid": uid, "title": title}
            yield Step(organisation.name, "~", was, "rename_folder", body)
        if uid not in content.folders:
            yield Step(organisation.name, "+", f"permissions of {uid}", "set_permissions", uid)
        elif (there := content.permissions.get(uid, frozenset())) != READERS:
            was = f"permissions of {uid} ({of_rights(there)})"
            yield Step(organisation.name, "~", was, "set_permissions", uid)
    for uid in sorted(content.folders.keys() - folders.keys()):
        yield Step(organisation.name, "-", f"folder {uid}", "remove_folder", uid)


def _dashboards(organisation: Organisation, wanted: Wanted, content: Content) -> Iterator[Step]:
    for uid in organisation.shows:
        dashboard = wanted.dashboards[uid]
        there = content.dashboards.get(uid)
        if there is None or (there.folder, there.content) != (dashboard.folder, dashboard.content):
            body = {"folder": dashboard.folder, "content": dashboard.content}
            sign, subject = "+", f"dashboard {uid}"
            if there is not None:
                parts = of_content((there.folder, dashboard.folder), there.content, dashboard.content)
                sign, subject = "~", f"dashboard {uid}{in_brackets(parts)}"
            yield Step(organisation.name, sign, subject, "write_dashboard", body, _held(there))
    for uid in sorted(content.dashboards.keys() - set(organisation.shows)):
        there = content.dashboards[uid]
        # What goes with its folder needs no step of its own.
        if uid.startswith(_OURS) and there.folder in wanted.folders:
            yield Step(organisation.name, "-", f"dashboard {uid}", "remove_dashboard", uid, _held(there))


def _held(dashboard: FoundDashboard | None) -> str:
    return _FROM_FILE if dashboard is not None and dashboard.is_from_file else ""


def lines(steps: Sequence[Step]) -> list[str]:
    """One line per organisation and sign, so that a new tenant is one line and not forty; `!` is what is held."""
    groups: dict[tuple[str, str, str], list[str]] = {}
    for step in steps:
        sign = "!" if step.held_by else step.sign
        groups.setdefault((sign, step.organisation, step.held_by), []).append(step.subject)
    told = []
    for (sign, organisation, held_by), subjects in groups.items():
        dashboards = [subject for subject in subjects if subject.startswith("dashboard ")]
        if len(dashboards) > _NAMED_AT_MOST:
            subjects = [one for one in subjects if one not in dashboards] + [f"{len(dashboards)} dashboards"]
        told.append(f"{sign} {organisation}: {', '.join(subjects)}{f' ({held_by})' if held_by else ''}")
    return told


def silence(organisations: Sequence[str], asked: int, complaint: str) -> str:
    """The line about data sources that do not answer for the same reason: with the database away, all of them."""
    if len(organisations) == 1:
        return f"{organisations[0]}: its data source does not answer: {complaint}"
    named = ", ".join(organisations[:_NAMED_AT_MOST]) + (" …" if len(organisations) > _NAMED_AT_MOST else "")
    return f"{len(organisations)} of {asked} data sources do not answer ({named}): {complaint}"
