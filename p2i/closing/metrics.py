"""Figures of the closing job for Prometheus."""

from prometheus_client import Counter, Gauge

PROGRESS = Gauge("p2i_closing_progress_timestamp_seconds", "When a pass, or a statement's files, were completed last.")
PROBLEMS = Gauge("p2i_closing_problems", "What the last pass could not do, and a person may have to: see the log.")
ISSUED = Counter("p2i_closing_statements_issued_total", "Statements issued by this process.")
ATTEMPTS = Counter(
    "p2i_closing_mail_attempts_total", "Messages tried at the mail server, by what became of it.", ["outcome"]
)
RECIPIENTS = Gauge("p2i_closing_recipients", "Recipients of messages by where they stand.", ["state"])
