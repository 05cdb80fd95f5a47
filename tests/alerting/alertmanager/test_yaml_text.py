from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from alerting.alertmanager.yaml_text import scalar, yaml_text

scalars = st.text(st.characters(exclude_categories=["Cs"])) | st.booleans() | st.integers() | st.sampled_from(
    ["yes", "NO", "12:30", "1e3", "0x1f", "~", "null", "- a", "a: b", "#", "{{ x }}", "'", '"', "10s", " a", "\x85"]
)  # fmt: skip
values = st.recursive(
    scalars | st.lists(scalars), lambda inner: st.dictionaries(st.text("abc*\n", min_size=1), inner), max_leaves=20
) | st.lists(st.dictionaries(st.text("abc", min_size=1), scalars, min_size=1))


@settings(deadline=None, max_examples=60)
@given(st.dictionaries(st.text("abc: ", min_size=1), values, min_size=1))
def test_what_is_read_is_what_was_written(value: dict[str, Any]) -> None:
    assert yaml.safe_load(yaml_text(value)) == value


def test_it_reads_well() -> None:
    value = {
        "route": {"receiver": "on_call", "group_by": ["alertname"], "routes": [{"matchers": ['a="b"']}]},
        "receivers": [{"name": "x", "webhook_configs": [{"url": "http://x/y"}]}],
        "empty": {},
    }
    assert yaml_text(value) == (
        "route:\n  receiver: on_call\n  group_by: [alertname]\n  routes:\n    - {matchers: ['a=\"b\"']}\n"
        "receivers:\n  - name: x\n    webhook_configs:\n      - {url: 'http://x/y'}\nempty: {}\n"
    )


def test_a_value_that_yaml_has_no_word_for_is_refused() -> None:
    with pytest.raises(TypeError, match="float"):
        scalar(1.5)
