"""What an alert is called while it lasts: its rule and its subject. Pure."""

from store.alert_rows import AlertRow, Trouble

Name = tuple[str, str]


def name_of(one: Trouble | AlertRow) -> Name:
    """(rule, subject): of two open alerts never the same."""
    trouble = one.trouble if isinstance(one, AlertRow) else one
    return trouble.rule, trouble.subject
