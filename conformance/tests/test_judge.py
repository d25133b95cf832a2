"""The judge: each rule of "how a verdict is reached", on the smallest corpus that shows it."""

from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zarr_conformance.judge import (
    Judge,
    Observation,
    Verdict,
    compare,
    item_size,
    ordered,
    parse_answer,
)
from zarr_fixtures.case import (
    AnyOf,
    Ask,
    Case,
    Children,
    Elements,
    Expect,
    Items,
    Metadata,
    Observe,
    Reading,
    Refused,
)
from zarr_fixtures.corpus import load
from zarr_fixtures.readback import read_back

PLAIN = Elements("uint16", (2,), bytes([1, 0, 2, 0]))
OTHER = Elements("uint16", (2,), bytes([1, 0, 2, 128]))


def case(
    case_id: str,
    expect: Expect,
    *,
    features: tuple[str, ...] = ("v3",),
    question: str = "read",
    baseline_of: tuple[str, ...] = (),
    control: str | None = None,
) -> Case:
    return Case(
        id=case_id,
        title="",
        requirements=(),
        level="must",
        features=features,
        store={},
        ask=Ask(question, {"path": "/"}),
        expect=expect,
        source="by hand",
        baseline_of=baseline_of,
        control=control,
    )


def corpus(*cases: Case) -> dict[str, Case]:
    return {case.id: case for case in cases}


def returned(elements: Elements) -> Observation:
    text = b64encode(elements.data).decode()
    content = {"data_type": elements.data_type, "shape": list(elements.shape), "elements": text}
    return Observation("returned", content)


REFUSED = Observation("refused", {"stage": "open", "message": "no"})
UNSUPPORTED = Observation("unsupported", {"message": "no such question"})
BASELINE = case("baseline", PLAIN, baseline_of=("v3",))
MANDATED = case("mandated", Refused("open", mandated=True), control="baseline")
IMPLIED = case("implied", Refused("open", mandated=False), control="baseline")
SILENT = case(
    "silent", Observe((Reading("one", PLAIN), Reading("no", Refused("open", mandated=False))))
)


def verdict_after(baseline: Observation, judged: Case, observation: Observation) -> Verdict:
    """The verdict on a case after the baseline of ``v3`` was answered."""
    judge = Judge(corpus(BASELINE, judged), read_back)
    judge.verdict(BASELINE, baseline)
    return judge.verdict(judged, observation)


class TestBroken:
    @pytest.mark.parametrize("judged", [BASELINE, MANDATED, IMPLIED, SILENT])
    @pytest.mark.parametrize("reason", ["crashed", "timed_out", "out_of_memory", "bad_answer"])
    def test_fails_any_case(self, judged: Case, reason: str) -> None:
        broken = Observation("broken", {"reason": reason, "detail": "", "stderr": ""})
        assert verdict_after(returned(PLAIN), judged, broken) == Verdict("fail", reason)


class TestUnsupported:
    @pytest.mark.parametrize("judged", [BASELINE, MANDATED, IMPLIED, SILENT])
    def test_is_no_failure_of_any_case(self, judged: Case) -> None:
        verdict = verdict_after(returned(PLAIN), judged, UNSUPPORTED)
        assert verdict == Verdict("unsupported", "question_unsupported")


