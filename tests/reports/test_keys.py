"""Keys: who may read them, which one signs when, and a ring in which a key lies about itself."""

from __future__ import annotations

import base64
import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from reports.key_folder import end_key, read_ring, read_signing_key, signing_key, write_new_key
from reports.keys import key_ring
from reports.keys_command import main
from reports.signing import content, signature_finding, signed
from store.canonical import canonical
from store.errors import InputError

OCTOBER = datetime(2026, 10, 1, tzinfo=UTC)
DAY = timedelta(days=1)
MADE = {"kind": "x/1", "issued_at": "2026-10-05T00:00:00Z", "figure": "99.9", "sha256": ""}


def test_a_new_key_is_for_its_owner_alone(tmp_path: Path) -> None:
    one = write_new_key(tmp_path / "keys", OCTOBER)
    file = tmp_path / "keys" / f"{one.key}.pem"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "PRIVATE" not in (tmp_path / "keys" / "keys.json").read_text()
    file.chmod(0o640)
    with pytest.raises(InputError, match=r"others can read it \(mode 0640\)"):
        signing_key(tmp_path / "keys", OCTOBER)


def test_a_signature_is_over_the_canonical_content_alone(tmp_path: Path) -> None:
    write_new_key(tmp_path, OCTOBER)
    key = signing_key(tmp_path, OCTOBER)
    assert key is not None
    made = signed(MADE, key)
    assert list(made) == ["kind", "issued_at", "figure", "sha256", "signature"]
    assert signed(dict(reversed(made.items())), key)["signature"] == made["signature"], "whatever the order of keys"
    value = base64.b64decode(made["signature"]["value"])
    public = read_ring(tmp_path / "keys.json").keys[0].public()
    public.verify(value, canonical(content(MADE)))


def test_the_key_in_force_signs_and_the_old_one_still_verifies(tmp_path: Path) -> None:
    first = write_new_key(tmp_path, OCTOBER)
    second = write_new_key(tmp_path, OCTOBER + 10 * DAY)
    keys = [signing_key(tmp_path, OCTOBER + days * DAY) for days in (5, 15)]
    assert [key and key.key for key in keys] == [first.key, second.key]
    assert keys[0] is not None
    ring = read_ring(tmp_path / "keys.json")
    assert ring.keys[0].to_at == "2026-10-11T00:00:00Z"
    found = signature_finding(signed(MADE, keys[0]), ring, dated_at="2026-10-05T00:00:00Z")
    assert found.level == "ok"
    assert found.text.endswith("; retired on 2026-10-11T00:00:00Z")
    late = signature_finding(signed(MADE, keys[0]), ring, dated_at="2026-10-11T00:00:00Z")
    assert late.level == "error"


def test_no_key_is_chosen_that_must_not_sign(tmp_path: Path) -> None:
    assert signing_key(None, OCTOBER) is None
    one = write_new_key(tmp_path, OCTOBER)
    with pytest.raises(InputError, match="no key is in force"):
        signing_key(tmp_path, OCTOBER - DAY)
    end_key(tmp_path, one.key, OCTOBER + DAY, is_compromised=True)
    with pytest.raises(InputError, match="no key is in force"):
        signing_key(tmp_path, OCTOBER + 2 * DAY)
    with pytest.raises(InputError, match="no key beef"):
        end_key(tmp_path, "beef", OCTOBER, is_compromised=False)
    with pytest.raises(InputError, match="the next one starts later"):
        write_new_key(tmp_path, OCTOBER - DAY)


def test_a_key_in_another_keys_file(tmp_path: Path) -> None:
    one, two = write_new_key(tmp_path, OCTOBER), write_new_key(tmp_path, OCTOBER + DAY)
    with pytest.raises(InputError, match=f"holds key {one.key}, not {two.key}"):
        read_signing_key(tmp_path / f"{one.key}.pem", two.key)
    (tmp_path / f"{one.key}.pem").write_text("no key")
    with pytest.raises(InputError, match="is not a private Ed25519 key"):
        read_signing_key(tmp_path / f"{one.key}.pem", one.key)


