from __future__ import annotations

import json
import math
import tracemalloc

import pytest

from autoloop.metrics import jsondoc
from autoloop.metrics.jsondoc import Tail, fields


def last(text, wanted=""):
    return Tail(text.split("\n")).last(wanted)


def found(document):
    return {m.name: m.quantity.value for m in fields(document)}


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1}',
        'starting\n{"a": 1}\ndone',
        'starting\n{\n  "a": 1\n}\ndone',
        '{"a": 5}\n{"a": 1}',
        '{"a": 5}\n\n{\n"a":\n1}\n\n',
        'Result: {"a": 1}',
        '[INFO] go\n[1/3] step\n{"a": 1}',
        '{unbalanced\n{"a": 1}',
        '{"broken": \nlog line\n{"a": 1}',
        '{"a": 1}\n{"status": "ok"}',
        '{"a": 1}\n[]\n{}',
        '{"a": 1}\n{"a": 2} trailing words',
        '{"a": 1}\n{"a": 2',
        '{"a": 1}\n{\n  "x": {\n    "a": 2\n  }',
    ],
)
def test_the_last_whole_document_with_a_number_is_found_in_other_output(text):
    assert last(text) == {"a": 1}


def test_an_array_of_objects_is_a_document_too():
    assert last('go\n[\n{"name": "x", "ms": 1},\n{"name": "y", "ms": 2}\n]\n') == [
        {"name": "x", "ms": 1},
        {"name": "y", "ms": 2},
    ]


def test_no_document_is_none():
    assert last("all: 5\n[12]\n{'a': 1}\n{}") is None


def test_a_log_in_json_after_the_result_does_not_hide_it():
    text = '{"p99": 5}\n{"level": "info", "ts": 17}'
    assert last(text, "p99") == {"p99": 5}
    assert last(text) == {"level": "info", "ts": 17}


def test_a_result_of_nan_is_not_passed_over_for_an_older_one():
    assert math.isnan(last('{"p99": 5}\n{"p99": NaN}', "p99")["p99"])


def test_a_document_whose_beginning_fell_out_of_the_window_is_not_read_in_part(monkeypatch):
    monkeypatch.setattr(jsondoc, "WINDOW", 20_000)
    rows = {"rows": [{"p99": n} for n in range(2000)]}
    assert last(json.dumps(rows, indent=1)) is None
    assert last(json.dumps(rows, indent=1) + '\n{"p99": 7}') == {"p99": 7}


@pytest.mark.parametrize("length", [0, 10, 1000])
def test_the_window_bounds_memory_for_lines_of_any_length(monkeypatch, length):
    monkeypatch.setattr(jsondoc, "WINDOW", 100_000)
    tracemalloc.start()
    tail = Tail()
    for number in range(20_000):
        tail.append(f"{number:{length}}")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 300_000


def test_unfinished_documents_are_given_up_in_bounded_time():
    text = ['{"a": [1,' for _ in range(3000)] + ["[[" * 500] * 50
    assert Tail(text).last() is None


def test_every_number_is_named_by_its_path():
    digits = "9" * 5000
    text = f'{{"latency": {{"p50": 1, "p99": 2.5}}, "ok": true, "name": "x", "n": {digits}, "none": null}}'
    values = found(last(text))
    assert values.pop("n") == math.inf
    assert math.isnan(values.pop("none"))
    assert values == {"latency.p50": 1, "latency.p99": 2.5}


def test_lists_are_repetitions_or_named_parts():
    assert found({"times": [3, 1, 2]}) == {"times": 2}
    assert found([{"name": "x", "ms": 1}, {"name": "y", "ms": 2}]) == {"x.ms": 1, "y.ms": 2}
    assert found({"runs": [{"name": "x", "ms": 1}, {"name": "x", "ms": 2}]}) == {"runs.0.ms": 1, "runs.1.ms": 2}
    assert found([1, 2]) == {}


def test_quantities_with_their_unit_are_one_metric():
    document = {"p99": {"value": 42, "unit": "ms"}, "size": "10 MB", "version": "1.2", "tag": "12 widgets"}
    assert {m.name: (m.quantity.value, m.quantity.unit) for m in fields(document)} == {
        "p99": (42, "ms"),
        "size": (10, "MB"),
    }
    assert [m.name for m in fields([{"name": "p99", "value": 1, "unit": "s"}])] == ["p99"]


def test_depth_is_bounded():
    document = 1
    for _ in range(200):
        document = {"a": document}
    assert found(document) == {}