class TestPositive:
    POSITIVE = case("positive", PLAIN, features=("v3", "codec:gzip"))
    GZIP = case("gzip", PLAIN, features=("v3", "codec:gzip"), baseline_of=("codec:gzip",))

    def test_the_expected_elements_pass(self) -> None:
        assert Judge({}, read_back).verdict(BASELINE, returned(PLAIN)) == Verdict("pass", "equal")

    def test_one_bit_makes_wrong_elements(self) -> None:
        assert Judge({}, read_back).verdict(BASELINE, returned(OTHER)) == Verdict(
            "fail", "wrong_elements"
        )

    def test_another_data_type_or_shape_is_wrong(self) -> None:
        for wrong in (Elements("int16", (2,), PLAIN.data), Elements("uint16", (1, 2), PLAIN.data)):
            assert (
                Judge({}, read_back).verdict(BASELINE, returned(wrong)).reason == "wrong_elements"
            )

    @pytest.mark.parametrize("nan", [b"\x01\x00\xa0\x7f", b"\x00\x00\xc0\xff", b"\x00\x00\x00\x80"])
    def test_nan_payloads_and_negative_zero_are_compared_as_bits(self, nan: bytes) -> None:
        judged = case("nan", Elements("float32", (1,), nan))
        plain = Elements("float32", (1,), b"\x00\x00\xc0\x7f")
        assert Judge({}, read_back).verdict(judged, returned(judged.expect)).verdict == "pass"
        assert Judge({}, read_back).verdict(judged, returned(plain)).reason == "wrong_elements"

    def test_a_refused_baseline_decides_that_the_feature_is_not_supported(self) -> None:
        judge = Judge(corpus(BASELINE), read_back)
        assert judge.verdict(BASELINE, REFUSED) == Verdict("unsupported", "feature_unsupported")
        assert not judge.supports("v3")

    def test_a_refusal_with_every_feature_supported_rejects_valid_data(self) -> None:
        judge = Judge(corpus(BASELINE, self.GZIP, self.POSITIVE), read_back)
        for baseline in (BASELINE, self.GZIP):
            judge.verdict(baseline, returned(PLAIN))
        assert judge.verdict(self.POSITIVE, REFUSED) == Verdict("fail", "rejected_valid")

    @pytest.mark.parametrize("said", [REFUSED, UNSUPPORTED, returned(OTHER)])
    def test_a_refusal_with_a_feature_unsupported_is_no_failure(self, said: Observation) -> None:
        judge = Judge(corpus(BASELINE, self.GZIP, self.POSITIVE), read_back)
        judge.verdict(BASELINE, returned(PLAIN))
        judge.verdict(self.GZIP, said)
        verdict = judge.verdict(self.POSITIVE, REFUSED)
        assert verdict == Verdict("unsupported", "feature_unsupported")

    def test_a_feature_that_nothing_measures_is_not_supported(self) -> None:
        verdict = verdict_after(returned(PLAIN), case("a", PLAIN, features=("v3", "new")), REFUSED)
        assert verdict.verdict == "unsupported"

    def test_wrong_elements_fail_even_if_a_feature_is_not_supported(self) -> None:
        verdict = verdict_after(REFUSED, self.POSITIVE, returned(OTHER))
        assert verdict == Verdict("fail", "wrong_elements")


class TestNegative:
    @pytest.mark.parametrize("judged", [MANDATED, IMPLIED])
    def test_a_refusal_passes_if_the_control_passed(self, judged: Case) -> None:
        assert verdict_after(returned(PLAIN), judged, REFUSED) == Verdict("pass", "refused")

    @pytest.mark.parametrize("control", [REFUSED, UNSUPPORTED, returned(OTHER)])
    def test_a_refusal_proves_nothing_if_the_control_did_not(self, control: Observation) -> None:
        verdict = verdict_after(control, MANDATED, REFUSED)
        assert verdict == Verdict("inconclusive", "control_failed")

    def test_reading_what_must_be_refused_fails(self) -> None:
        verdict = verdict_after(returned(PLAIN), MANDATED, returned(PLAIN))
        assert verdict == Verdict("fail", "accepted_invalid")

    def test_reading_what_is_invalid_by_implication_is_lenient(self) -> None:
        verdict = verdict_after(returned(PLAIN), IMPLIED, returned(PLAIN))
        assert verdict == Verdict("lenient", "accepted_invalid")


