"""A form asked one question per page, its answers carried in the address: nothing is kept, “back” always works."""

from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from engine.forms import Answers, Form, Unfit
from webapp.forms import ASKED, Asked, error_sentence, read_sent

Carried = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Guided:
    """Where somebody stands in a guide: the question to ask, or with `asked` None every answer."""

    asked: Asked | None
    answers: Answers
    carried: Carried  # names and values of what is answered, as they stand in the address
    before: Carried  # … without the last question, for the way back
    place: int  # of the question, from 1


def guided(form: Form, typed: MultiDict[str, str]) -> Guided:
    """The first question without an answer or with one that is not fit; None of them: the answers, cleaned."""
    sent = read_sent(form, typed)
    answers: Answers = {}
    errors = {}
    try:
        answers = form.clean(sent.raw)
    except Unfit as unfit:
        errors = {error.key: error for error in reversed(unfit.errors)}
    carried: Carried = []
    before: Carried = []
    questions = Asked(form.state(sent.raw)).inputs()
    for place, one in enumerate(questions, start=1):
        is_answered = one.key in typed or one.key in sent.asked
        if not is_answered or one.key in errors:
            wrong = {one.key: error_sentence(errors[one.key])} if is_answered else {}
            return Guided(Asked((one,), wrong), {}, carried, before, place)
        before = list(carried)
        carried += [(one.key, value[:500]) for value in typed.getlist(one.key)]
        if one.key not in typed:
            carried.append((ASKED, one.key))
    return Guided(None, answers, carried, before, len(questions) + 1)
