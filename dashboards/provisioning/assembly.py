"""Everything Grafana shall hold, put together of logins, dashboards and where the database is. Pure."""

from collections.abc import Iterable, Mapping, Sequence

from dashboards.grafana.every_dashboard import dashboards
from dashboards.grafana.speech import SPEECHES
from dashboards.provisioning.audiences import dashboards_of
from dashboards.provisioning.wanted import (
    FOLDERS,
    Address,
    Dashboard,
    Key,
    Organisation,
    Wanted,
    alertmanager_source,
    data_source,
    organisation_name,
    preferences,
    title_of,
    uids,
)
from store.login_file import Handed


def wanted(
    logins: Iterable[Handed],
    *,
    mark: str,
    languages: Sequence[str],
    language_of: Mapping[Key, str],
    tenants: Address,
    operators: Address,
    alertmanager: str | None = None,
) -> Wanted:
    """One organisation per login, in all `languages`; its own is what `language_of` says, else the first.

    `alertmanager` is the data source of operators only: it tells alerts of everybody.
    """
    made = [one for speech in SPEECHES if speech.language in languages for one in dashboards(speech)]
    names = {one.name for one in made}
    organisations = []
    for login in logins:
        key = Key(login.audience, login.code)
        language = language_of.get(key, languages[0])
        listed = dashboards_of(login.audience, names)
        address = operators if login.audience in ("operator", "auditor") else tenants
        organisations.append(
            Organisation(
                organisation_name(title_of(key, login.name, language), key, mark),
                *key,
                data_source(login.role, login.password, address),
                uids(listed, languages),
                preferences(f"p2i-{listed[0]}-{language}", language),
                alertmanager_source(alertmanager) if alertmanager and key.audience == "operator" else None,
            )
        )
    folders = {f"p2i-{language}": FOLDERS[language] for language in languages}
    shown = {one.uid: Dashboard(one.uid, f"p2i-{one.language}", one.json()) for one in made}
    return Wanted(mark, tuple(organisations), folders, shown)
