"""Each adapter on what its tool really wrote; see the README beside the recordings."""

from __future__ import annotations

from pathlib import Path

import pytest

from autoloop.errors import CommandError
from autoloop.metrics import RESULT_FILE, Spec, direction_of, formats, read, result_globs
from autoloop.metrics.registry import TOOLS

DATA = Path(__file__).parents[1] / "data" / "metrics"


def from_files(tool, *names):
    return read(Spec(tool), [], [], {name: (DATA / name).read_bytes() for name in names})


def from_output(tool, name, primary="", unit=""):
    return read(Spec(tool, primary, unit), [(DATA / name).read_bytes()], [])


def headline(reading):
    """Value and unit of the metrics that are no mean over benchmarks, by name."""
    return {
        name: (pytest.approx(q.value), q.unit) for name, q in reading.values.items() if not name.startswith("geomean")
    }


def test_pytest_benchmark_gives_the_median_in_seconds():
    reading = from_files("pytest-benchmark", "pytest_benchmark.json")
    assert reading.members == ("test_b.py::test_join", "test_b.py::test_sort[100]", "test_b.py::test_sort[10]")
    assert reading.values["test_b.py::test_sort[10]"].unit == "s"
    assert reading.values["test_b.py::test_sort[10]"].value == pytest.approx(362.65e-9)
    assert reading.values["geomean"].value == pytest.approx((362.65e-9 * 1165.75e-9 * 8072.8e-9) ** (1 / 3), rel=1e-3)


def test_pytest_codspeed_names_carry_no_absolute_path():
    reading = from_files("pytest-codspeed", "pytest_codspeed.json")
    assert headline(reading) == {"test_c.py::test_sort": (8837.486486486487, "ns")}


@pytest.mark.parametrize(("name", "expected"), [("pyperf.json", ["sort", "join"]), ("pyperf_one.json", ["sort"])])
def test_pyperf_pools_the_values_of_all_its_workers(name, expected):
    reading = from_files("pyperf", name)
    assert list(headline(reading)) == expected
    assert reading.values["sort"].unit == "s"
    assert 1e-7 < reading.values["sort"].value < 1e-5


def test_pyperf_prints_its_mean():
    reading = from_output("pyperf", "pyperf_stdout.txt")
    # two runs of the script are in the recording: 790 and 761 ns, 506 and 478 ns
    assert headline(reading) == {"sort": (775.5e-9, "s"), "join": (492e-9, "s")}


def test_hyperfine_file_and_its_json_on_stdout():
    for reading in (from_files("hyperfine", "hyperfine.json"), from_output("hyperfine", "hyperfine.json")):
        assert reading.values["sleep 0.01"].value == pytest.approx(0.01148, rel=1e-3)
        assert reading.values["sleep 0.01"].unit == "s"
        assert reading.values["true.user"].value == pytest.approx(0.0007374)
        assert reading.members == ("sleep 0.01", "true")


def test_hyperfine_prints_its_mean():
    assert headline(from_output("hyperfine", "hyperfine_stdout.txt")) == {
        "sleep 0.01": (0.0115, "s"),
        "true": (0.0008, "s"),
    }


ASV_NAMES = [
    *("b.Sort.peakmem_sort(10)", "b.Sort.peakmem_sort(100)", "b.Sort.time_sort(10)", "b.Sort.time_sort(100)"),
    *("b.Two.time_two(1, a)", "b.Two.time_two(1, b)", "b.Two.time_two(2, a)", "b.Two.time_two(2, b)"),
    *("b.mem_list", "b.time_join", "b.track_size"),
]


def test_asv_names_every_combination_and_leaves_out_what_failed():
    in_file = from_files("asv", "asv_results.json")
    printed = from_output("asv", "asv_stdout.txt")
    assert list(headline(in_file)) == list(headline(printed)) == ASV_NAMES
    for name in ASV_NAMES:
        assert printed.values[name].value == pytest.approx(in_file.values[name].value, rel=0.01)
        assert printed.values[name].unit == in_file.values[name].unit
    assert in_file.values["b.Sort.peakmem_sort(10)"].unit == "bytes"
    assert in_file.values["b.Two.time_two(2, b)"].value == pytest.approx(429e-9, rel=0.01)
    assert {"geomean.s", "geomean.bytes", "geomean.unitless"} <= set(in_file.values)
    assert "geomean" not in in_file.values


def criterion_files():
    return sorted(str(path.relative_to(DATA)) for path in DATA.glob("criterion/**/*.json"))


