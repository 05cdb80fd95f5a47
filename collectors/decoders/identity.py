"""Recognises bodies about persons (badge and Wi-Fi systems) so that not a byte of them is kept anywhere. Pure.

Law 09-08: a PIN, a MAC address or a name is personal data and a hash of it is not anonymous. Such bodies are refused
with `Reason.IDENTITY`, and whoever refuses them keeps `KEPT`, not the body: only counts may leave the edge.
"""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from collectors.reasons import Reason, Refused

KEPT = b""
"""What quarantine keeps of a body that names persons: nothing."""

_KEYS = frozenset(
    {
        # Meraki Scanning v2 and v3, Cisco Spaces, Aruba: devices that people carry
        "clientmac", "clientmacaddr", "clientmacaddress", "devicemac", "devicemacaddress", "stamac", "stamacaddress",
        "stationmac", "staethmac", "hashedstaethmac", "probemac", "seenepoch", "nearestapmac", "latestrecord",
        "rawuserid", "apmacaddress", "devicelocationupdate", "devicepresence", "userpresence", "profileupdate",
        "clientip", "ssidusername", "associatedmac", "peermac", "bluetoothmac", "msisdn",
        # badge, access control and time clocks (ZKTeco, Suprema BioStar 2, Lenel, HID): people themselves
        "pin", "userpin", "empcode", "employeeid", "employeeno", "employeenumber", "employeename", "personid",
        "personname", "personcode", "badge", "badgeid", "badgeno", "badgenumber", "cardno", "cardnumber", "cardid",
        "cardholder", "cardholderid", "cardholdername", "credentialid", "fingerprint",
        "facetemplate", "username", "userid", "firstname", "lastname", "fullname", "surname", "givenname",
        "employeenostring", "staffid", "holder", "holdername", "visitor", "visitorname", "faceid", "rfid", "tagid",
        "imsi", "phone", "hostname", "pincode", "badgeuid", "carduid", "rfiduid", "cardnr", "usertoken", "tokennumber",
        "credentialname", "credentialholdername", "cardholderguid", "actor", "actorname", "actoremail", "employee",
        # the same in French
        "matricule", "nom", "prenom", "cin", "cine", "numerobadge", "nobadge", "telephone", "courriel",
        "email", "emailaddress", "phonenumber", "mobilenumber", "nationalid", "cnie", "licenseplate",
        "platenumber",
    }
)  # fmt: skip
"""Keys that stand for a person or a device a person carries; case, - and _ do not matter."""

_JSON_KEY = re.compile(rb'"([A-Za-z][A-Za-z0-9_ -]{1,23})"\s*:(?!\s*(?:null|""|true|false)\s*[,}\]])')
"""A key with a value: what is empty names nobody."""
_ATTRIBUTE = re.compile(rb"<(?:cardNo|employeeNoString|employeeNo|personName|cardNumber)>", re.IGNORECASE)
_ATTENDANCE = re.compile(
    rb"(?:^|\n)[^\t,;\n]{1,64}[\t,;]\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d)?(?:[\t,;]|\r?\n|$)"  # PIN, time …
)
_ATTENDANCE_FORM = re.compile(
    rb"(?:^|[&?\s])(?:PIN|CardNo|Card)="
    rb"(?!-?[0-9]+[iu],|-?[0-9.]+[iu]? [0-9]{10,19}[ \r]*(?:\n|$))",  # a number of a line of Telegraf: a pin of a board
    re.IGNORECASE,
)
_ZKTECO_TABLE = re.compile(
    rb"(?:^|\n)(?:USER|USERINFO|FP|FACE|BIODATA|BIOPHOTO|USERPIC|USERVF|rtlog|ATTPHOTO)[ \t]+[A-Za-z]+="
    rb"|(?:^|\n)OPLOG[ \t]+\d+\t",
    re.IGNORECASE,
)
_SCRAPED = re.compile(rb"iclock/c?data|table=(?:ATTLOG|OPERLOG|USERINFO|ATTPHOTO)", re.IGNORECASE)
_DEEPEST = 12


def is_identity_data(body: bytes, where: str = "") -> bool:
    """Whether a body, or the path or topic it came by (`where`), is that of a badge or Wi-Fi tracking system.

    ZKTeco push (attendance lines, tables of users, form-encoded), Meraki Scanning and its like, and any JSON with a
    key that stands for a person. A body cut short is recognised by the same keys. MAC addresses of sensors are none:
    it is the key that says whose address it is.
    """
    if _SCRAPED.search(where.encode("utf-8", "replace")):
        return True
    if (
        _ATTRIBUTE.search(body)
        or _ATTENDANCE.search(body)
        or _ATTENDANCE_FORM.search(body)
        or _ZKTECO_TABLE.search(body)
    ):
        return True
    if any(_is_personal(found.decode()) for found in _JSON_KEY.findall(body)):
        return True
    if b"\\u" not in body:  # no key can hide behind an escape
        return False
    try:
        return _names_persons(msgspec.json.decode(body), 0)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False


def refuse_identity(body: bytes, where: str = "") -> None:
    """Raises Refused (identity) when the body is about persons; the sentence says nothing of it."""
    if is_identity_data(body, where):
        raise Refused(Reason.IDENTITY, "badge or Wi-Fi identities are not taken; only counts may leave the edge")


def _is_personal(key: str) -> bool:
    plain = key.replace("_", "").replace("-", "").replace(" ", "").lower()
    return plain in _KEYS or plain.rstrip("0123456789") in _KEYS


def _names_persons(value: Any, depth: int) -> bool:
    if depth > _DEEPEST:
        return False
    if isinstance(value, Mapping):
        return any(
            (_is_personal(str(key)) and inner not in (None, "", True, False)) or _names_persons(inner, depth + 1)
            for key, inner in value.items()
        )
    return isinstance(value, list) and any(_names_persons(inner, depth + 1) for inner in value)
