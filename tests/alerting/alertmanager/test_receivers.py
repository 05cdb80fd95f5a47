from pathlib import Path

import pytest

from alerting.alertmanager.receivers import read_receivers
from facilities.inventory import Inventory
from store.errors import InputError


def file(folder: Path, text: str) -> Path:
    found = folder / "receivers.toml"
    found.write_text(text, encoding="utf-8")
    return found


def test_a_receiver_gets_what_carries_its_labels(tmp_path: Path, demo: Inventory) -> None:
    text = '[[receiver]]\nname = "pd"\nkind = "pagerduty"\nseverity = "page"\nfacility = "fes-shore"\n'
    (found,) = read_receivers(file(tmp_path, text + 'routing_key_file = "/run/secrets/pd"\n'), demo)
    assert found.receiver == "own_pd"
    assert found.labels == {"audience": "on_call", "severity": "page", "facility": "fes-shore"}
    assert found.config("")["pagerduty_configs"] == [{"routing_key_file": "/run/secrets/pd", "send_resolved": True}]


@pytest.mark.parametrize(
    ("rest", "says"),
    [
        ('kind = "webhook"', 'receiver "x": missing key "url" (kind "webhook")'),
        ('kind = "email"', 'receiver "x": missing key "to" (kind "email")'),
        ('kind = "webhook"\nurl = "https://{{x}}"', 'key "url": "https://{{x}}" is not an address'),
        ('kind = "webhook"\nurl = "https://x"\nto = ["a"]', 'key "to": belongs to kind "email"'),
        ('kind = "webhook"\nurl = "https://x"\ntenant = "nobody"', 'key "tenant": "nobody" is not in the inventory'),
        ('kind = "webhook"\nurl = "https://x"\nfacility = "nowhere"', 'key "facility": "nowhere" is not in the inv'),
        ('kind = "webhook"\nurl = "https://x"\npassword = "p"', 'unknown key "password"'),
        ('kind = "sms"', 'key "kind"'),
    ],
)
def test_the_first_mistake_is_one_line(tmp_path: Path, demo: Inventory, rest: str, says: str) -> None:
    with pytest.raises(InputError) as refused:
        read_receivers(file(tmp_path, f'[[receiver]]\nname = "x"\n{rest}\n'), demo)
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)