def swap(ring: Any) -> None:
    first, second = ring["keys"]
    first["public_pem"], second["public_pem"] = second["public_pem"], first["public_pem"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (swap, "is not the key it says"),
        (lambda ring: ring["keys"][0].update(algorithm="rsa"), 'algorithm "rsa" is not ed25519'),
        (lambda ring: ring["keys"][0].update(public_pem="x"), "is not an Ed25519 public key"),
        (lambda ring: ring["keys"][0].update(from_at="yesterday"), '"yesterday" is not an ISO 8601 instant'),
        (lambda ring: ring["keys"][0].update(private="x"), "unknown field `private`"),
        (lambda ring: ring["keys"].append(ring["keys"][0]), "two keys have one id"),
        (lambda ring: ring.update(kind="p2i.keys/2"), 'kind is "p2i.keys/2"'),
    ],
)
def test_a_ring_that_is_none(change: Any, said: str, tmp_path: Path) -> None:
    for days in (0, 1):
        write_new_key(tmp_path, OCTOBER + days * DAY)
    ring = json.loads((tmp_path / "keys.json").read_text())
    change(ring)
    with pytest.raises(InputError, match="not a key ring: ") as caught:
        key_ring(json.dumps(ring).encode(), "ring.json")
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("signature", "said"),
    [
        ({"value": "AAAA"}, "value is not the 64 bytes"),
        ({"value": "?"}, "value is not base64"),
        ({"value": None}, "value is not base64"),
        ({"algorithm": "none"}, 'algorithm "none" is not ed25519'),
        ({"by": "me"}, "is not written as algorithm, key and value"),
        ({"key": "0" * 16}, "none of the operator's"),
    ],
)
def test_a_signature_that_is_none(signature: dict[str, Any], said: str, tmp_path: Path) -> None:
    write_new_key(tmp_path, OCTOBER)
    key = signing_key(tmp_path, OCTOBER)
    assert key is not None
    made = signed(MADE, key)
    made["signature"] = {**made["signature"], **signature}
    found = signature_finding(made, read_ring(tmp_path / "keys.json"), dated_at=MADE["issued_at"])
    assert found.level == "error"
    assert said in found.text


def test_other_spare_bits_of_base64_are_another_signature(tmp_path: Path) -> None:
    write_new_key(tmp_path, OCTOBER)
    key = signing_key(tmp_path, OCTOBER)
    assert key is not None
    made = signed(MADE, key)
    value = made["signature"]["value"]
    other = value[:-3] + chr(ord(value[-3]) + 1) + "=="
    assert base64.b64decode(other) == base64.b64decode(value)
    made["signature"]["value"] = other
    found = signature_finding(made, read_ring(tmp_path / "keys.json"), dated_at=MADE["issued_at"])
    assert found.level == "error"


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("P2I_KEYS", str(tmp_path / "keys"))
    assert main(["new", "--from", "2026-10-01T00:00:00Z"]) == 0
    key = capsys.readouterr().out.split()[0]
    assert main(["new", "--from", "2026-11-01T00:00:00Z"]) == 0
    capsys.readouterr()
    assert main(["compromised", key, "--at", "2026-10-20T00:00:00Z"]) == 0
    line = capsys.readouterr().out
    ended = "to 2026-10-20T00:00:00Z, compromised since 2026-10-20T00:00:00Z"
    assert line.startswith(f"{key}  from 2026-10-01T00:00:00Z, {ended}; fingerprint {key}")
    site = tmp_path / "site.json"
    assert main(["publish", "--to", str(site)]) == 0
    out = capsys.readouterr().out.splitlines()
    assert len(out) == 3
    assert [one.key for one in read_ring(site).keys] == [text.split()[0] for text in out[:2]]
    assert main(["retire", "beef"]) == 2
    assert main(["new", "--from", "soon"]) == 2
    monkeypatch.delenv("P2I_KEYS")
    assert main(["list"]) == 2
    assert "set P2I_KEYS" in capsys.readouterr().err
