"""Laws of the arithmetic must not fail because the machine is busy: hypothesis has no deadline here."""

from hypothesis import settings

settings.register_profile("laws", deadline=None)
settings.load_profile("laws")
