"""The mails that Alertmanager writes itself, as templates of its own: short, because they are the way round. Pure."""

from typing import Literal

Why = Literal["direct", "dead"]

_SUBJECT = {
    "fr": "{{ if .Alerts.Firing }}{{ len .Alerts.Firing }} alerte(s) en cours{{ else }}terminé{{ end }}",
    "en": "{{ if .Alerts.Firing }}{{ len .Alerts.Firing }} alert(s) firing{{ else }}resolved{{ end }}",
}
_DEAD = {
    "fr": "Le service d'astreinte ne donne plus signe de vie : personne n'a été prévenu autrement de ce qui suit,\n"
    "et rien ici ne s'acquitte. Vérifier le processus « p2i page ».\n\n",
    "en": "The on-call service gives no sign of life: nobody has been told otherwise of what follows, and nothing\n"
    'here can be acknowledged. Check the process "p2i page".\n\n',
}
_SINCE = {"fr": "depuis", "en": "since"}
_OVER = {"fr": "terminé", "en": "over"}


def literal(text: str) -> str:
    """The text as a template that says just that, whatever braces it has."""
    return text.replace("{{", '{{ "{{" }}')


def subject(language: str, label: str, why: Why) -> str:
    """The template of the subject; `label` ("DÉMO") comes first."""
    mark = f"{literal(label)} " if label else ""
    dead = {"fr": "[escalade muette] ", "en": "[escalation silent] "}[language] if why == "dead" else ""
    return f"{mark}P2I {dead}{_SUBJECT[language]} : {{{{ .CommonLabels.alertname }}}} {{{{ .CommonLabels.facility }}}}"


def body(language: str, why: Why) -> str:
    """The template of the text: a line per alert."""
    line = (
        "- {{ .Labels.severity }} {{ .Labels.alertname }} {{ .Labels.facility }} {{ .Labels.subject }}:"
        " {{ .Annotations.summary }}"
    )
    return (
        (_DEAD[language] if why == "dead" else "")
        + f"{{{{ range .Alerts.Firing }}}}{line} ({_SINCE[language]} {{{{ .Annotations.since }}}})\n{{{{ end }}}}"
        + f"{{{{ range .Alerts.Resolved }}}}{line} ({_OVER[language]})\n{{{{ end }}}}"
    )
