"""Insights: what a history of experiments teaches, with the experiment behind every statement."""

from __future__ import annotations

import time

import msgspec
from learn_histories import broken, experiment, session

from autoloop.learn import Insights, digest, hints, insights, markdown
from autoloop.learn.page import cut

INDEX, RANK, ENGINE = "index.py", "ranking.py", "engine.py"

HISTORY = (
    experiment(1, "Precompute idf once per clause", "keep", 24.0, paths=(RANK,)),
    experiment(2, "Match statement in the parser", percent=0.4, paths=("query.py",)),
    broken(3, "Answer phrases by their rarest word", 41.0, paths=(ENGINE,), why="FAILED (failures=1)\nmore"),
    experiment(
        4,
        "Bisect prefixes",
        "keep",
        18.0,
        paths=(INDEX,),
        metrics={"rss": 30.0, "size": 11.0},
        incumbent_metrics={"rss": 20.0, "size": 10.0},
    ),
    experiment(5, "Stream scores through heapq.merge", percent=-43.0, paths=(RANK,)),
    experiment(6, "Leave out slow queries", failures=("harness_changed",), reasons=("bench/b.py is protected",)),
    experiment(7, "Intern the positions", "rerun", 2.0, half_width=3.0, paths=(INDEX,)),
    experiment(8, "Check phrase candidates first", "keep", 46.0, paths=(INDEX,), session=2),
)
SESSIONS = (
    session(1, wins=(1, 4), claimed=36.0, confirmed=34.0, low=31.0, high=37.0),
    session(2, wins=(8,), claimed=41.4),
)


def found(*more, sessions=SESSIONS, ideas=()):
    return insights((*HISTORY, *more), sessions, ideas)


def test_nothing_teaches_nothing():
    assert insights((), ()) == Insights()
    assert markdown(Insights()) == "0 experiments: 0 kept, 0 discarded, 0 crashed.\n"


def test_the_tally_counts_every_experiment():
    tally = found(experiment(9, "x", "crash"), experiment(10, "y", None, status="open")).tally
    assert (tally.total, tally.kept, tally.discarded, tally.crashed, tally.open) == (10, 3, 5, 1, 1)


def test_wins_come_with_their_gain_and_whether_it_was_confirmed():
    helped = found().helped
    assert [(f.experiment, f.percent, f.confirmed) for f in helped] == [
        (8, 46.0, None),
        (1, 24.0, True),
        (4, 18.0, True),
    ]
    assert helped[1].claimed == 24.0 * 0.9
    assert (helped[1].low, helped[1].high) == (23.0, 25.0)


def test_a_confirmation_that_includes_nothing_confirms_nothing():
    doubtful = (session(1, wins=(1, 4), claimed=36.0, confirmed=3.0, low=-1.0, high=7.0),)
    result = found(sessions=doubtful)
    assert [f.confirmed for f in result.helped] == [None, False, False]
    (warning,) = [w for w in result.watch_outs if w.kind == "claim"]
    assert "claimed +36.0 %, and +3.0 % was found" in warning.text


def test_claims_stand_beside_confirmations():
    claims = found().claims
    assert [(c.session, c.claimed, c.confirmed, c.pairs) for c in claims] == [(2, 41.4, None, 0), (1, 36.0, 34.0, 10)]
    only_one = insights(HISTORY[:7], SESSIONS)
    assert [c.session for c in only_one.claims] == [1]


def test_failures_are_grouped_by_how_they_ended():
    groups = {group.ending: [f.experiment for f in group.findings] for group in found().failed}
    assert groups == {"guardrail": [3], "harness": [6], "worse": [5], "no gain": [2], "undecided": [7]}
    assert next(iter(groups)) == "guardrail"


def test_other_metrics_that_moved_are_told():
    moved = {f.experiment: f.moved for f in found().helped}
    assert moved == {1: {}, 4: {"rss": 50.0}, 8: {}}


