"""Worlds of questionnaires and answers: any valid questionnaire, any answers, sensible or not."""

from __future__ import annotations

from datetime import date

from hypothesis import strategies as st

from monitor.questionnaire import Answer, EvidenceFile, Place, from_data

TODAY = date(2026, 11, 24)
KINDS = ("prod", "backup", "log", "paper", "media", "sub_trustee")

# From a short list: what varies is the shape of a questionnaire, and drawing letters would take most of the time.
words = st.sampled_from(("文", "words", "髙﨑 神", '"quoted" \\ {braces}', "「一\n二」", "\u3000余白 ", "𠮷\u2028🏢"))
texts = st.builds(lambda one, other: {"ja": one, "en": other}, words, words)
findings = st.builds(
    lambda name, severity: {"name": name, "severity": severity, "advice": name, "days": 30},
    texts,
    st.sampled_from(("low", "medium", "high", "critical")),
)
worths = st.one_of(
    st.just({}),
    st.integers(0, 100).map(lambda points: {"points": points}),
    findings.map(lambda finding: {"finding": finding}),
    st.builds(lambda points, finding: {"points": points, "finding": finding}, st.integers(0, 100), findings),
)
places = st.lists(st.builds(Place, name=words, kind=st.sampled_from((*KINDS, None))), max_size=3)
files = st.builds(
    EvidenceFile, id=st.just("f1"), name=words, sha256=st.sampled_from(("a" * 64, "b" * 64)), size=st.integers(0, 9)
)


def fixed_values(question: dict) -> tuple[str, ...]:
    match question["type"]:
        case "yes_no":
            return ("yes", "no")
        case "statement":
            return ("agreed",)
        case _:
            return tuple(choice["id"] for choice in question.get("choices", ()))


@st.composite
def conditions(draw, deciders: list[dict], depth: int = 2):
    if depth == 0 or draw(st.booleans()):
        other = draw(st.sampled_from(deciders))
        values = draw(st.lists(st.sampled_from(fixed_values(other)), min_size=1, unique=True))
        return {"question": other["id"], "in": values}
    inner = conditions(deciders, depth - 1)
    if draw(st.booleans()):
        return {"not": draw(inner)}
    return {draw(st.sampled_from(("all", "any"))): draw(st.lists(inner, min_size=1, max_size=2))}


@st.composite
def questions(draw, identity: str, earlier: list[dict]):
    question = {
        "id": identity,
        "type": draw(
            st.sampled_from(("yes_no", "choice", "choices", "text", "long_text", "number", "date", "file", "statement"))
        ),
        "text": draw(texts),
        "required": draw(st.booleans()),
        "na_allowed": draw(st.booleans()),
        "weight": draw(st.integers(0, 10)),
    } | draw(
        st.fixed_dictionaries({}, optional={"help": texts, "reference": texts, "item": words, "comment": st.just(True)})
    )
    _of_its_type(draw, question)
    if question["type"] != "file" and draw(st.booleans()):
        question["evidence"] = {"what": draw(texts), "required": draw(st.booleans())}
        if fixed_values(question):
            question["evidence"]["on"] = draw(st.lists(st.sampled_from(fixed_values(question)), unique=True))
    deciders = [each for each in earlier if fixed_values(each)]
    if deciders and draw(st.booleans()):
        question["when"] = draw(conditions(deciders))
    return question


def _of_its_type(draw, question: dict) -> None:
    match question["type"]:
        case "yes_no":
            question["good"] = draw(st.sampled_from(("yes", "no")))
            if draw(st.booleans()):
                question["finding"] = draw(findings)
        case "choice" | "choices":
            question["choices"] = [
                {"id": f"c{n}", "text": draw(texts)} | draw(worths) for n in range(draw(st.integers(2, 4)))
            ]
            question["choices"][-1]["explain"] = draw(st.booleans())
            if question["choices"][-1]["explain"] and draw(st.booleans()):
                question["choices"][-1]["ask"] = draw(texts)
            if question["type"] == "choices":
                question["choices"][-1]["exclusive"] = draw(st.booleans())
        case "number":
            question |= {"minimum": draw(st.integers(-5, 0)), "maximum": draw(st.integers(0, 5)), "unit": draw(texts)}
        case "date":
            question["latest"] = draw(st.sampled_from(("today", date(2026, 12, 31))))
        case "text" | "long_text":
            question["max_length"] = draw(st.integers(1, 30))


@st.composite
def questionnaire_data(draw):
    """What a valid file holds, as data."""
    sections, asked = [], []
    for n in range(draw(st.integers(1, 3))):
        per = draw(st.booleans())
        own = []
        for m in range(draw(st.integers(1, 4))):
            identity = f"{'place.' if per else ''}s{n}.q{m}"
            own.append(draw(questions(identity, [*asked, *own])))
        sections.append({"id": f"s{n}", "title": draw(texts), "questions": own} | ({"per": "place"} if per else {}))
        asked += [] if per else own
    return {
        "id": "any",
        "version": 1,
        "title": draw(texts),
        "intro": draw(texts),
        "licence": "CC0-1.0",
        "source": "invented",
        "minutes": 5,
        "sections": sections,
    }


questionnaires = questionnaire_data().map(from_data)

any_value = st.one_of(
    st.none(),
    st.text(max_size=40),
    st.integers(-(10**15) + 1, 10**15 - 1),
    st.sampled_from(("yes", "no", "agreed", "c0", "c1", "2026-11-24", "2026-W48-2", " ")),
    st.lists(st.sampled_from(("c0", "c1", "c2", "zz")), max_size=3).map(tuple),
)
any_answer = st.builds(
    Answer,
    value=any_value,
    not_applicable=st.booleans(),
    reason=st.text(max_size=20),
    comment=st.text(max_size=20),
    files=st.lists(files, max_size=2).map(tuple),
)


@st.composite
def answered(draw):
    """A questionnaire as it is sent, with answers of any kind to any of its questions, and to one it never asked."""
    from monitor.questionnaire import freeze, thaw

    questionnaire = thaw(freeze(draw(questionnaires), draw(places)).text)
    ids = [question.id for question in questionnaire.questions]
    answers = draw(st.dictionaries(st.sampled_from([*ids, "never.asked"]), any_answer))
    return questionnaire, answers