class TestAnyOf:
    READINGS = (Reading("one", PLAIN), Reading("another", OTHER))
    MAY_REFUSE = AnyOf((*READINGS, Reading("none", Refused("open", mandated=False))))

    @pytest.mark.parametrize(("elements", "number"), [(PLAIN, 1), (OTHER, 2)])
    def test_each_reading_passes_and_is_named(self, elements: Elements, number: int) -> None:
        judged = case("any", AnyOf(self.READINGS))
        verdict = verdict_after(returned(PLAIN), judged, returned(elements))
        assert verdict == Verdict("pass", f"reading {number}")

    def test_no_other_answer_passes(self) -> None:
        judged = case("any", AnyOf(self.READINGS))
        third = returned(Elements("uint16", (2,), bytes(4)))
        assert verdict_after(returned(PLAIN), judged, third) == Verdict("fail", "wrong_elements")

    def test_a_refusal_is_judged_as_of_a_positive_case_if_no_reading_refuses(self) -> None:
        judged = case("any", AnyOf(self.READINGS))
        assert verdict_after(returned(PLAIN), judged, REFUSED).reason == "rejected_valid"
        assert verdict_after(REFUSED, judged, REFUSED).reason == "feature_unsupported"

    def test_a_refusal_that_is_allowed_needs_the_control(self) -> None:
        judged = case("any", self.MAY_REFUSE, control="baseline")
        assert verdict_after(returned(PLAIN), judged, REFUSED) == Verdict("pass", "reading 3")
        assert verdict_after(REFUSED, judged, REFUSED).verdict == "inconclusive"

    def test_without_a_control_it_needs_every_feature(self) -> None:
        judged = case("any", self.MAY_REFUSE)
        assert verdict_after(returned(PLAIN), judged, REFUSED) == Verdict("pass", "reading 3")
        assert verdict_after(REFUSED, judged, REFUSED).verdict == "unsupported"


class TestObserve:
    @pytest.mark.parametrize(
        ("said", "reason"),
        [(returned(PLAIN), "reading 1"), (REFUSED, "reading 2"), (returned(OTHER), "other")],
    )
    def test_records_which_reading_the_answer_follows(self, said: Observation, reason: str) -> None:
        assert verdict_after(returned(PLAIN), SILENT, said) == Verdict("observed", reason)

    def test_records_a_refusal_that_no_reading_foresees(self) -> None:
        judged = case("silent", Observe((Reading("one", PLAIN), Reading("no answer follows"))))
        assert verdict_after(REFUSED, judged, REFUSED) == Verdict("observed", "refused")


class TestChildrenAndMetadata:
    NODES: Mapping[str, Any] = {"a": "array", "g": "group"}
    LIST = case("list", Children(NODES), question="list")
    MEMBERS: Mapping[str, Any] = {"attributes": {"a": [1, True]}, "shape": [2]}
    METADATA = case("metadata", Metadata(MEMBERS), question="metadata")

    def test_the_expected_children_pass(self) -> None:
        said = Observation("returned", {"children": {"g": "group", "a": "array"}})
        assert Judge({}, read_back).verdict(self.LIST, said).verdict == "pass"

    @pytest.mark.parametrize("nodes", [{"a": "array"}, {"a": "group", "g": "group"}])
    def test_other_children_are_wrong(self, nodes: Mapping[str, str]) -> None:
        said = Observation("returned", {"children": nodes})
        assert Judge({}, read_back).verdict(self.LIST, said) == Verdict("fail", "wrong_children")

    def judge_metadata(self, members: Mapping[str, Any]) -> Verdict:
        return Judge({}, read_back).verdict(
            self.METADATA, Observation("returned", {"metadata": members})
        )

    def test_only_the_expected_members_are_compared(self) -> None:
        verdict = self.judge_metadata({**self.MEMBERS, "dimension_names": ["x"]})
        assert verdict == Verdict("pass", "equal")

    @pytest.mark.parametrize("values", [[1, 1], [1, True, None], [True, True], [1], {"a": 1}, None])
    def test_another_value_is_wrong(self, values: Any) -> None:
        verdict = self.judge_metadata({**self.MEMBERS, "attributes": {"a": values}})
        assert verdict == Verdict("fail", "wrong_metadata")

    def test_a_number_is_the_same_however_it_is_spelled(self) -> None:
        assert self.judge_metadata({**self.MEMBERS, "shape": [2.0]}).verdict == "pass"

    def test_what_the_library_cannot_tell_is_unsupported(self) -> None:
        verdict = self.judge_metadata({"shape": [2]})
        assert verdict == Verdict("unsupported", "question_unsupported")

    def test_what_it_tells_wrongly_is_wrong_all_the_same(self) -> None:
        assert self.judge_metadata({"shape": [3]}) == Verdict("fail", "wrong_metadata")