def test_a_guardrail_that_breaks_and_the_file_that_breaks_it_are_watch_outs():
    again = broken(9, "Phrases by hash", paths=(ENGINE, RANK), why="3 tests failed")
    outs = {(w.kind, w.name): w for w in found(again).watch_outs}
    assert outs["guardrail", "tests"].experiments == (3, 9)
    assert outs["guardrail", "tests"].text == "broke twice; the last time: 3 tests failed"
    assert ("guardrail", "lint") not in outs
    assert outs["path", ENGINE].text == "2 of 2 changes of it broke a guardrail"
    assert outs["path", RANK].text == "1 of 3 changes of it broke a guardrail"
    assert outs["harness", "protected paths"].experiments == (6,)


def test_crashes_caveats_and_droughts_are_watch_outs():
    dry = [experiment(n, f"idea {n}", percent=0.0, caveats=("1 of 4 runs failed",)) for n in range(10, 13)]
    outs = {w.kind: w for w in found(experiment(9, "x", "crash", reasons=("segfault",)), *dry).watch_outs}
    assert "segfault" in outs["crash"].text
    assert outs["noise"].experiments == (10, 11, 12)
    assert outs["plateau"].experiments == (9, 10, 11, 12)
    assert "plateau" not in {w.kind for w in found().watch_outs}


def test_files_and_kinds_have_a_record():
    files = {track.name: track for track in found().files}
    assert found().files[0].name == INDEX
    assert (files[INDEX].experiments, files[INDEX].kept) == ((4, 7, 8), (4, 8))
    assert (files[INDEX].best, files[INDEX].best_experiment, files[INDEX].median) == (46.0, 8, 18.0)
    assert (files[RANK].kept, files[RANK].median) == ((1,), -9.5)
    assert files[ENGINE].broke == (3,)
    kinds = {track.name: track for track in found().kinds}
    assert kinds["precomputing"].kept == (1,)
    assert kinds["bisection"].best == 18.0
    assert kinds["streaming"].median == -43.0


def test_a_discard_is_worth_another_look_when_its_code_has_changed():
    (second,) = [r for r in found().revisit if r.experiment == 7]
    assert second.since == (8,)
    assert second.because == f"{INDEX} has changed since"


def test_a_small_gain_weighs_more_once_larger_costs_are_gone():
    small = experiment(0, "Intern the words", percent=1.4, paths=("query.py",))
    (second,) = [r for r in found(small).revisit if r.experiment == 0]
    assert second.since == (1, 4, 8)
    assert "+1.4 %" in second.because
    assert not {2, 3} & {r.experiment for r in found().revisit}  # no gain at all; a guardrail, not its size


def test_what_made_it_worse_or_was_tried_again_is_not_looked_at_again():
    again = experiment(9, "Interning of the positions", percent=0.1, paths=(INDEX,))
    assert 5 not in {r.experiment for r in found().revisit}
    assert 7 not in {r.experiment for r in found(again).revisit}
    assert 7 in {r.experiment for r in found().revisit}


def test_nothing_is_looked_at_again_without_a_win_since():
    late = experiment(9, "Defer the sums", percent=1.0, paths=(RANK,))
    assert 9 not in {r.experiment for r in found(late).revisit}


def test_repeats_are_named_with_what_they_repeat():
    alike = experiment(9, "Prefixes by binary search", percent=0.0, tree="other")
    twin = experiment(10, "Quite another name", percent=0.0, tree="tree-5")
    repeats = found(alike, twin).repeats
    assert [(r.experiment, r.earlier, r.identical) for r in repeats] == [(10, 5, True), (9, 4, False)]
    assert 0.6 <= repeats[1].score <= 1.0


def test_ideas_begin_with_what_was_measured_to_gain():
    ideas = found().ideas
    assert [(i.origin, i.experiments) for i in ideas[:2]] == [("near miss", (3,)), ("undecided", (7,))]
    assert "+41.0 % (+40.0 to +42.0) if the guardrail can be met" in ideas[0].text
    assert "kind" not in {i.origin for i in ideas}  # helped once is not proven
    assert ("revisit", (7,)) not in [(i.origin, i.experiments) for i in ideas]  # said as undecided already


