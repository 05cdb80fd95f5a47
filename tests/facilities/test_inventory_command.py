"""`p2i inventory`: what check and show print, and the one line of a bad folder."""

from pathlib import Path

import pytest

from facilities.command import main
from facilities.inventory import DEMO_INVENTORY, REAL_INVENTORY, read_inventory
from facilities.listing import french_number
from facilities.provenance import Number


def test_check_prints_one_line_per_file(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("P2I_INVENTORY", raising=False)
    assert main(["check"]) == 0
    lines = capsys.readouterr().out.splitlines()
    files = sorted(str(file) for file in REAL_INVENTORY.rglob("*.toml"))
    assert sorted(line.partition(": ")[0] for line in lines) == files
    assert f"{REAL_INVENTORY}/parks.toml: 10 parks, 5 operational" in lines


def test_check_counts_what_the_demo_holds(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(DEMO_INVENTORY)]) == 0
    lines = [line.removeprefix(f"{DEMO_INVENTORY}/") for line in capsys.readouterr().out.splitlines()]
    assert lines[:8] == [
        "inventory.toml: DÉMO · Inventaire de démonstration",
        "sources.toml: 1 source",
        "organisations.toml: 10 organisations",
        "parks.toml: 5 parks, 5 operational",
        "tenants.toml: 6 tenants",
        "zones.toml: 15 zones",
        "circuits.toml: 13 circuits, 10 simulated",
        "probes.toml: 3 probes",
    ]
    assert "agreements/tetouan-shore-locataire-b.toml: DEMO-TET-B, locataire-b, 1 objective" in lines


@pytest.mark.parametrize("verb", ["check", "show"])
def test_a_bad_folder_is_one_line_and_exit_2(
    verb: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "inventory").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("P2I_INVENTORY", "inventory")
    assert main([verb]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == "inventory/inventory.toml: no such file\n"


def test_show_gives_sources_dates_and_what_is_not_known(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", str(REAL_INVENTORY)]) == 0
    text = capsys.readouterr().out
    assert "  bureaux              270\u202f000\u00a0m², 03/2021 [C2] — 50 000 m² (SHO)" in text
    assert "  locataires           >\u00a0100, 2020 [C3]" in text
    assert "  bureaux              20\u202f230\u00a0m², sans date [C7]" in text
    assert "  occupation publiée   80\u00a0% (définition : non précisée par la source), 11/2023 [C4]" in text
    assert "  partenaire           CDG (à confirmer), 01/2026 [S0]" in text
    assert "  gestionnaire         Tanger Med Zones, 2023 [C6]" in text
    assert "[laayoune, LAA] — nom à confirmer (source : « Lyon »)" in text
    assert "  [C2] challenge.ma/" in text
    assert "DÉMO" not in text
    tetouan = text[text.index("Tétouan Shore [") : text.index("Casablanca Tech Valley [")]
    assert "locataires           à confirmer" in tetouan


def test_show_says_which_days_of_a_calendar_are_only_forecast(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", str(REAL_INVENTORY)]) == 0
    text = capsys.readouterr().out
    assert (
        "  Maroc, jours fériés du secteur privé [ma, version 1] : 30 jours fériés, dont 8 prévisions à confirmer, "
        "du 01/01/2026 au 31/12/2027 [C42][C43]\n"
    ) in text
    assert "  France, jours fériés légaux [fr, version 1] : 22 jours fériés, du 01/01/2026 au 31/12/2027 [PH]\n" in text


def test_show_labels_every_part_of_a_demonstration(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", str(DEMO_INVENTORY)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "DÉMO · Inventaire de démonstration — établi le 22/11/2026"
    titles = [line for line in lines if "[" in line and not line.startswith(" ")]
    assert len(titles) == 5
    assert all(title.startswith("DÉMO · ") for title in titles)
    assert (
        "  zone casa-z1 : Shore A, 1, plateau 1 ; capacité 180\u00a0personnes (postes installés) ; Locataire A (fictif)"
        in lines
    )
    assert "  circuit live-1 : Locataire F (fictif) ; Opérateur A (fictif) ; débit à confirmer ; mesuré" in lines


def test_show_says_what_measures_and_what_it_counts(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", str(DEMO_INVENTORY)]) == 0
    lines = capsys.readouterr().out.splitlines()
    feed = lines.index("  flux fes-energie : shelly ; MQTT fes-shore/+/+/events/rpc, fes-shore/+/+/online")
    assert lines[feed + 1 : feed + 3] == [
        "    capteur fes-z2-presence : présence, plateau 2 ; fes-shore/b1/presence-2 ; compte fes-z2 (presence:0)",
        "    capteur fes-compteur : compteur électrique du plateau 2 ; fes-shore/b1/compteur-3",
    ]
    inventory = read_inventory(DEMO_INVENTORY)
    for word, codes in (("sonde", inventory.probes), ("flux", inventory.feeds), ("capteur", inventory.sensors)):
        assert sum(line.lstrip().startswith(f"{word} ") for line in lines) == len(codes) > 0


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("30000", "30\u202f000"),
        ("6.5", "6,5"),
        ("-7.64201", "-7,64201"),
        ("1234567.89", "1\u202f234\u202f567,89"),
        ("0", "0"),
    ],
)
def test_numbers_are_french(written: str, shown: str) -> None:
    assert french_number(Number(written)) == shown


@pytest.mark.parametrize(
    ("kind", "due"),
    [
        ("ouvres", "5 jours ouvrés after 2026-11-04: 2026-11-12, until 2026-11-13T00:00:00Z (not included)"),
        ("ouvrables", "5 jours ouvrables after 2026-11-04: 2026-11-11, until 2026-11-12T00:00:00Z (not included)"),
    ],
)
def test_a_delay_in_days_ends_where_the_calendar_says(kind: str, due: str, capsys: pytest.CaptureFixture[str]) -> None:
    """From a Wednesday, over the holiday of Friday November 6: Saturday the 7th is ouvrable and not ouvré."""
    assert main(["due", "ma", "--days", "5", "--kind", kind, "--filed", "2026-11-04T15:00:00Z"]) == 0
    assert capsys.readouterr().out.splitlines() == [due, "calendar ma version 1, Africa/Casablanca"]


def test_a_forecast_that_could_move_the_due_day_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["due", "ma", "--days", "2", "--kind", "ouvres", "--filed", "2027-03-08T15:00:00Z"]) == 0
    assert " is only forecast: the announcement may move this" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("nowhere", "--days", "2", "--filed", "2026-11-04T15:00:00Z"), 'no calendar "nowhere"'),
        (("ma", "--days", "-1", "--filed", "2026-11-04T15:00:00Z"), "-1 days cannot be added: a delay runs forward"),
        (("ma", "--days", "2", "--filed", "2026-11-04"), '--filed: "2026-11-04"'),
        (("ma", "--days", "2", "--filed", "2031-11-04T15:00:00Z"), "not 2031-11-0"),
    ],
)
def test_a_delay_that_cannot_be_counted_is_one_line(
    words: tuple[str, ...], line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["due", *words, "--kind", "ouvres"]) == 2
    captured = capsys.readouterr()
    assert (captured.out, captured.err.count("\n")) == ("", 1)
    assert line in captured.err
