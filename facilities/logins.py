"""Who reads, by the inventory: tenants, owners and managers of parks, authorities, an auditor, an operator. Pure."""

from facilities.inventory import Inventory
from store.login_plan import Scope, WantedLogin


def wanted_logins(inventory: Inventory) -> tuple[WantedLogin, ...]:
    """One login per tenant, per owner or manager of a park, per authority, one auditor and one operator.

    An organisation sees the parks that name it as owner or manager and no other, announced ones among them: Tétouan
    Shore is not Ewane's (p2i-domain 3.3). An authority (the ministry, the committee) sees sums over tenants only.
    """
    parks: dict[str, list[str]] = {}
    for park in inventory.parks.values():
        for code in dict.fromkeys(fact.value for fact in (park.owner, park.manager) if fact.value is not None):
            parks.setdefault(code, []).append(park.code)
    everything = (Scope(sees_everything=True),)
    return (
        *(WantedLogin("tenant", one.code, one.name, (Scope(tenant=one.code),)) for one in inventory.tenants.values()),
        *(
            WantedLogin("organisation", code, one.name, tuple(Scope(facility=park) for park in parks[code]))
            for code, one in inventory.organisations.items()
            if code in parks
        ),
        *(
            WantedLogin("authority", code, one.name, (Scope(sees_aggregates=True),))
            for code, one in inventory.organisations.items()
            if one.kind == "authority"
        ),
        WantedLogin("auditor", None, "auditor", everything),
        WantedLogin("operator", None, "operator", everything),
    )
