"""Who gets a login, by the inventory: managers of their parks only, authorities of none."""

from facilities.inventory import DEMO_INVENTORY, REAL_INVENTORY, read_inventory
from facilities.logins import wanted_logins
from store.login_plan import Scope


def test_ewane_does_not_see_tetouan_shore_and_cdg_neither() -> None:
    logins = {
        login.key: {scope.facility for scope in login.scopes} for login in wanted_logins(read_inventory(REAL_INVENTORY))
    }
    of_cdg = {"casanearshore", "technopolis", "fes-shore", "oujda-shore"}
    assert logins["organisation", "ewane"] == of_cdg | {"casablanca-tech-valley"}
    assert logins["organisation", "cdg"] == of_cdg
    assert logins["organisation", "tanger-med-zones"] == logins["organisation", "tanger-med"] == {"tetouan-shore"}
    assert ("organisation", "medz") not in logins, "it manages no park of the inventory"


def test_an_authority_sees_sums_and_an_operator_everything() -> None:
    logins = {login.key: login.scopes for login in wanted_logins(read_inventory(REAL_INVENTORY))}
    assert logins["authority", "mtnra"] == logins["authority", "cto"] == (Scope(sees_aggregates=True),)
    assert logins["operator", None] == logins["auditor", None] == (Scope(sees_everything=True),)


def test_every_tenant_has_one_login_that_sees_it_alone() -> None:
    inventory = read_inventory(DEMO_INVENTORY)
    tenants = [login for login in wanted_logins(inventory) if login.audience == "tenant"]
    assert [(login.code, login.scopes) for login in tenants] == [
        (code, (Scope(tenant=code),)) for code in inventory.tenants
    ]
