"""Records of a file as readings of sensors: whose each is, and which of them is a zone's occupancy. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from collectors.csv_layout import fields_of_line, kept_of_line
from collectors.feed_rows import believed, people_of, reading_of
from collectors.feeds import Feeds
from collectors.file_rows import Record
from collectors.known import Known, Series
from collectors.reasons import Reason, Refusal, Refused, Rejected
from collectors.sensor_rows import SensorMapping, SensorReader
from facilities.sensors import Sensor
from store.errors import InputError
from store.instants import microseconds
from store.rows import SensorReadingRow


@dataclass
class SensorRows:
    """What records became: readings and the record of each, refused records, and how many are not asked for.

    `people` are the readings that are a zone's occupancy, by their place: the zone's number, the instant in µs, the
    people. `keep` is what quarantine keeps of a record.
    """

    keep: Callable[[Record], bytes]
    readings: list[SensorReadingRow] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    rejected: list[tuple[int, Rejected]] = field(default_factory=list)
    people: dict[int, tuple[int, int, int]] = field(default_factory=dict)
    skipped: int = 0

    def refused(self, place: int, why: Refusal) -> tuple[int, Rejected]:
        """The reading at `place`, refused."""
        record = self.records[place]
        return record.number, Rejected(why, self.keep(record))


@dataclass(frozen=True)
class SensorForm:
    """A mapping applied to the header of one file, with the sensors that its rows may be about."""

    mapping: SensorMapping
    header: tuple[str, ...]
    sensors: Mapping[str, Sensor]
    zones: Mapping[str, Series]

    def rows(
        self,
        records: Iterable[Record],
        fields_of: Callable[[Record], Sequence[str] | None],
        keep: Callable[[Record], bytes],
        received_at: datetime,
    ) -> SensorRows:
        """Every record as a reading, refused with its reason, or not asked for; one without fields is none of them.

        The instant must be one that a right clock can have shown, as that of every reading.
        """
        rows = SensorRows(keep)
        read = SensorReader(self.mapping, self.header).observation
        for record in records:
            try:
                fields = fields_of(record)
                if fields is None:
                    continue
                one = read(fields)
                if one is None:
                    rows.skipped += 1
                    continue
                sensor = self._sensor(one.device)
                at = believed(one, received_at)
            except Refused as error:
                rows.rejected.append((record.number, Rejected(error.refusal, keep(record))))
                continue
            if (count := people_of(sensor, one)) is not None:
                assert sensor.zone is not None
                rows.people[len(rows.records)] = (self.zones[sensor.zone].number, microseconds(at), count)
            rows.readings.append(reading_of(sensor, one, at))
            rows.records.append(record)
        return rows

    def _sensor(self, device: str) -> Sensor:
        found = self.sensors.get(device if self.mapping.codes else device.casefold())
        if found is None:
            where = "the mapping's codes do" if self.mapping.codes else "sensors.toml does"
            raise Refused(Reason.UNKNOWN_DEVICE, f"a device that {where} not name")
        return found


def sensor_lines(form: SensorForm, lines: Iterable[Record], received_at: datetime) -> SensorRows:
    """Every line of a CSV file as a reading, refused, or not asked for; blank lines are neither."""
    mapping = form.mapping
    return form.rows(
        lines,
        lambda line: fields_of_line(line, mapping),
        lambda line: kept_of_line(line, form.header, mapping),
        received_at,
    )


def sensor_form(mapping: SensorMapping, header: tuple[str, ...], known: Known) -> SensorForm:
    """The mapping applied to a header; InputError when it names a feed or sensor that the inventory does not have."""
    return SensorForm(mapping, header, sensors_of(mapping, known.feeds), known.zones)


def refuse_subject(circuit: str | None, zone: str | None) -> None:
    """Raises InputError in one line where the command line names what the rows are about: each is about a sensor."""
    for word, given in (("circuit", circuit), ("zone", zone)):
        if given:
            raise InputError(f"--{word}: sensors are about a device, which the mapping names by its feed or codes")


def sensors_of(mapping: SensorMapping, feeds: Feeds) -> Mapping[str, Sensor]:
    """The sensors by what the file calls them; of a feed in small letters, for there capitals do not count.

    InputError in one line when the mapping names a feed or a sensor that the inventory does not have.
    """
    if mapping.feed is not None:
        if mapping.feed not in feeds.by_code:
            raise InputError(f'feed: "{mapping.feed}" is not in feeds.toml')
        return feeds.by_code[mapping.feed].sensors
    listed = {one.code: one for opened in feeds.by_code.values() for one in opened.sensors.values()}
    for code in mapping.codes.values():
        if code not in listed:
            raise InputError(f'codes: "{code}" is not in sensors.toml')
    return {name: listed[code] for name, code in mapping.codes.items()}
