"""Proof that a webhook's sender holds the secret: what opens a feed, and what does not."""

import base64
import hashlib
import hmac
import json
import re
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.hooks_auth import LEEWAY_SECONDS, Head, Standing, is_signed, standing
from facilities.sensors import BEARER, DT_SIGNATURE, Feed, HookAuth

SECRET, OTHER = b"0123456789abcdef-one", b"0123456789abcdef-two"
BODY = b'{"people": 3}'
NOW = 1_763_800_000.0


def head(*query: tuple[str, str], **headers: str) -> Head:
    return Head([(key.replace("_", "-").lower().encode(), value.encode()) for key, value in headers.items()], query)


def basic(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


USER = HookAuth(kind="basic", user="xovis")
HEADER = HookAuth(kind="header", header="X-Secret")
QUERY = HookAuth(kind="query", parameter="token")
WORD = SECRET.decode()


@pytest.mark.parametrize(
    ("auth", "shown", "admitted"),
    [
        (BEARER, head(authorization=f"Bearer {WORD}"), True),
        (BEARER, head(authorization=f"bearer  {WORD} "), True),
        (BEARER, head(authorization=f"Bearer {OTHER.decode()}"), False),
        (BEARER, head(authorization=WORD), False),
        (BEARER, head(authorization="Bearer "), False),
        (BEARER, head(authorization=f"Bearer {WORD}x"), False),
        (BEARER, head(authorization=f"Bearer {WORD[:-1]}"), False),
        (BEARER, head(("token", WORD)), False),
        (BEARER, head(), False),
        (USER, head(authorization=basic(f"xovis:{WORD}")), True),
        (USER, head(authorization=basic(f"axis:{WORD}")), False),
        (USER, head(authorization=basic(WORD)), False),
        (USER, head(authorization="Basic ???"), False),
        (USER, head(authorization=f"Bearer {WORD}"), False),
        (HEADER, head(x_secret=WORD), True),
        (HEADER, head(x_secret=""), False),
        (HEADER, head(x_secret=OTHER.decode()), False),
        (HEADER, head(authorization=f"Bearer {WORD}"), False),
        (QUERY, head(("a", "b"), ("token", WORD)), True),
        (QUERY, head(("token", WORD), ("token", WORD)), False),
        (QUERY, head(("token", "")), False),
        (QUERY, head(("token", OTHER.decode())), False),
    ],
)
def test_a_secret_in_the_head(auth: HookAuth, shown: Head, admitted: bool) -> None:
    assert standing(auth, [SECRET], shown) is (Standing.ADMITTED if admitted else Standing.REFUSED)
    assert standing(auth, [], shown) is Standing.REFUSED


def test_a_header_that_is_there_twice_proves_nothing() -> None:
    pair = (b"x-secret", SECRET)
    assert standing(HEADER, [SECRET], Head([pair])) is Standing.ADMITTED
    assert standing(HEADER, [SECRET], Head([pair, pair])) is Standing.REFUSED


def test_while_a_secret_changes_both_are_valid() -> None:
    for one in (SECRET, OTHER):
        assert standing(HEADER, [SECRET, OTHER], Head([(b"x-secret", one)])) is Standing.ADMITTED


def signed(auth: HookAuth, body: bytes = BODY, secret: bytes = SECRET) -> str:
    digest = hmac.new(secret, body, auth.algorithm).digest()
    return auth.prefix + (digest.hex() if auth.encoding == "hex" else base64.b64encode(digest).decode())


@pytest.mark.parametrize(
    "auth",
    [
        HookAuth(kind="hmac", header="X-Sig"),
        HookAuth(kind="hmac", header="X-Sig", prefix="sha256="),
        HookAuth(kind="hmac", header="X-Sig", algorithm="sha512", encoding="base64"),
    ],
)
def test_a_signed_body(auth: HookAuth) -> None:
    shown = head(x_sig=signed(auth))
    assert standing(auth, [SECRET], shown) is Standing.SIGNED
    assert is_signed(auth, [OTHER, SECRET], shown, BODY, NOW)
    assert not is_signed(auth, [OTHER], shown, BODY, NOW)
    assert not is_signed(auth, [SECRET], shown, BODY + b" ", NOW)
    assert not is_signed(auth, [SECRET], head(x_sig=signed(auth)[:-1]), BODY, NOW)
    assert not is_signed(auth, [SECRET], head(), BODY, NOW)
    assert standing(auth, [SECRET], head()) is Standing.REFUSED
    assert standing(auth, [], shown) is Standing.REFUSED


def token(claims: dict[str, Any], secret: bytes = SECRET, alg: str = "HS256") -> str:
    def part(told: dict[str, Any]) -> bytes:
        return base64.urlsafe_b64encode(json.dumps(told).encode()).rstrip(b"=")

    text = part({"alg": alg, "typ": "JWT"}) + b"." + part(claims)
    mac = hmac.new(secret, text, hashlib.sha256).digest()
    return (text + b"." + base64.urlsafe_b64encode(mac).rstrip(b"=")).decode()


SHA256 = {"checksum_sha256": hashlib.sha256(BODY).hexdigest()}
SHA1 = {"checksum": hashlib.sha1(BODY).hexdigest()}  # as older Data Connectors do
WRONG = {"checksum_sha256": hashlib.sha256(b"").hexdigest()}


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (token(SHA256 | {"exp": NOW + 3600}), True),
        (token(SHA1 | {"exp": NOW + 3600}), True),
        (token(SHA256), True),
        (token(SHA256 | {"exp": NOW - LEEWAY_SECONDS}), True),
        (token(SHA256 | {"exp": NOW - LEEWAY_SECONDS - 1}), False),
        (token(WRONG), False),
        (token(WRONG | SHA1), False),
        (token({}), False),
        (token({"checksum_sha256": 5}), False),
        (token(SHA256, alg="none"), False),
        (token(SHA256, secret=OTHER), False),
        (token(SHA256).rpartition(".")[0] + ".", False),
        ("..", False),
        ("", False),
        ("a.b.c", False),
    ],
)
def test_a_token_over_the_body(shown: str, expected: bool) -> None:
    assert is_signed(DT_SIGNATURE, [SECRET], head(x_dt_signature=shown), BODY, NOW) is expected