class TestFormOfAnswers:
    @pytest.mark.parametrize(
        "wrong",
        [
            {"elements": "AQAC"},
            {"elements": "AQACAA"},
            {"elements": "AQACAA=="[:-1]},
            {"elements": "####"},
            {"elements": "é"},
            {"elements": [1, 2]},
            {"shape": [-2]},
            {"shape": [True, 2]},
            {"shape": ["2"]},
            {"shape": 2},
            {"data_type": None},
        ],
    )
    @pytest.mark.parametrize("judged", [BASELINE, MANDATED, SILENT])
    def test_elements_without_the_right_form_are_a_bad_answer(
        self, judged: Case, wrong: dict[str, Any]
    ) -> None:
        content = {**returned(PLAIN).content, **wrong}
        verdict = Judge({}, read_back).verdict(judged, Observation("returned", content))
        assert verdict == Verdict("fail", "bad_answer")

    @pytest.mark.parametrize(
        ("data_type", "elements", "items"),
        [
            ("string", ["a", "", "ü"], (b"a", b"", b"\xc3\xbc")),
            ("bytes", ["AP8=", "", "YQ=="], (b"\0\xff", b"", b"a")),
            ("string", ["a", "b", "\ud800"], (b"a", b"b", b"\xed\xa0\x80")),
        ],
    )
    def test_elements_of_any_length_come_one_by_one(
        self, data_type: str, elements: list[str], items: tuple[bytes, ...]
    ) -> None:
        content = {"data_type": data_type, "shape": [3], "elements": elements}
        assert parse_answer("read", content) == Items(data_type, (3,), items)

    @pytest.mark.parametrize(
        ("data_type", "elements"),
        [
            ("string", "YWI="),
            ("string", ["a"]),
            ("string", ["a", "b", "c"]),
            ("bytes", ["YQ==", None]),
            ("string", ["a", 1]),
            ("bytes", "YWI="),
            ("bytes", ["YQ==", "#"]),
            ("bytes", ["YQ==", 1]),
            ("bytes", ["YQ==", "é"]),
            ("uint8", ["AQ==", "Ag=="]),
        ],
    )
    def test_elements_of_any_length_without_the_right_form_are_a_bad_answer(
        self, data_type: str, elements: Any
    ) -> None:
        content = {"data_type": data_type, "shape": [2], "elements": elements}
        assert parse_answer("read", content) is None

    @pytest.mark.parametrize("text", ["", "a", "null", "\u00ff", "\udcff"])
    def test_a_place_left_empty_equals_no_string(self, text: str) -> None:
        said = Observation("returned", {"data_type": "string", "shape": [1], "elements": [None]})
        expected = Items("string", (1,), (text.encode("utf-8", "surrogatepass"),))
        verdict = Judge({}, read_back).verdict(case("string", expected), said)
        assert verdict == Verdict("fail", "wrong_elements")

    def test_strings_are_not_normalized(self) -> None:
        judged = case("string", Items("string", (1,), ("\u00fc".encode(),)))
        for text, verdict in {"\u00fc": "pass", "u\u0308": "fail", "\u00fc\0": "fail"}.items():
            content = {"data_type": "string", "shape": [1], "elements": [text]}
            assert (
                Judge({}, read_back).verdict(judged, Observation("returned", content)).verdict
                == verdict
            )

    @pytest.mark.parametrize("nodes", [{"a": "file"}, {"a": ["array"]}, ["a"]])
    def test_children_without_the_right_form_are_a_bad_answer(self, nodes: Any) -> None:
        assert parse_answer("list", {"children": nodes}) is None

    def test_metadata_must_be_an_object(self) -> None:
        assert parse_answer("metadata", {"metadata": []}) is None

    def test_base64_may_be_spelled_differently(self) -> None:
        content = {"data_type": "uint8", "shape": [1], "elements": "AR=="}
        assert parse_answer("read", content) == Elements("uint8", (1,), b"\x01")

    @pytest.mark.parametrize(
        ("data_type", "size"),
        [("bool", 1), ("int8", 1), ("uint64", 8), ("float16", 2), ("complex128", 16), ("r24", 3)],
    )
    def test_the_size_of_an_element_follows_from_its_type(self, data_type: str, size: int) -> None:
        assert item_size(data_type) == size

    def test_an_element_of_less_than_a_byte_takes_one(self) -> None:
        assert (item_size("int2"), item_size("uint4")) == (1, 1)

    def test_a_fixed_string_has_its_size_in_bytes(self) -> None:
        assert item_size("|S3") == 3

    def test_an_unknown_type_has_no_size_and_is_only_compared(self) -> None:
        assert item_size("numpy.datetime64") is None
        content = {"data_type": "numpy.datetime64", "shape": [1], "elements": "AQID"}
        verdict = Judge({}, read_back).verdict(BASELINE, Observation("returned", content))
        assert verdict == Verdict("fail", "wrong_elements")

    def test_answers_of_different_kinds_differ(self) -> None:
        assert compare(Children({}), Metadata({})) == "different"


