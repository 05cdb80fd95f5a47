"""Which dashboards each kind of reader gets, and which of them opens first. Pure."""

from collections.abc import Collection, Mapping

OPERATORS = (
    "noc", "on-call", "circuits", "circuit", "park", "occupancy", "data-centre", "tenant", "portfolio", "trust",
)  # fmt: skip

DASHBOARDS: Mapping[str, tuple[str, ...]] = {
    "tenant": ("tenant", "circuits", "circuit", "occupancy"),
    "organisation": ("portfolio", "park", "circuits", "circuit", "occupancy", "data-centre", "trust"),
    "authority": ("portfolio",),
    "auditor": ("trust", *(name for name in OPERATORS if name != "trust")),
    "operator": OPERATORS,
}
"""Names of dashboards by audience, home first. What a reader may see in them is the database role's to say."""


def dashboards_of(audience: str, there: Collection[str]) -> tuple[str, ...]:
    """The names of the dashboards of an audience, home first, of those that are there; never none at all.

    An audience whose own dashboards are all still to come gets every dashboard that there is.
    """
    return tuple(name for name in DASHBOARDS[audience] if name in there) or tuple(sorted(there))
