"""Texts of the tables of issued statements, as (French, English). Pure."""

STATEMENTS: dict[str, tuple[str, str]] = {
    "issued": ("Relevés émis", "Statements issued"),
    "issued.none": ("aucun relevé", "no statement"),
    "issued.description": (
        "Les relevés des douze derniers mois, une ligne par version : un relevé émis ne change jamais, une correction "
        "est une version de plus. L'empreinte (entière en cliquant sur l'œil de sa case) est celle que la commande "
        "p2i verify retrouve dans le fichier reçu. Un mois sans ligne n'a pas de relevé ici : il n'est pas encore "
        "émis, ou l'est sur demande.",
        "The statements of the last twelve months, a row per version: a statement once issued never changes, a "
        "correction is a further version. The fingerprint (whole behind the eye in its cell) is the one that p2i "
        "verify finds in the file you got. A month without a row has no statement here: it is not issued yet, or on "
        "request.",
    ),
    "number": ("Relevé", "Statement"),
    "version": ("Version", "Version"),
    "issued_at": ("Émis le (UTC)", "Issued at (UTC)"),
    "handed_over_at": ("Envoyé le (UTC)", "Sent at (UTC)"),
    "sha256": ("Empreinte (SHA-256)", "Fingerprint (SHA-256)"),
    "mail_state": ("Courriel", "Mail"),
    "contest_mail_state": ("Courriel de contestation", "Mail of a contest"),
    "mail.none": ("aucun", "none"),
    "mail.waiting": ("à envoyer", "to be sent"),
    "mail.handed_over": ("envoyé", "sent"),
    "mail.delivered": ("distribué", "delivered"),
    "mail.failed": ("non remis", "not delivered"),
    "files": ("Fichiers", "Files"),
    "files.making": ("en préparation", "being made"),
    "files.whole": ("avec les preuves", "with evidence"),
    "files.no_evidence": ("sans les preuves", "without evidence"),
    "unsent": ("Relevés qui ne sont pas partis", "Statements that have not gone out"),
    "unsent.none": ("aucun visible", "none visible"),
    "unsent.description": (
        "Quels que soient les parcs choisis : un relevé est celui d'une entreprise. Courriel à envoyer, non remis à un "
        "destinataire au moins, ou fichiers absents, à l'instant ; le dernier incident et le serveur de messagerie ne "
        "sont visibles que des exploitants et de l'auditeur, les adresses de personne. Que faire : p2i closing show, "
        "puis p2i closing resend.",
        "Whatever parks are chosen: a statement is of a company. Mail to be sent, not delivered to one recipient at "
        "least, or files absent, at present; the last trouble and the mail server are shown to operators and the "
        "auditor only, addresses to nobody. What to do: p2i closing show, then p2i closing resend.",
    ),
    "trouble": ("Dernier incident", "Last trouble"),
    "trouble.deferred": ("reporté", "deferred"),
    "trouble.refused": ("refusé", "refused"),
    "trouble.given_up": ("abandonné", "given up"),
    "trouble.delayed": ("retardé en route", "delayed on its way"),
    "trouble.bounced": ("revenu", "bounced"),
    "code": ("Code SMTP", "SMTP code"),
    "server": ("Serveur", "Server"),
    "happened_at": ("Incident le (UTC)", "Trouble at (UTC)"),
}