@pytest.mark.parametrize("store", [{"zarr.json": "!"}, {"zarr.json": 1}, [], None])
def test_a_store_that_is_none_is_a_bad_answer(store: Any) -> None:
    change = case("change", PLAIN, question="write")
    said = Observation("returned", {"store": store})
    assert Judge({}, read_back).verdict(change, said) == Verdict("fail", "bad_answer")


class TestObservation:
    @pytest.mark.parametrize(
        "observation",
        [
            returned(PLAIN),
            REFUSED,
            UNSUPPORTED,
            Observation("broken", {"reason": "crashed", "detail": "exit 1", "stderr": ""}),
        ],
    )
    def test_survives_json(self, observation: Observation) -> None:
        assert Observation.from_json(observation.to_json()) == observation

    @pytest.mark.parametrize("document", [{}, {"said": {}}, {"returned": 1}, {"broken": {}}])
    def test_anything_else_is_none(self, document: dict[str, Any]) -> None:
        with pytest.raises(ValueError, match="an observation is"):
            Observation.from_json(document)


class TestOrdered:
    GZIP = case("z-gzip", PLAIN, features=("v3", "codec:gzip"), baseline_of=("codec:gzip",))
    CONTROL = case("y-control", PLAIN, features=("v3", "codec:gzip"))
    NEGATIVE = case(
        "a", Refused("open", mandated=True), features=("v3", "codec:gzip"), control="y-control"
    )
    ALONE = case("b", PLAIN, features=("v2",))
    CORPUS = corpus(NEGATIVE, ALONE, BASELINE, CONTROL, GZIP)

    def test_baselines_come_first_and_controls_before_their_own(self) -> None:
        ids = [case.id for case in ordered(self.CORPUS.values(), self.CORPUS)]
        assert ids == ["baseline", "z-gzip", "y-control", "a", "b"]

    def test_missing_baselines_and_controls_are_added(self) -> None:
        ids = [case.id for case in ordered([self.NEGATIVE], self.CORPUS)]
        assert ids == ["baseline", "z-gzip", "y-control", "a"]

    def test_nothing_else_is_added(self) -> None:
        assert ordered([BASELINE], self.CORPUS) == [BASELINE]


def expectations() -> st.SearchStrategy[Expect]:
    answers = st.sampled_from([PLAIN, OTHER, Refused("open", mandated=True)])
    readings = st.lists(st.builds(Reading, st.just(""), st.none() | answers), max_size=3).map(tuple)
    return answers | st.builds(AnyOf, readings) | st.builds(Observe, readings)