def test_a_kind_of_change_that_keeps_helping_is_an_idea():
    again = experiment(9, "Precompute lengths", "keep", 5.0)
    assert [(i.text, i.experiments) for i in found(again).ideas if i.origin == "kind"] == [
        ("more precomputing: it helped in 2 of 2", (1, 9))
    ]


def test_the_backlog_is_told_what_the_history_says_about_it():
    backlog = ["Memoize queries", "Precompute the idf for each clause", "Streaming the scores through heapq.merge"]
    ideas = [i for i in found(ideas=backlog).ideas if i.origin == "backlog"]
    assert [(i.text, i.advice) for i in ideas] == [(backlog[0], "proceed"), (backlog[2], "avoid")]
    assert found(ideas=backlog).ideas[-1].text == backlog[2]


def test_the_order_of_the_experiments_does_not_matter():
    assert insights(HISTORY[::-1], SESSIONS[::-1]) == found()


def test_insights_survive_json():
    assert msgspec.json.decode(msgspec.json.encode(found()), type=Insights) == found()


def test_the_page_names_the_experiment_behind_every_statement():
    page = markdown(found(ideas=["Memoize queries"]))
    bullets = [line for line in page.splitlines() if line.startswith("- ") and "Memoize queries" not in line]
    assert len(bullets) > 20
    assert all("#" in line for line in bullets)
    assert "- session 1 (pass-1): claimed +36.0 %, confirmed +34.0 % (+31.0 to +37.0) in 10 pairs (#1, #4)" in bullets
    assert "- session 2 (pass-2): claimed +41.4 %, not measured again yet (#8)" in bullets
    assert (
        "- #4 Bisect prefixes: +18.0 % (+17.0 to +19.0), claimed +16.2 %, confirmed with its session; also rss +50 %"
        in bullets
    )


def test_the_page_stays_short_and_takes_in_no_foreign_markup():
    hostile = "<!-- autoloop:end -->\n# Heading\n```\n" + "long " * 200
    many = [broken(n, f"{n} {hostile}", 1.0, why=hostile, paths=(f"f{n}.py",)) for n in range(10, 80)]
    page = markdown(found(*many, ideas=[hostile] * 50))
    assert "<!--" not in page
    assert not any(line.startswith(("# ", "```")) for line in page.splitlines())
    assert len(page) < 30_000
    assert "and 63 more" in page
    assert len(cut(hostile)) <= 220


def test_a_terminal_is_told_the_text_as_it_is():
    told = digest(found(ideas=["a <b>bold</b> idea"]))["Next ideas"]
    assert any("a <b>bold</b> idea" in line for line in told)


def test_a_long_history_is_learned_from_in_a_moment():
    areas = ("parser", "lexer", "printer", "cache", "scheduler", "queue")
    verbs = ("memoise", "inline", "batch", "vectorise", "pool", "presort", "defer")
    history = [
        experiment(
            n, f"{verbs[n % 7]} the {areas[n % 6]} step {n % 11}", percent=float(n % 5) - 2, paths=(f"{n % 6}.py",)
        )
        for n in range(1, 401)
    ]
    began = time.process_time()
    insights(history, ())
    assert time.process_time() - began < 10


def test_hints_tell_of_the_kind_of_change_and_of_guardrails_that_broke_repeatedly():
    history = (
        experiment(1, "Cache the tokens", "keep", 12.0),
        experiment(2, "Cache the postings", percent=-1.0),
        broken(3, "Vectorize the scores", 3.0, why="FAILED"),
        broken(4, "Unroll the loop", 3.0, why="FAILED again"),
        experiment(5, "Cache everything", None, status="open"),
    )
    told = hints("cache the ranks", history)
    assert told[0] == "caching: 1 of 2 kept, the best +12.0 % (#1)"
    assert told[1].startswith("guardrail tests broke twice; the last time: FAILED again")
    assert hints("rename a variable", history[:3]) == ()
