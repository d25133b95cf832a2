"""JUnit's XML, as CI systems read it: a suite for each implementation, a test case for each case.

The form is the one that Jenkins' schema describes and pytest writes; XML cannot hold every text, so
control characters become escapes. An expected failure is a
skipped test, as pytest has it; an adapter that did not run is a test in error.
"""

from collections import Counter
from collections.abc import Iterable
from xml.etree import ElementTree as ET

from zarr_conformance.report.matrix import Key
from zarr_conformance.report.outcomes import Kind, Outcome, Outcomes
from zarr_conformance.results import NotRun
from zarr_conformance.visible import visible


def junit(outcomes: Outcomes) -> str:
    """The document."""
    results = outcomes.results
    root = ET.Element("testsuites", name="zarr-conformance")
    for key in results.answers:
        root.append(_suite(key, outcomes))
    if results.not_run:
        root.append(_not_run(results.not_run.values(), _seconds_part(results.run.started)))
    for name in ("tests", "failures", "errors"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _suite(key: Key, outcomes: Outcomes) -> ET.Element:
    results = outcomes.results
    every = list(outcomes.of(key))
    kinds = Counter(each.kind for each in every)
    suite = ET.Element(
        "testsuite",
        name=visible(" ".join(key)),
        tests=str(len(every)),
        failures=str(kinds[Kind.FAILED]),
        errors="0",
        skipped=str(kinds[Kind.SKIPPED] + kinds[Kind.EXPECTED]),
        time=f"{sum(each.result.seconds for each in every):.3f}",
        timestamp=_seconds_part(results.run.started),
    )
    properties = ET.SubElement(suite, "properties")
    for name, value in {
        "corpus": f"{results.run.corpus['version']} {results.run.corpus['hash']}",
        "platform": results.run.platform,
        **results.implementations[key].libraries,
    }.items():
        ET.SubElement(properties, "property", name=visible(name), value=visible(value))
    several = sum(name == key[0] for name, _ in results.answers) > 1
    # Without the version, so that a CI system knows a test again after a release.
    name = "@".join(key) if several else key[0]
    suite.extend(_test_case(visible(name).replace(".", "_"), each, outcomes) for each in every)
    return suite


def _test_case(class_name: str, outcome: Outcome, outcomes: Outcomes) -> ET.Element:
    chapter, _, name = outcome.case.id.rpartition("/")
    seconds = f"{outcome.result.seconds:.6f}"
    class_name = f"{class_name}.{chapter.replace('.', '_').replace('/', '.')}"
    element = ET.Element("testcase", classname=class_name, name=name, time=seconds)
    match outcome.kind:
        case Kind.FAILED:
            reason = visible(outcome.result.verdict.reason)
            failure = ET.SubElement(element, "failure", message=outcome.sentence, type=reason)
            failure.text = visible(outcomes.details(outcome))
        case Kind.EXPECTED | Kind.SKIPPED:
            verdict = outcome.result.verdict.verdict
            ET.SubElement(element, "skipped", message=outcome.sentence, type=verdict)
    return element


def _not_run(missed: Iterable[NotRun], timestamp: str) -> ET.Element:
    suite = ET.Element("testsuite", name="not run")
    for each in missed:
        element = ET.SubElement(
            suite, "testcase", classname="not run", name=visible(each.name), time="0"
        )
        ET.SubElement(element, "error", message=visible(each.why), type="not_run")
    number = str(len(suite))
    suite.attrib |= {"tests": number, "failures": "0", "errors": number, "skipped": "0"}
    suite.attrib |= {"time": "0", "timestamp": timestamp}
    return suite


def _seconds_part(started: str) -> str:
    """A time without its zone, which is UTC always: the schema knows none."""
    return visible(started)[:19]
