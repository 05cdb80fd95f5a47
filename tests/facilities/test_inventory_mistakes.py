"""One bad file per mistake, and the exact line each gets: the one thing a person sees at start-up."""

import shutil
import tomllib
from pathlib import Path
from typing import get_args

import pytest

from facilities.calendar import TZDB_VERSION
from facilities.inventory import read_inventory
from facilities.sensors import Source, secret_setting
from store.errors import InputError

GOOD = Path(__file__).parent / "good_inventory"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The good inventory as `inventory/`, reached by that relative path as a person would type it."""
    shutil.copytree(GOOD, tmp_path / "inventory")
    monkeypatch.chdir(tmp_path)
    return Path("inventory")


def replace_once(file: Path, old: str, new: str) -> None:
    """Edits the first `old` of a file, which must be there, or the case would test nothing."""
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_good_folder_is_read(folder: Path) -> None:
    inventory = read_inventory(folder)
    assert set(inventory.circuits) == {"C-17", "C-18"}
    assert set(inventory.agreements) == {"AGR-A", "AGR-B"}


# file, what is replaced there, by what, and the line without its "inventory/<file>: "
MISTAKES = [
    # keys
    ("circuits.toml", "cir_bps = 100_000_000", "cir_mbps = 100", 'circuit "C-17": unknown key "cir_mbps"'),
    ("circuits.toml", "cir_bps = 100_000_000", "", 'circuit "C-17": missing key "cir_bps"'),
    ("circuits.toml", 'code = "C-17"', "", 'circuit number 1: missing key "code"'),
    ("circuits.toml", "[[circuit]]", "[[circuits]]", 'unknown key "circuits"'),
    ("circuits.toml", "[[circuit]]", "demo = true\n[[circuit]]", 'unknown key "demo"'),
    ("inventory.toml", "[inventory]", "[inventaire]", 'unknown key "inventaire"'),
    ("inventory.toml", "demo = true", "", 'inventory: missing key "demo"'),
    ("parks.toml", 'unit = "m2", ', 'units = "m2", ', 'park "casanearshore": key "office_m2": unknown key "units"'),
    # types
    (
        "circuits.toml",
        "100_000_000",
        '"100M"',
        'circuit "C-17": key "cir_bps": expected an integer or { unknown = true }, got text',
    ),
    ("circuits.toml", "100_000_000", "0", 'circuit "C-17": key "cir_bps": expected an integer >= 1'),
    (
        "circuits.toml",
        "100_000_000",
        "1e8",
        'circuit "C-17": key "cir_bps": expected an integer or { unknown = true }, got a number',
    ),
    (
        "circuits.toml",
        "100_000_000",
        "{ unknown = false }",
        'circuit "C-17": key "cir_bps.unknown": only true can be written here',
    ),
    ("circuits.toml", '"Casanearshore, Locataire A"', '""', 'circuit "C-17": key "label": must not be empty'),
    (
        "circuits.toml",
        '"Casanearshore, Locataire A"',
        "17",
        'circuit "C-17": key "label": expected text, got an integer',
    ),
    ("circuits.toml", '"C-17"', "17", 'circuit number 1: key "code": expected text, got an integer'),
    (
        "circuits.toml",
        '"single"',
        '"double"',
        'circuit "C-17": key "leg": "double" is not one of: single, primary, backup',
    ),
    ("inventory.toml", "2026-11-22", '"2026-11-22"', 'inventory: key "compiled_on": expected a date, got text'),
    ("inventory.toml", "demo = true", 'demo = "yes"', 'inventory: key "demo": expected a boolean, got text'),
    (
        "tenants.toml",
        '"BPO"',
        '"ABC"',
        'tenant "locataire-a": key "sector": "ABC" is not one of: CRM, BPO, ITO, ESO, KPO',
    ),
    ("probes.toml", "8621", "86210", 'probe "probe-1": key "port": expected an integer <= 65535'),
    ("probes.toml", "0.5", "0", 'probe "probe-1": key "timeout_seconds": 0 is not above 0'),
    ("probes.toml", "0.5", '"0.5"', 'probe "probe-1": key "timeout_seconds": expected a number without quotes'),
    ("probes.toml", "0.5", "inf", 'probe "probe-1": key "timeout_seconds": Infinity is not a quantity'),
    ("zones.toml", "[[zone]]", "[zone]", 'key "zone": expected [[zone]] tables'),
    ("inventory.toml", "[inventory]", "[[inventory]]", 'key "inventory": expected [inventory]'),
    # codes
    (
        "circuits.toml",
        '"C-17"',
        '"C 17"',
        'circuit "C 17": key "code": letters, digits, ".", "_" and "-" only, at most 63',
    ),
    (
        "circuits.toml",
        '"C-17"',
        '"C\\n17"',
        'circuit "C\\n17": key "code": letters, digits, ".", "_" and "-" only, at most 63',
    ),
    ("circuits.toml", '"C-18"', '"C-17"', 'circuit "C-17": the code "C-17" is used twice'),
    ("sources.toml", '"C2"', '""', 'source number 1: key "mark": must not be empty'),
    (
        "parks.toml",
        '"AGA"',
        '"CASA"',
        'park "agadir": key "short_code": "CASA" is already that of park "casanearshore"',
    ),
    # published figures
    (
        "parks.toml",
        'value = 270000, unit = "m2"',
        'unit = "m2"',
        'park "casanearshore": key "office_m2": missing key "value" (or unknown = true)',
    ),
    ("parks.toml", 'unit = "m2", ', "", 'park "casanearshore": key "office_m2": missing key "unit"'),
    (
        "parks.toml",
        'unit = "m2", as_of = "2021-03", source = "C2"',
        'unit = "m2", as_of = "2021-03"',
        'park "casanearshore": key "office_m2": missing key "source"',
    ),
    ("parks.toml", 'as_of = "2021-03", ', "", 'park "casanearshore": key "office_m2": missing key "as_of"'),
    (
        "parks.toml",
        '"2021-03"',
        '"03/2021"',
        'park "casanearshore": key "office_m2.as_of": "03/2021" is not a date: YYYY, YYYY-MM, YYYY-MM-DD or unknown',
    ),
    (
        "parks.toml",
        '"2021-03"',
        '"2021-13"',
        'park "casanearshore": key "office_m2.as_of": "2021-13" is not a date: YYYY, YYYY-MM, YYYY-MM-DD or unknown',
    ),
    (
        "parks.toml",
        'as_of = "2021-03", source = "C2"',
        'as_of = "2021-03", source = []',
        'park "casanearshore": key "office_m2.source": must not be empty',
    ),
    (
        "parks.toml",
        "value = 270000",
        "unknown = true, value = 270000",
        'park "casanearshore": key "office_m2": an unknown has no "as_of"',
    ),
    (
        "parks.toml",
        "value = 270000",
        'value = "270000"',
        'park "casanearshore": key "office_m2.value": expected a number without quotes',
    ),
    (
        "parks.toml",
        'unit = "m2"',
        'unit = "ha"',
        'park "casanearshore": key "office_m2": the unit is "m2", not "ha"',
    ),
    ("parks.toml", "value = 270000", "value = -1", 'park "casanearshore": key "office_m2": -1 is negative'),
    (
        "parks.toml",
        "jobs = { unknown = true }",
        'jobs = { value = 1.5, unit = "job", as_of = "2020", source = "C2" }',
        'park "casanearshore": key "jobs": 1.5 is not a whole number',
    ),
    (
        "parks.toml",
        "jobs = { unknown = true }",
        "jobs = 3000",
        'park "casanearshore": key "jobs": expected a table, got an integer',
    ),
    ("parks.toml", "33.5", "133.5", 'park "casanearshore": key "latitude": 133.5 is beyond ±90 degrees'),
    (
        "parks.toml",
        'latitude = { value = 33.5, unit = "degree", as_of = "unknown", source = "C2" }',
        "latitude = { unknown = true }",
        'park "casanearshore": keys "latitude" and "longitude": known together or not at all',
    ),
    (
        "parks.toml",
        'definition = "m² loués", ',
        "",
        'park "casanearshore": key "occupancy_percent": missing key "definition"',
    ),
    (
        "parks.toml",
        'value = "80"',
        "value = 80",
        'park "casanearshore": key "occupancy_percent.value": expected a percentage in quotes, such as "99.5"',
    ),
    (
        "parks.toml",
        'value = "80"',
        'value = "108"',
        'park "casanearshore": key "occupancy_percent.value": 108 is not between 0 and 100',
    ),
    (
        "parks.toml",
        "name_confirmed = true",
        "name_confirmed = false",
        'park "casanearshore": missing key "name_in_source" (the name is not confirmed)',
    ),
    # references
    (
        "inventory.toml",
        'label = "DÉMO"',
        "",
        'inventory: key "label": a demonstration (demo = true) needs one',
    ),
    (
        "organisations.toml",
        'parent = "cdg"',
        'parent = "cgd"',
        'organisation "op-a": key "parent": no organisation "cgd" in organisations.toml',
    ),
    (
        "organisations.toml",
        'name = "CDG"\nsource = "C2"',
        'name = "CDG"\nsource = ["C2", "C9"]',
        'organisation "cdg": key "source": no source "C9" in sources.toml',
    ),
    (
        "parks.toml",
        'as_of = "2021-03", source = "C2"',
        'as_of = "2021-03", source = "C3"',
        'park "casanearshore": key "office_m2": no source "C3" in sources.toml',
    ),
    (
        "parks.toml",
        'value = "cdg"',
        'value = "medz"',
        'park "casanearshore": key "owner": no organisation "medz" in organisations.toml',
    ),
    (
        "parks.toml",
        'value = "cdg"',
        'value = "op-a"',
        'park "casanearshore": key "owner": organisation "op-a" is of kind carrier, not owner or manager',
    ),
    (
        "parks.toml",
        '"Africa/Casablanca"',
        '"Africa/Rabat"',
        'park "casanearshore": key "time_zone": "Africa/Rabat" is not a time zone of tzdb {tzdb}',
    ),
    (
        "zones.toml",
        '"casanearshore"',
        '"casa"',
        'zone "casa-z1": key "facility": no park "casa" in parks.toml',
    ),
    (
        "zones.toml",
        '"casanearshore"',
        '"agadir"',
        'zone "casa-z1": key "facility": park "agadir" is not operational (status announced)',
    ),
    (
        "zones.toml",
        '"locataire-a"',
        '"locataire-z"',
        'zone "casa-z1": key "tenant": no tenant "locataire-z" in tenants.toml',
    ),
    (
        "circuits.toml",
        '"casanearshore"',
        '"casa"',
        'circuit "C-17": key "facility": no park "casa" in parks.toml',
    ),
    (
        "circuits.toml",
        '"locataire-a"',
        '"locataire-z"',
        'circuit "C-17": key "tenant": no tenant "locataire-z" in tenants.toml',
    ),
    (
        "circuits.toml",
        '"op-a"',
        '"op-z"',
        'circuit "C-17": key "carrier": no organisation "op-z" in organisations.toml',
    ),
    (
        "circuits.toml",
        "infrastructure_carrier = { unknown = true }",
        'infrastructure_carrier = "op-a"',
        'circuit "C-17": key "infrastructure_carrier": organisation "op-a" is of kind carrier, '
        "not infrastructure_carrier",
    ),
    (
        "probes.toml",
        '"C-17"',
        '"C-19"',
        'probe "probe-1": key "circuit": no circuit "C-19" in circuits.toml',
    ),
    (
        "probes.toml",
        '"C-17"',
        '"C-18"',
        'probe "probe-1": key "circuit": "C-18" is simulated: nothing there to probe',
    ),
    # feeds and sensors
    (
        "feeds.toml",
        '"chirpstack"',
        '"chirp"',
        'feed "lns": key "source": "chirp" is not one of: {sources}',
    ),
    ("feeds.toml", 'source = "chirpstack"', "", 'feed "lns": missing key "source"'),
    ("feeds.toml", "topics", "topic", 'feed "lns": unknown key "topic"'),
    ("feeds.toml", '"casanearshore"', '"casa"', 'feed "lns": key "facility": no park "casa" in parks.toml'),
    (
        "feeds.toml",
        '"casanearshore"',
        '"agadir"',
        'feed "lns": key "facility": park "agadir" is not operational (status announced)',
    ),
    (
        "feeds.toml",
        'topics = ["application/+/device/+/event/+"]',
        "",
        'feed "lns": missing key "topics" (chirpstack comes by MQTT)',
    ),
    (
        "feeds.toml",
        'source = "vergesense"',
        'source = "vergesense"\ntopics = ["desks/#"]',
        'feed "desks": key "topics": vergesense comes by webhook',
    ),
    *(
        ("feeds.toml", '"casa/+/online"', f'"{topic}"', f'feed "meters": key "topics": "{topic}" is {wrong}')
        for topic, wrong in (
            ("casa/#/online", "not an MQTT topic filter"),
            ("casa/+b/online", "not an MQTT topic filter"),
            ("casa/b#", "not an MQTT topic filter"),
            ("$share/g/casa/+/online", "ours to subscribe to"),
            ("p2i/v1/#", "ours to subscribe to"),
            ("p2i/v1", "ours to subscribe to"),
            ("p2i/+/casanearshore/+/occupancy", "ours to subscribe to"),
            ("+/v1/+/+/intervals", "ours to subscribe to"),
            ("#", "ours to subscribe to"),
        )
    ),
    ("feeds.toml", '"casa/+/online"', '""', 'feed "meters": key "topics": must not be empty'),
    *(
        (
            "feeds.toml",
            '"casa/+/online"',
            f'"{topic}"',
            f'feed "meters": key "topics": "{topic}" and "{other}" of feed "{holder}" have topics in common',
        )
        for topic, other, holder in (
            ("application/+/device/+/event/+", "application/+/device/+/event/+", "lns"),
            ("application/a/device/b/event/up", "application/+/device/+/event/+", "lns"),
            ("application/#", "application/+/device/+/event/+", "lns"),
            ("casa/b1/events/#", "casa/+/events/rpc", "meters"),
        )
    ),
    ("feeds.toml", '"meters"', '"lns"', 'feed "lns": the code "lns" is used twice'),
    ("sensors.toml", '"lns"', '"lsn"', 'sensor "door-1": key "feed": no feed "lsn" in feeds.toml'),
    ("sensors.toml", 'device = "24e124136b502217"', "", 'sensor "door-1": missing key "device"'),
    ("sensors.toml", '"24e124136b502217"', '""', 'sensor "door-1": key "device": must not be empty'),
    (
        "sensors.toml",
        '"meters"\ndevice = "casa/b1"',
        '"lns"\nprofile = "elsys"\ndevice = "24E124136B502217"',
        'sensor "meter-1": key "device": "24E124136B502217" is already that of sensor "door-1"',
    ),
    (
        "sensors.toml",
        'profile = "milesight-vs121"',
        "",
        'sensor "door-1": key "profile": needed, to read the bytes of a device of chirpstack',
    ),
    (
        "sensors.toml",
        'device = "casa/b1"',
        'device = "casa/b1"\nprofile = "elsys"',
        'sensor "meter-1": key "profile": a device of shelly has none',
    ),
    ("sensors.toml", '"casa-z1"', '"casa-z9"', 'sensor "door-1": key "zone": no zone "casa-z9" in zones.toml'),
    (
        "sensors.toml",
        'zone = "casa-z1"',
        "",
        'sensor "door-1": key "channel": says which part counts for a zone: needs the key "zone"',
    ),
    (
        "sensors.toml",
        '[[sensor]]\ncode = "meter-1"',
        '[[sensor]]\ncode = "desk-1"\nfeed = "desks"\ndevice = "1"\nlabel = "x"\nzone = "casa-z1"\n\n'
        '[[sensor]]\ncode = "meter-1"',
        'sensor "desk-1": key "zone": "casa-z1" is counted by sensor "door-1" already; its occupancy would jump '
        "between the two",
    ),
    (
        "feeds.toml",
        'source = "vergesense"',
        'source = "vergesense"\n[[feed]]\ncode = "Desks"\nfacility = "casanearshore"\nsource = "xovis"',
        'feed "Desks": key "code": its secret would be in {secret}, as that of feed "desks"; rename one',
    ),
    ("sensors.toml", 'label = "compteur"', 'lable = "compteur"', 'sensor "meter-1": unknown key "lable"'),
    # agreements
    (
        "agreements/b.toml",
        "currency",
        "curency",
        "agreement.currency: is required",
    ),
    (
        "agreements/b.toml",
        '"AGR-B"',
        '"AGR/B"',
        'agreement.id: letters, digits, ".", "_" and "-" only, at most 63',
    ),
    ("agreements/b.toml", '"AGR-B"', '"AGR-A"', 'agreement.id: "AGR-A" is already that of a.toml'),
    (
        "agreements/b.toml",
        '"locataire-a"',
        '"locataire-z"',
        'agreement.tenant: no tenant "locataire-z" in tenants.toml',
    ),
    ("agreements/b.toml", '"casanearshore"', '"casa"', 'agreement.facility: no park "casa" in parks.toml'),
    (
        "agreements/b.toml",
        '"C-17"',
        '"C-19"',
        'objective[availability].circuit: no circuit "C-19" in circuits.toml',
    ),
    (
        "agreements/b.toml",
        '"casanearshore"',
        '"agadir"',
        'objective[availability].circuit: "C-17" is at "casanearshore", not at "agadir"',
    ),
    (
        "agreements/b.toml",
        '"C-17"',
        '"C-18"',
        'objective[availability].circuit: "C-18" serves tenant "locataire-b", not "locataire-a"',
    ),
    (
        "agreements/b.toml",
        "2027-01-01",
        "2026-12-31",
        'objective[availability].circuit: "C-17" has availability in agreement "AGR-A" over the same days',
    ),
    # calendars
    (
        "agreements/b.toml",
        '"ma-bureau"',
        '"ma-bureaux"',
        'agreement.service_hours.calendar: no calendar "ma-bureaux" in calendars/*.toml',
    ),
    (
        "agreements/b.toml",
        '"ma-bureau"',
        '"ma-bureau"\ndays = ["mon"]',
        "agreement.service_hours.days: has no place beside the name of a calendar, which gives the hours",
    ),
    ("agreements/b.toml", '"ma-bureau"', "17", "agreement.service_hours.calendar: must be a text that is not empty"),
    (
        "agreements/b.toml",
        '"ma-bureau"',
        '"jours-seuls"',
        'agreement.service_hours.calendar: "jours-seuls" has no weekly hours',
    ),
    (
        "calendars/clients-fr.toml",
        '"locataire-a"',
        '"locataire-z"',
        'calendar "clients-fr": key "tenant": no tenant "locataire-z" in tenants.toml',
    ),
    (
        "calendars/clients-fr.toml",
        '"C2"',
        '"C3"',
        'calendar "clients-fr": key "source": no source "C3" in sources.toml',
    ),
    (
        "calendars/clients-fr.toml",
        'id = "clients-fr"',
        'id = "clients-es"',
        'calendar.id: "clients-es" is not the name of its file, which is "clients-fr"',
    ),
]


@pytest.mark.parametrize(
    ("name", "old", "new", "line"),
    [pytest.param(*mistake, id=f"{mistake[0]}: {mistake[3]}") for mistake in MISTAKES],
)
def test_each_mistake_is_one_exact_line(folder: Path, name: str, old: str, new: str, line: str) -> None:
    replace_once(folder / name, old, new)
    with pytest.raises(InputError) as error:
        read_inventory(folder)
    line = line.replace("{tzdb}", TZDB_VERSION).replace("{sources}", ", ".join(get_args(Source)))
    line = line.replace("{secret}", secret_setting("Desks"))
    assert str(error.value) == f"inventory/{name}: {line}"


ODD_VALUES = ["17", "-1", "1.5", "nan", '"x"', '""', "true", "[]", "[[1]]", "{}", "{ a = 1 }", "2026-01-01", "12:00:00"]


@pytest.mark.parametrize("odd", ODD_VALUES)
@pytest.mark.parametrize(
    "name",
    ["inventory", "sources", "organisations", "parks", "tenants", "zones", "circuits", "probes", "feeds", "sensors"],
)
def test_whatever_is_written_the_answer_is_one_readable_line(folder: Path, name: str, odd: str) -> None:
    file = folder / f"{name}.toml"
    lines = file.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines):
        key, equals, _ = line.partition(" = ")
        if not equals:
            continue
        changed = [*lines[:number], f"{key} = {odd}", *lines[number + 1 :]]
        file.write_text("\n".join(changed), encoding="utf-8")
        try:
            read_inventory(folder)
        except InputError as error:
            text = str(error)
            assert text.startswith("inventory/")
            assert "\n" not in text
            assert "`" not in text  # a message of msgspec that nobody put into words
            assert "null" not in text


def test_simulated_readings_are_refused_outside_a_demonstration(folder: Path) -> None:
    replace_once(folder / "inventory.toml", "demo = true", "demo = false")
    replace_once(folder / "inventory.toml", 'label = "DÉMO"', "")
    with pytest.raises(InputError) as error:
        read_inventory(folder)
    assert str(error.value) == (
        'inventory/circuits.toml: circuit "C-18": key "origin": "simulated" is for a demonstration (demo = true) only'
    )


def test_a_label_is_refused_outside_a_demonstration(folder: Path) -> None:
    replace_once(folder / "inventory.toml", "demo = true", "demo = false")
    with pytest.raises(InputError) as error:
        read_inventory(folder)
    assert str(error.value) == (
        'inventory/inventory.toml: inventory: key "label": only a demonstration (demo = true) has one'
    )


def test_the_calendar_of_one_tenant_is_not_for_another(folder: Path) -> None:
    file = folder / "agreements" / "b.toml"
    replace_once(file, "locataire-a", "locataire-b")
    replace_once(file, "C-17", "C-18")
    replace_once(file, "ma-bureau", "clients-fr")
    with pytest.raises(InputError) as error:
        read_inventory(folder)
    assert str(error.value) == (
        'inventory/agreements/b.toml: agreement.service_hours.calendar: "clients-fr" is that of tenant "locataire-a", '
        'not of "locataire-b"'
    )


def test_an_empty_heading_is_refused(folder: Path) -> None:
    (folder / "inventory.toml").write_text("", encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_inventory(folder)
    assert str(error.value) == "inventory/inventory.toml: missing table [inventory]"


def test_text_that_is_not_toml_is_refused_with_its_line(folder: Path) -> None:
    replace_once(folder / "tenants.toml", 'sector = "BPO"', 'sector = "BPO"\nsector = "ITO"')
    with pytest.raises(tomllib.TOMLDecodeError) as cause:
        tomllib.loads((folder / "tenants.toml").read_text(encoding="utf-8"))
    with pytest.raises(InputError) as error:
        read_inventory(folder)
    assert str(error.value) == f"inventory/tenants.toml:5: not TOML: {cause.value}"


def test_a_missing_file_is_refused(folder: Path) -> None:
    (folder / "circuits.toml").unlink()
    with pytest.raises(InputError) as error:
        read_inventory(folder)
    assert str(error.value) == "inventory/circuits.toml: no such file"


def test_a_folder_in_place_of_a_file_is_refused(folder: Path) -> None:
    (folder / "circuits.toml").unlink()
    (folder / "circuits.toml").mkdir()
    with pytest.raises(InputError) as error:
        read_inventory(folder)
    assert str(error.value) == "inventory/circuits.toml: cannot be read: Is a directory"


def test_a_file_that_is_not_utf_8_is_refused(folder: Path) -> None:
    (folder / "tenants.toml").write_bytes("# a\n# é".encode("latin-1"))
    with pytest.raises(InputError) as error:
        read_inventory(folder)
    assert str(error.value) == "inventory/tenants.toml:2: not UTF-8"


@pytest.mark.parametrize("name", ["circuit.toml", "agreement/a.toml", "agreements/old/a.toml", "calendars/old/a.toml"])
def test_a_file_nobody_would_read_is_refused(folder: Path, name: str) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("", encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_inventory(folder)
    assert str(error.value) == (
        f"inventory/{name}: not a file of an inventory (inventory.toml, sources.toml, organisations.toml, parks.toml, "
        "tenants.toml, zones.toml, circuits.toml, probes.toml, feeds.toml, sensors.toml, topology.toml, bands.toml,"
        " agreements/*.toml, calendars/*.toml)"
    )


def test_a_missing_folder_is_refused(folder: Path) -> None:
    with pytest.raises(InputError) as error:
        read_inventory(folder / "nowhere")
    assert str(error.value) == "inventory/nowhere: no such inventory folder"


def test_notes_of_an_editor_and_other_kinds_of_files_are_left_alone(folder: Path) -> None:
    (folder / ".#circuits.toml").write_text("not ours", encoding="utf-8")
    (folder / "agreements" / ".a.toml").write_text("not ours", encoding="utf-8")
    (folder / "calendars" / ".ma.toml").write_text("not ours", encoding="utf-8")
    (folder / "README.md").write_text("ours", encoding="utf-8")
    assert set(read_inventory(folder).agreements) == {"AGR-A", "AGR-B"}


def test_the_last_five_files_and_both_folders_are_optional_and_files_may_be_empty(folder: Path) -> None:
    for name in ("probes.toml", "feeds.toml", "sensors.toml", "topology.toml", "bands.toml"):
        (folder / name).unlink(missing_ok=True)
    shutil.rmtree(folder / "agreements")
    shutil.rmtree(folder / "calendars")
    for name in ("zones.toml", "circuits.toml", "tenants.toml"):
        (folder / name).write_text("# none yet\n", encoding="utf-8")
    inventory = read_inventory(folder)
    assert not inventory.probes
    assert not inventory.feeds
    assert not inventory.sensors
    assert not inventory.agreements
    assert not inventory.calendars
    assert not inventory.circuits
    assert inventory.tenants_of("casanearshore") == ()