def test_criterion_reads_the_new_estimates_only():
    files = criterion_files()
    assert any("base" in path for path in files)
    reading = from_files("criterion", *files)
    assert headline(reading) == {
        "join words": (4268.01618705036, "ns"),
        "join words.mean": (4244.137713353128, "ns"),
        "sort/10": (72.68253714139344, "ns"),
        "sort/10.mean": (73.09253231556127, "ns"),
        "sort/100": (77.43035493102123, "ns"),
        "sort/100.mean": (77.72809147882163, "ns"),
    }


def test_criterion_without_its_name_files_goes_by_directory():
    files = [path for path in criterion_files() if path.endswith("new/estimates.json")]
    assert list(from_files("criterion", *files).members) == ["join_words", "sort/10", "sort/100"]


def test_criterion_prints_low_estimate_and_high():
    assert headline(from_output("criterion", "criterion_stdout.txt")) == {
        "sort/10": (73.672, "ns"),
        "sort/100": (77.395, "ns"),
        "join words with a rather long name so that it wraps": (3172.7, "ns"),
    }
    assert headline(from_output("criterion", "criterion_bencher.txt"))["join words"] == (4268, "ns")


def test_libtest():
    assert headline(from_output("libtest", "libtest.txt")) == {
        "slow": (936.29, "ns"),
        "slow.MB/s": (4273, "MB/s"),
        "sort_100": (130.13, "ns"),
    }


def test_divan_as_documented():
    reading = from_output("divan", "divan.documented.txt")
    assert headline(reading) == {
        "sorting::join": (4101, "ns"),
        "sorting::sort::10": (42.5, "ns"),
        "sorting::sort::100": (1150, "ns"),
        "sorting::slow": (1_450_000, "ns"),
    }


def test_go_counts_repeated_lines_as_one_sample():
    reading = from_output("go-bench", "go_bench.txt")
    assert headline(reading) == {
        "BenchmarkSort/n=10": (340.1, "ns/op"),
        "BenchmarkSort/n=10.B/op": (104, "B/op"),
        "BenchmarkSort/n=10.allocs/op": (2, "allocs/op"),
        "BenchmarkSort/n=100": (750.8, "ns/op"),
        "BenchmarkSort/n=100.B/op": (920, "B/op"),
        "BenchmarkSort/n=100.allocs/op": (2, "allocs/op"),
        "BenchmarkJoin": (103.2, "ns/op"),
        "BenchmarkJoin.MB/s": (484.37, "MB/s"),
        "BenchmarkJoin.widgets/op": (12.5, "widgets/op"),
        "BenchmarkJoin.B/op": (64, "B/op"),
        "BenchmarkJoin.allocs/op": (1, "allocs/op"),
    }
    assert reading.values["geomean.allocs/op"].value == pytest.approx(4 ** (1 / 3))


def test_go_keeps_numbers_that_belong_to_names():
    lines = b"BenchmarkSort/size-10 5 1 ns/op\nBenchmarkSort/size-100 5 2 ns/op\n"
    assert read(Spec("go-bench"), [lines], []).members == ("BenchmarkSort/size-10", "BenchmarkSort/size-100")


def test_go_tells_packages_apart():
    lines = b"pkg: a/b\nBenchmarkX-8 5 1 ns/op\nPASS\npkg: a/c\nBenchmarkX-8 5 3 ns/op 0 allocs/op\n"
    reading = read(Spec("go-bench", "a/c.BenchmarkX", "us"), [lines], [])
    assert reading.members == ("a/b.BenchmarkX", "a/c.BenchmarkX")
    assert reading.primary.value == pytest.approx(0.003)
    assert reading.values["geomean.allocs/op"].value == 0
    assert read(Spec("go-bench", "allocs/op"), [lines], []).name == "a/c.BenchmarkX.allocs/op"


def test_go_without_benchmarks_is_no_result():
    with pytest.raises(CommandError, match="left no go-bench result"):
        read(Spec("go-bench", "geomean"), [b"PASS\nok  \texample.com/sorting\t0.010s\n"], [])


def test_vitest_file():
    assert headline(from_files("vitest", "vitest.json")) == {
        "vt/s.bench.ts > arrays > sort": (0.0004109999999855063, "ms"),
        "vt/s.bench.ts > arrays > sort.hz": (2185754.7906170017, "ops/s"),
        "vt/s.bench.ts > arrays > join": (0.009189999999989595, "ms"),
        "vt/s.bench.ts > arrays > join.hz": (106727.17566258025, "ops/s"),
    }


@pytest.mark.parametrize(("name", "hz"), [("vitest_plain.txt", 2322817.35), ("vitest_coloured.txt", 2185754.79)])
def test_vitest_table_has_the_same_names(name, hz):
    reading = from_output("vitest", name)
    assert list(headline(reading)) == ["vt/s.bench.ts > arrays > sort.hz", "vt/s.bench.ts > arrays > join.hz"]
    assert reading.values["vt/s.bench.ts > arrays > sort.hz"].value == hz


