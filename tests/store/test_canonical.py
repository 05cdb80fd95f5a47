import hashlib

import pytest

from store.canonical import canonical, canonical_sha256, text_sha256


def test_keys_are_sorted_and_nothing_is_added() -> None:
    assert canonical({"b": [1, None, True], "a": {"é": "Salé"}}) == '{"a":{"é":"Salé"},"b":[1,null,true]}'.encode()


def test_the_order_of_keys_does_not_matter_and_that_of_lists_does() -> None:
    assert canonical_sha256({"a": 1, "b": 2}) == canonical_sha256({"b": 2, "a": 1})
    assert canonical_sha256([1, 2]) != canonical_sha256([2, 1])


def test_the_example_of_rfc_8785_as_far_as_our_values_go() -> None:
    """Section 3.2.3 sorts keys by their UTF-16 code units; our keys are ASCII, where that is the order of bytes."""
    assert canonical({"1": "One", "\r": "Carriage Return", "numbers": 1}) == (
        b'{"\\r":"Carriage Return","1":"One","numbers":1}'
    )


@pytest.mark.parametrize("value", [1.5, [0.1], {"a": {"b": 2.0}}])
def test_a_float_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="is a float"):
        canonical(value)


def test_the_hash_of_a_text_is_that_of_its_utf8() -> None:
    assert text_sha256("Salé\n") == hashlib.sha256(b"Sal\xc3\xa9\n").hexdigest()
