"""The one family of errors: every failure says, in one bit, whether trying again can help."""


class P2IError(Exception):
    """Base of every error of this system.

    `permanent` is True when the same call will fail again with the same input: it is
    then reported or quarantined, never retried.
    """

    permanent: bool = True


class InputError(P2IError):
    """Input of a person or a device that cannot be used; the text is the one line shown (exit 2)."""


class StoreUnavailable(P2IError):
    """The database cannot be reached or refused for now; the work is kept and tried again."""

    permanent = False
