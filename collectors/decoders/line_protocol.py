"""Reads the InfluxDB line protocol: measurement, tags, fields and instant of each line, escapes and all. Pure."""

import re
from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

from collectors.reasons import Reason, Refused

FieldValue: TypeAlias = bool | int | float | str
_INTEGER = re.compile(r"(-?[0-9]{1,20})([iu])")
_FLOAT = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_BOOLEANS = {
    **dict.fromkeys(("t", "T", "true", "True", "TRUE"), True),
    **dict.fromkeys(("f", "F", "false", "False", "FALSE"), False),
}
_MEASUREMENT = re.compile(r"(?:[^\\, \n]|\\[^\n])+")
_KEY = re.compile(r"(?:[^\\,= \n]|\\[^\n])+")
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_BARE = re.compile(r"[^, \n\"]+")
_INSTANT = re.compile(r" +(-?[0-9]{1,19}) *(?=\n|$)")
_UNESCAPED = re.compile(r"\\([,= ])")
_UNQUOTED = re.compile(r'\\(["\\])')


class Line(NamedTuple):
    """One line: a field is a boolean, a whole number (`i`, `u`), a float or text; the instant as it is written."""

    measurement: str
    tags: dict[str, str]
    fields: dict[str, FieldValue]
    instant: int | None


def lines(text: str) -> Iterator[Line]:
    """The lines of a body, one after the other; comments and empty lines are passed over.

    A backslash before a comma, equals sign or space makes it part of a name; in quoted text before a quote or itself,
    and a quoted text may hold line feeds. Raises Refused (malformed) with the number of the first wrong line.
    """
    text = text.replace("\r\n", "\n")
    place, number = 0, 1
    while place < len(text):
        if text[place] == "\n" or text[place] == "#":
            end = text.find("\n", place)
            place, number = (len(text) if end < 0 else end + 1), number + 1
            continue
        if text[place] == " ":
            place += 1
            continue
        reader = _Reader(text, place, number)
        yield reader.line()
        number += text.count("\n", place, reader.place)
        place = reader.place


class _Reader:
    def __init__(self, text: str, place: int, number: int) -> None:
        self.text, self.place, self.number = text, place, number

    def line(self) -> Line:
        measurement = _UNESCAPED.sub(r"\1", self._take(_MEASUREMENT, "a measurement"))
        tags: dict[str, str] = {}
        while self._at(","):
            key = self._name("the key of a tag")
            self._expect("=", "the value of a tag")
            tags[key] = self._name("the value of a tag")
        self._expect(" ", "fields")
        while self._at(" "):
            pass
        fields = dict([self._field()])
        while self._at(","):
            key, value = self._field()
            fields[key] = value
        instant = _INSTANT.match(self.text, self.place)
        if instant:
            self.place = instant.end()
        while self._at(" "):
            pass
        if self.place < len(self.text):
            self._expect("\n", "the end of the line")
        return Line(measurement, tags, fields, int(instant[1]) if instant else None)

    def _field(self) -> tuple[str, FieldValue]:
        key = self._name("the key of a field")
        self._expect("=", "the value of a field")
        if text := _STRING.match(self.text, self.place):
            self.place = text.end()
            return key, _UNQUOTED.sub(r"\1", text[1])
        bare = self._take(_BARE, "the value of a field")
        if bare in _BOOLEANS:
            return key, _BOOLEANS[bare]
        if whole := _INTEGER.fullmatch(bare):
            value = int(whole[1])
            lowest, highest = (-(2**63), 2**63 - 1) if whole[2] == "i" else (0, 2**64 - 1)
            if lowest <= value <= highest:
                return key, value
        elif _FLOAT.fullmatch(bare):
            return key, float(bare)
        raise self._wrong("a number, a truth or quoted text")

    def _name(self, what: str) -> str:
        return _UNESCAPED.sub(r"\1", self._take(_KEY, what))

    def _take(self, pattern: re.Pattern[str], what: str) -> str:
        found = pattern.match(self.text, self.place)
        if found is None:
            raise self._wrong(what)
        self.place = found.end()
        return found[0]

    def _at(self, sign: str) -> bool:
        if not self.text.startswith(sign, self.place):
            return False
        self.place += 1
        return True

    def _expect(self, sign: str, what: str) -> None:
        if not self._at(sign):
            raise self._wrong(what)

    def _wrong(self, what: str) -> Refused:
        return Refused(Reason.MALFORMED, f"line {self.number}: expected {what}")