FEATURES = ("v3", "codec:gzip", "codec:blosc")


@st.composite
def corpora(draw: Callable[..., Any]) -> dict[str, Case]:
    """Corpora in which each feature may have a baseline, and cases name any of the others."""
    ids = draw(st.lists(st.sampled_from("abcdefgh"), unique=True))
    baselines = {f: draw(st.none() | st.sampled_from(ids)) if ids else None for f in FEATURES}
    return {
        case_id: case(
            case_id,
            draw(expectations()),
            features=tuple(draw(st.sets(st.sampled_from(FEATURES), min_size=1))),
            baseline_of=tuple(f for f in FEATURES if baselines[f] == case_id),
            control=draw(st.none() | st.sampled_from(ids[:number] or [None])),
        )
        for number, case_id in enumerate(ids)
    }


# On a machine that is busy a corpus takes a tenth of a second to make.
busy = settings(suppress_health_check=[HealthCheck.too_slow])


@busy
@given(corpora())
def test_whoever_refuses_everything_never_passes(cases: dict[str, Case]) -> None:
    judge = Judge(cases, read_back)
    verdicts = [judge.verdict(each, REFUSED) for each in ordered(cases.values(), cases)]
    assert all(verdict.verdict not in ("pass", "fail") for verdict in verdicts)


@busy
@given(corpora())
def test_whoever_answers_everything_alike_passes_no_refusal(cases: dict[str, Case]) -> None:
    judge = Judge(cases, read_back)
    for each in ordered(cases.values(), cases):
        verdict = judge.verdict(each, returned(PLAIN))
        if each.polarity == "negative":
            assert verdict == Verdict("fail", "accepted_invalid")


class TestWhoTellsOnlyWhetherItOpened:
    OPENED = Observation("returned", {"opened": True})
    NOT_OPENED = Observation("returned", {"opened": False, "message": "an error"})
    LATE = case("late", Refused("read", mandated=True), control="baseline")
    GZIP = case("gzip", PLAIN, features=("v3", "codec:gzip"), baseline_of=("codec:gzip",))

    @pytest.mark.parametrize(
        ("judged", "opened", "not_opened"),
        [
            (case("valid", PLAIN), "inconclusive opened", "fail rejected_valid"),
            (GZIP, "inconclusive opened", "unsupported feature_unsupported"),
            (MANDATED, "fail accepted_invalid", "inconclusive not_opened"),
            (IMPLIED, "lenient accepted_invalid", "inconclusive not_opened"),
            (LATE, "inconclusive opened", "inconclusive not_opened"),
            (SILENT, "observed opened", "observed not_opened"),
            (
                case("any", AnyOf((Reading("one", PLAIN), Reading("two", OTHER)))),
                "inconclusive opened",
                "inconclusive not_opened",
            ),
        ],
    )
    def test_gets_what_that_proves(self, judged: Case, opened: str, not_opened: str) -> None:
        for told, verdict in [(self.OPENED, opened), (self.NOT_OPENED, not_opened)]:
            for baseline in (self.OPENED, returned(PLAIN)):
                judge = Judge(corpus(BASELINE, self.GZIP, judged), read_back)
                judge.verdict(BASELINE, baseline)
                assert judge.verdict(judged, told) == Verdict(*verdict.split())

    def test_may_refuse_but_its_control_proves_nothing(self) -> None:
        verdict = verdict_after(self.OPENED, MANDATED, REFUSED)
        assert verdict == Verdict("inconclusive", "control_failed")

    @pytest.mark.parametrize("told", [OPENED, NOT_OPENED, {"opened": 1}, {"opened": None}])
    def test_passes_nothing_of_the_whole_corpus(self, told: Observation | dict[str, Any]) -> None:
        said = told if isinstance(told, Observation) else Observation("returned", told)
        cases = load().cases
        judge = Judge(cases, read_back)
        verdicts = {judge.verdict(each, said).verdict for each in ordered(cases.values(), cases)}
        assert verdicts
        assert "pass" not in verdicts
