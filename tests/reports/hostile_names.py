"""Names that somebody may have, or wants us to stumble over, and a statement with one of them wherever people write."""

from __future__ import annotations

import copy
import shutil
import tomllib
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from facilities.inventory import DEMO_INVENTORY, Inventory, read_inventory
from facilities.toml_text import toml_text
from reports.catalogue import Catalogue
from reports.statement import Scored, document_text, statement

Json = dict[str, Any]
NAMES = {
    "overridden": "Locataire \u202eelbisiv\u202c fin",
    "bidi": "a\u200eb\u200fc\u061cd\u202ae\u202bf\u202dg\u2066h\u2067i\u2068j\u2069",
    "zero width": "zé\u200bro\u200cvi\u200dde\u2060\ufeff\u00ad.",
    "emoji": "Famille 👩‍👩‍👧‍👦 🇲🇦 🏳️‍🌈 fin",
    "three hundred letters": "Wmil0OQj" * 37 + "fin.",
    "three hundred Arabic letters": "شركةالبيضاءللخدماتوالاتصالات" * 11,
    "Arabic words": "شركة الدار البيضاء (ش.م.م) 2026 – A&B",
    "Tifinagh": "ⵜⴰⵎⴰⵣⵉⵖⵜ ⵏ ⵓⵙⴳⵓⵏⴼⵓ",
    "script": "<script>alert(1)</script>",
    "markup": "</title></style></bdi><img src=x onerror=alert(1)>&lt;b&gt; <!-- ]]>",
    "formula": "=cmd|' /C calc'!A0",
    "plus": "+1",
    "minus": "-2+3",
    "at": "@SUM(1)",
    "number": "007",
    "version": "1.0",
    "separators": "a\tb\"c;d,e'f|g",
    "lines": "a\r\nb\nc\u2028d\u2029e",
    "file": '#read("/etc/passwd")',
    "Typst": "$x$ *b* _i_ `c` // /* */ <l> @r \\u{41} #{1+1} = h [#] ~ -- ---",
    "JSON": '{"a": [1, "\\u0041", null], "b": "\\n"}',
    "format": "{value} %s {0} ${month:sqlstring} {{ 7*7 }} {% raw %}",
    "workbook": "_x0041_ &L&P [A1] 'sheet'!",
    "controls": "bell\x07 escape\x1b[31m \x7f \x85 end",
    "no characters": "a\ufffeb\uffffc",
    "blank letters": "a\u3164b\u115fc\uffa0d\u034fe",
    "piled": "Z" + "\u0351\u036b\u0343\u036a" * 10 + "algo",
}
SCORED_AT = datetime(2026, 11, 3, 9, tzinfo=UTC)


def as_seen(name: str) -> str:
    """What people must be shown: what cannot be seen, turns the line around or piles up, as its number."""
    found, marks = [], 0
    for sign in name:
        marks = marks + 1 if unicodedata.combining(sign) else 0
        found.append(f"[U+{ord(sign):04X}]" if marks > 4 or _is_unseen(sign) else sign)
    return "".join(found)


def _is_unseen(sign: str) -> bool:
    is_none = ord(sign) & 0xFFFE == 0xFFFE
    is_blank = sign in "\u034f\u115f\u3164\uffa0"
    is_control = unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Zl", "Zp"}
    return sign not in "\t\r\n" and (is_none or is_blank or is_control)


def named_inventory(folder: Path, name: str) -> Inventory:
    """The demo inventory in which everything that has a name for people has this one."""
    shutil.copytree(DEMO_INVENTORY, folder)
    places = {
        "tenants.toml": ("tenant", ("name",)),
        "circuits.toml": ("circuit", ("label", "a_end", "z_end")),
        "organisations.toml": ("organisation", ("name",)),
        "parks.toml": ("park", ("name",)),
        "zones.toml": ("zone", ("label", "building", "floor")),
    }
    for name_of_file, (table, keys) in places.items():
        file = folder / name_of_file
        found = tomllib.loads(file.read_text(encoding="utf-8"))
        for row in found[table]:
            row.update(dict.fromkeys(keys, name))
        file.write_text(toml_text(found), encoding="utf-8", newline="\n")
    return read_inventory(folder)


def named_statement(inventory: Inventory, one: Scored, name: str, words: Catalogue) -> Json:
    """A corrected statement of the month with this name in every text that somebody outside this project writes."""
    registers = copy.deepcopy({kind: list(rows) for kind, rows in one.registers.items()})
    for row in registers["exclusions"]:
        row |= dict.fromkeys(("proposed_by", "decided_by", "reason", "evidence"), name)
    registers["exclusions"][0]["exclusion"] = name
    registers["tickets"][0]["ticket"] = name
    document = one.row.parsed()
    document["objectives"][3]["tickets"][0]["ticket"] = name
    frozen = {"ticket": name, "starts_at": "2026-10-07T10:00:00Z", "ends_at": "2026-10-07T10:45:00Z", "reason": name}
    registers["freezes"] = [frozen]
    row_of = one.row._replace(document=document_text(document))
    zone = {"facility": name, "building": name, "floor": name, "zone": "casa-z1", "label": name}
    counted = {"quarters_measured": 1, "quarters": 2_976, "coverage_percent": "0.0336"}
    people = {"capacity_people": 9, "people_most": 3, "peak_at": "2026-10-07T10:00:00Z", "people_mean": "1.5",
              "mean_percent": "11.1", **counted}  # fmt: skip
    found = statement(
        inventory.tenants["locataire-a"], "2026-10", [one._replace(row=row_of, registers=registers)], {},
        inventory=inventory, issued_at=SCORED_AT, words=words,
        own_premises={"zones": [zone | people], "comfort": []},
    )  # fmt: skip
    found["agreements"][0] |= {"published": _published(name), "correction": _correction(name)}
    return found


def _published(name: str) -> Json:
    return {
        "version": 2, "state": "issued", "issued_at": "2026-11-03T09:00:00Z", "reason": name, "adjustment": "1.00",
        "entry": 2, "sha256": "0" * 64, "contest_until": "2026-12-03T09:00:00Z",
    }  # fmt: skip


def _correction(name: str) -> Json:
    span = {"starts_at": "2026-10-07T10:00:00Z", "ends_at": "2026-10-07T10:45:00Z"}
    exclusion = {"id": name, "circuit": "casa-a1", "kind": "customer", **span, "announced_at": None}
    ticket = {"id": name, "circuit": "casa-a1", "opened_at": "2026-10-07T09:15:00Z", "restored_at": None,
              "freezes": [{**span, "reason": name}]}  # fmt: skip
    difference = {
        "objectives": [], "credit": {}, "readings": [], "rules": {"calendar": {"before": name, "after": None}},
        "exclusions": {"came": [], "went": [exclusion], "changed": []},
        "tickets": {"came": [ticket], "went": [], "changed": []},
    }  # fmt: skip
    return {"from_version": 1, "to_version": 2, "reason": name, "causes": [name], "adjustment": "1.00",
            "difference": difference}  # fmt: skip


def texts_of(value: Any) -> Iterator[str]:
    """Every text of a JSON value."""
    if isinstance(value, str):
        yield value
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from texts_of(one)