@given(st.binary(max_size=200))
def test_whatever_stands_in_a_header_is_an_answer_and_no_error(text: bytes) -> None:
    for auth in (BEARER, USER, HEADER, QUERY):
        shown = Head([(b"authorization", text), (b"x-secret", text)], [("token", text.decode("latin-1"))])
        assert standing(auth, [SECRET], shown) is Standing.REFUSED
    for auth in (HookAuth(kind="hmac", header="X-Secret"), HookAuth(kind="jwt-hs256", header="X-Secret")):
        assert not is_signed(auth, [SECRET], Head([(b"x-secret", text)]), BODY, NOW)
    assert not is_signed(DT_SIGNATURE, [SECRET], Head([(b"x-dt-signature", b"e30.e30." + text)]), BODY, NOW)


@pytest.mark.parametrize(
    ("written", "mistake"),
    [
        ({"kind": "basic"}, 'missing key "user" (kind "basic")'),
        ({"kind": "header"}, 'missing key "header" (kind "header")'),
        ({"kind": "hmac"}, 'missing key "header" (kind "hmac")'),
        ({"kind": "query"}, 'missing key "parameter" (kind "query")'),
        ({"kind": "query", "header": "X"}, 'key "header": has no meaning for kind "query"'),
        ({"kind": "bearer", "header": "X"}, 'key "header": has no meaning for kind "bearer"'),
        ({"kind": "header", "header": "X", "algorithm": "sha512"}, 'key "algorithm": has no meaning for kind "header"'),
        ({"kind": "none"}, "Invalid enum value 'none' - at `$.kind`"),
        ({"kind": "bearer", "secret": "x"}, "Object contains unknown field `secret`"),
    ],
)
def test_a_way_of_proof_that_makes_no_sense_is_refused(written: dict[str, str], mistake: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=re.escape(mistake)):
        msgspec.convert(written, HookAuth)


def test_without_a_word_a_feed_wants_a_bearer_token_and_disruptive_its_signature() -> None:
    assert Feed(code="f", facility="p", source="xovis").proof == BEARER
    assert Feed(code="f", facility="p", source="disruptive").proof == DT_SIGNATURE
    assert Feed(code="f", facility="p", source="disruptive", auth=HEADER).proof == HEADER
    with pytest.raises(ValueError, match='key "auth": a feed with topics comes by MQTT'):
        Feed(code="f", facility="p", source="xovis", topics=("a/b",), auth=HEADER)