@pytest.mark.parametrize(
    ("name", "latency", "throughput"),
    [
        ("tinybench.txt", 310, 3225806),
        ("tinybench_v3.txt", 354, 2824859),
        ("tinybench_v2.txt", 554.2771674666426, 1804151),
    ],
)
def test_tinybench_tables_of_three_versions(name, latency, throughput):
    values = headline(from_output("tinybench", name))
    assert list(values) == ["sort", "sort.throughput", "join words", "join words.throughput"]
    assert values["sort"] == (latency, "ns")
    assert values["sort.throughput"] == (throughput, "ops/s")


def test_benchmark_js():
    assert headline(from_output("benchmark.js", "benchmark_js.txt")) == {
        "sort": (3469071, "ops/s"),
        "String#join (50)": (173454, "ops/s"),
        "slow": (33.58, "ops/s"),
    }


@pytest.mark.parametrize(("name", "sort"), [("mitata.txt", 281.6), ("mitata_coloured.txt", 250.22)])
def test_mitata(name, sort):
    values = headline(from_output("mitata", name))
    assert list(values) == ["arrays > sort", "arrays > join words", "slow"]
    assert values["arrays > sort"] == (sort, "ns")
    assert values["slow"][1] == "ns"


def test_deno_bench_gives_the_same_numbers_by_its_json_and_by_its_table():
    table, document = (from_output("deno-bench", f"deno_bench.{kind}") for kind in ("txt", "json"))
    assert headline(table)["parse > json"] == (3700, "ns")
    assert headline(table)["sort ten thousand.p75"] == (49e6, "ns")
    assert list(headline(table)) == list(headline(document))
    assert headline(document)["split.p75"] == (8414, "ns")


def test_catch2_names_are_whole_and_deviations_are_no_means():
    assert headline(from_output("catch2", "catch2.txt")) == {
        "Fibonacci > fib 10": (374.494, "ns"),
        "Fibonacci > fib 20": (2467060, "ns"),
        "Sorting > sort a reversed vector of ten thousand numbers, copied first": (57734.8, "ns"),
    }


def test_benchee_as_documented():
    assert headline(from_output("benchee", "benchee.documented.txt")) == {
        "Small > join": (259470, "ns"),
        "Small > join.mean": (263870, "ns"),
        "Small > sort numbers": (395230, "ns"),
        "Small > sort numbers.mean": (509190, "ns"),
        "Small > join.memory": (640000, "B"),
        "Small > sort numbers.memory": (800000, "B"),
        "Big > join": (79.5e6, "ns"),
        "Big > join.mean": (80e6, "ns"),
        "Big > join.memory": (1572864, "B"),
    }


def test_jmh_as_documented():
    reading = from_files("jmh", "jmh.documented.json")
    assert headline(reading) == {
        "org.example.Sorting.sort(n=10)": (3390000, "ops/s"),
        "org.example.Sorting.sort(n=10).gc.alloc.rate.norm": (104, "B/op"),
        "org.example.Sorting.sort(n=100)": (210000, "ops/s"),
    }
    assert direction_of("geomean", reading.values["geomean"].unit) == "higher_is_better"


def test_jmh_mode_decides_the_direction():
    reading = from_files("jmh", "jmh_avgt.documented.json")
    assert headline(reading) == {"org.example.Joining.join": (5.25, "us/op")}
    assert direction_of("geomean", reading.values["geomean"].unit) == "lower_is_better"


def test_jmh_table_as_documented():
    assert headline(from_output("jmh", "jmh_table.documented.txt")) == {
        "Sorting.sort(n=10)": (3400000, "ops/s"),
        "Sorting.sort(n=10).gc.alloc.rate.norm": (104, "B/op"),
        "Sorting.sort(n=100)": (210000, "ops/s"),
        "Joining.join": (5.25, "us/op"),
    }


def test_benchmarkdotnet_as_documented():
    reading = from_files("benchmarkdotnet", "benchmarkdotnet.documented.json")
    assert headline(reading) == {
        "Example.Sorting.Sort(N: 10)": (42.5, "ns"),
        "Example.Sorting.Sort(N: 10).mean": (43.5, "ns"),
        "Example.Sorting.Sort(N: 10).allocated": (64, "B"),
        "Example.Sorting.Sort(N: 100)": (170, "ns"),
        "Example.Sorting.Sort(N: 100).mean": (170, "ns"),
        "Example.Sorting.Sort(N: 100).allocated": (424, "B"),
    }


def test_benchmarkdotnet_table_as_documented():
    assert headline(from_output("benchmarkdotnet", "benchmarkdotnet_table.documented.txt")) == {
        "Sort(N=10)": (42.5, "ns"),
        "Sort(N=10).allocated": (64, "B"),
        "Sort(N=100)": (1168, "ns"),
        "Sort(N=100).allocated": (1536, "B"),
    }


def test_google_benchmark_normalises_units_and_drops_what_failed():
    reading = from_output("google-benchmark", "google_benchmark.json")
    assert reading.members == ("BM_Fill", "BM_Sort/10", "BM_Sort/100")
    assert reading.values["BM_Fill"].value == pytest.approx(65.14, rel=1e-3)
    assert {reading.values[name].unit for name in reading.members} == {"ns"}
    assert reading.values["BM_Fill.bytes_per_second"].unit == "B/s"


def test_google_benchmark_by_the_clock():
    run = '{"benchmarks": [{"name": "BM_X/real_time", "cpu_time": 1, "real_time": 2, "time_unit": "us"}]}'
    assert read(Spec("google-benchmark", "geomean"), [run.encode()], []).primary.value == 2000


def test_google_benchmark_counts_the_median_of_aggregates():
    run = (
        '{{"name": "BM_X_{0}", "run_name": "BM_X", "run_type": "aggregate", "aggregate_name": "{0}", "cpu_time": {1}}}'
    )
    runs = ", ".join(run.format(*pair) for pair in [("mean", 5), ("median", 4), ("stddev", 1)])
    reading = read(Spec("google-benchmark", "BM_X"), [f'{{"benchmarks": [{runs}]}}'.encode()], [])
    assert reading.primary.value == 4


def test_google_benchmark_repetitions_are_one_sample():
    reading = from_files("google-benchmark", "google_benchmark_repetitions.json")
    assert reading.members == ("BM_Fill", "BM_Sort/10", "BM_Sort/100")
    assert reading.values["BM_Sort/100"].value == pytest.approx(386.8328259430843)


@pytest.mark.parametrize("name", ["google_benchmark_console.txt", "google_benchmark_aggregates_console.txt"])
def test_google_benchmark_console(name):
    reading = from_output("google-benchmark", name)
    assert reading.members == ("BM_Fill", "BM_Sort/10", "BM_Sort/100")
    assert reading.values["BM_Sort/10"].value == pytest.approx(82.9)
    assert reading.values["BM_Fill"].value == pytest.approx(65, rel=0.02)


def test_benchmark_ips():
    printed, written = (
        from_output("benchmark-ips", "benchmark_ips.txt"),
        from_files("benchmark-ips", "benchmark_ips.json"),
    )
    assert headline(printed) == {"sort": (136938, "i/s"), "join with spaces": (67992, "i/s")}
    assert written.values["sort"].value == pytest.approx(136938.454)
    assert list(headline(written)) == list(headline(printed))


def test_benchmark_ips_puts_long_names_on_a_line_of_their_own():
    output = b"Calculating ---\na name longer than the column\n      1.5M (\xc2\xb1 2.0%) i/s - 7.5M in 5.0s\n"
    assert headline(read(Spec("benchmark-ips"), [output], [])) == {"a name longer than the column": (1.5e6, "i/s")}


def test_phpbench_as_documented():
    assert headline(from_files("phpbench", "phpbench.documented.xml")) == {
        r"Example\SortBench::benchSort(n=10 & reversed)": (5.1, "us"),
        r"Example\SortBench::benchJoin": (11, "us"),
    }


@pytest.mark.parametrize("tool", TOOLS)
def test_every_tool_says_so_when_there_is_nothing(tool):
    with pytest.raises(CommandError) as caught:
        read(Spec(tool, "geomean"), [b"hello\n"], [b""], {"other.json": b'{"x": [1]}'})
    assert caught.value.code == "no_metric"
    assert tool in caught.value.what
    assert caught.value.fix


def test_a_tool_whose_result_file_is_missing_is_told_how_to_write_it():
    with pytest.raises(CommandError) as caught:
        read(Spec("pytest-benchmark", "geomean"), [b"3 passed\n"], [])
    assert f"--benchmark-json={RESULT_FILE}" in caught.value.fix
    assert RESULT_FILE in caught.value.why


def test_result_files_are_declared():
    assert result_globs("pytest-benchmark") == (RESULT_FILE,)
    assert result_globs("json") == (RESULT_FILE,)
    assert result_globs("go-bench") == result_globs("process") == result_globs("metric_lines") == ()
    assert "target/criterion/**/new/estimates.json" in result_globs("criterion")
    assert all(result_globs(name) is not None for name in formats())
