from datetime import date, timedelta

import pytest
from sqlalchemy import select

from engine.cases import case_by_number
from engine.colleagues.comments import CommentEmpty, add_comment, comments
from engine.colleagues.errands import (
    ErrandDone,
    ForNobody,
    errands,
    finish_errand,
    give_errand,
    reopen_errand,
    take_errand,
)
from engine.colleagues.opinions import (
    NotAsked,
    OpinionClosed,
    QuestionMissing,
    answer_opinion,
    ask_opinion,
    opinions_of,
    opinions_wanted,
    remind,
    withdraw_opinion,
)
from engine.errors import NotFound
from engine.history import timeline
from engine.inbox.filters import TaskQuery
from engine.inbox.saved_filters import (
    FilterKept,
    FilterShared,
    remove_filter,
    save_filter,
    saved_filters,
)
from engine.inbox.worklists import open_tasks
from engine.models import Job, MailWish, Notification, NotificationKind, Person, Role, TaskStatus
from engine.notification_words import digest_words
from engine.notifications import read_notifications, send_digests, set_mail_wish, unread
from engine.tasks import NotYours, assign_task, claim_task, follow_up, release_task, set_priority
from tests.engine.front_desk import begin, case_of, front_desk, kinds
from tests.engine.office import TownHall


@pytest.fixture
def ana(hall: TownHall) -> Person:
    return front_desk(hall)


# comments


def test_who_is_mentioned_and_sees_the_case_is_told(hall: TownHall, ana: Person) -> None:
    task = begin(hall, ana)
    done = add_comment(
        hall.session,
        task.case_id,
        "@beto, look: @carla and @nobody. Mail a@b.pe",
        by=ana,
        at=hall.at,
    )
    assert (done.told, done.unknown) == (1, ["carla", "nobody"])
    assert kinds(hall, "beto") == ["mentioned"]
    assert kinds(hall, "carla") == kinds(hall, "ana") == []
    fact = timeline(hall.session, case_of(hall, task))[-1]
    assert (fact.type, fact.data) == ("comment_added", {"number": 1, "is_note": False})


def test_a_note_stays_within_the_office(hall: TownHall, ana: Person) -> None:
    task = begin(hall, ana)
    hall.people["carla"].memberships.clear()
    case = case_of(hall, task)
    ask_opinion(hall.session, case.id, hall.office("Fire brigade").id, "Safe?", by=ana, at=hall.at)
    add_comment(hall.session, case.id, "between us", is_note=True, by=ana, at=hall.at)
    add_comment(hall.session, case.id, "for all", by=ana, at=hall.at)
    eva = hall.person("eva", "Fire brigade")
    rosa = hall.person("rosa", roles=(Role.APPLICANT,))
    said = {
        person.name: [one.text for one in comments(hall.session, person, case)]
        for person in (hall.people["beto"], eva, rosa)
    }
    assert said == {"beto": ["between us", "for all"], "eva": ["for all"], "rosa": []}
    with pytest.raises(CommentEmpty):
        add_comment(hall.session, case.id, "  ", by=ana, at=hall.at)
    with pytest.raises(NotFound):
        add_comment(hall.session, case.id, "hello", by=rosa, at=hall.at)


# opinions


def test_an_office_that_is_asked_sees_the_case_and_answers_in_its_term(
    hall: TownHall, ana: Person
) -> None:
    task = begin(hall, ana)
    case, carla = case_of(hall, task), hall.people["carla"]
    with pytest.raises(NotFound):
        case_by_number(hall.session, carla, case.number)
    asked = ask_opinion(
        hall.session,
        case.id,
        hall.office("Fire brigade").id,
        "Is it safe?",
        days=7,
        by=ana,
        at=hall.at,
    )
    # Monday 2 March and seven business days
    assert asked.due_on == date(2026, 3, 11)
    assert case_by_number(hall.session, carla, case.number).id == case.id
    assert [one.opinion.number for one in opinions_wanted(hall.session, carla, at=hall.at)] == [1]
    assert kinds(hall, "carla") == ["opinion_asked"]
    with pytest.raises(NotAsked):
        answer_opinion(hall.session, case.id, 1, "yes", by=hall.people["beto"], at=hall.at)
    answer_opinion(hall.session, case.id, 1, "It is.", by=carla, at=hall.at)
    with pytest.raises(OpinionClosed):
        answer_opinion(hall.session, case.id, 1, "No.", by=carla, at=hall.at)
    assert kinds(hall, "ana") == ["opinion_answered"]
    shown = opinions_of(hall.session, ana, case, at=hall.at)[0]
    assert (shown.opinion.answer, shown.answered_by, shown.may_answer) == ("It is.", "Carla", False)
    told = [fact.type for fact in timeline(hall.session, case)]
    assert told[-2:] == ["opinion_asked", "opinion_answered"]
    assert task.status == TaskStatus.OPEN  # the case has not moved


def test_an_office_is_reminded_once_before_the_term_ends(hall: TownHall, ana: Person) -> None:
    task = begin(hall, ana)
    office = hall.office("Fire brigade").id
    ask_opinion(hall.session, task.case_id, office, "Safe?", days=7, by=ana, at=hall.at)
    hall.at += timedelta(days=6)
    assert remind(hall.session, at=hall.at) == 0
    hall.at += timedelta(days=1)
    assert remind(hall.session, at=hall.at) == 1
    assert remind(hall.session, at=hall.at) == 0
    assert kinds(hall, "carla") == ["opinion_due", "opinion_asked"]


def test_an_opinion_no_longer_needed_is_withdrawn(hall: TownHall, ana: Person) -> None:
    task = begin(hall, ana)
    office = hall.office("Fire brigade").id
    with pytest.raises(QuestionMissing):
        ask_opinion(hall.session, task.case_id, office, " ", by=ana, at=hall.at)
    ask_opinion(hall.session, task.case_id, office, "Safe?", by=ana, at=hall.at)
    with pytest.raises(NotFound):
        withdraw_opinion(hall.session, task.case_id, 1, "", by=hall.people["beto"], at=hall.at)
    withdraw_opinion(hall.session, task.case_id, 1, "seen on site", by=ana, at=hall.at)
    assert opinions_wanted(hall.session, hall.people["carla"], at=hall.at) == []


# notifications and mail


def mails(hall: TownHall) -> list[str]:
    jobs = hall.session.scalars(select(Job).where(Job.kind == "mail").order_by(Job.id))
    return [job.payload["text"] for job in jobs]


def test_an_assigned_task_is_told_at_once_or_in_a_digest(hall: TownHall, ana: Person) -> None:
    beto, chief = hall.people["beto"], hall.people["chief"]
    beto.email, beto.locale, ana.email, ana.locale = "beto@x.pe", "en", "ana@x.pe", "es"
    set_mail_wish(hall.session, beto, MailWish.DIGEST)
    first, second = begin(hall, ana), begin(hall, ana)
    for task in (first, second):
        assign_task(hall.session, task.id, beto, by=chief, at=hall.at)
    assert mails(hall) == []
    assign_task(hall.session, first.id, ana, by=chief, at=hall.at)
    assert "Chief le asignó la tarea “Receive”" in mails(hall)[0]
    assert send_digests(hall.session, at=hall.at) == 0
    hall.at += timedelta(days=1)
    assert send_digests(hall.session, at=hall.at) == 1
    assert send_digests(hall.session, at=hall.at) == 0
    assert mails(hall)[1].count("- Chief gave you the task “Receive”") == 2


@pytest.mark.parametrize(
    ("language", "one", "two"),
    [("es", "Tiene 1 aviso", "Tiene 2 avisos"),
     ("en", "1 notification waits for you", "2 notifications wait for you")],
)  # fmt: skip
def test_a_digest_counts_as_people_do(language: str, one: str, two: str) -> None:
    about: dict[str, object] = {"by": "Ana", "words": "Sign."}
    told = (NotificationKind.ERRAND_GIVEN, about)
    assert digest_words([told], language)[0] == one
    assert digest_words([told, told], language)[0] == two


def test_what_is_read_is_not_mailed_and_nobody_is_told_of_their_own_doing(
    hall: TownHall, ana: Person
) -> None:
    chief = hall.people["chief"]
    chief.email = "chief@x.pe"
    set_mail_wish(hall.session, chief, MailWish.DIGEST)
    task = begin(hall, ana)
    assign_task(hall.session, task.id, chief, by=chief, at=hall.at)
    assert kinds(hall, "chief") == []
    add_comment(hall.session, task.case_id, "@chief please", by=ana, at=hall.at)
    assert unread(hall.session, chief)[0] == 1
    read_notifications(hall.session, chief, at=hall.at)
    assert unread(hall.session, chief) == (0, 0)
    assert send_digests(hall.session, at=hall.at + timedelta(days=1)) == 0
    assert hall.session.scalars(select(Notification.kind)).all() == [NotificationKind.MENTIONED]


# errands, filters, priority, follow-up


def test_an_errand_is_given_taken_and_done(hall: TownHall, ana: Person) -> None:
    office, beto = hall.office("Front desk").id, hall.people["beto"]
    with pytest.raises(ForNobody):
        give_errand(hall.session, "Order paper", by=ana, at=hall.at)
    errand = give_errand(
        hall.session, "Order  paper", due_on=date(2026, 3, 1), office_id=office, by=ana, at=hall.at
    )
    rows = errands(hall.session, beto, at=hall.at)
    assert [(row.errand.title, row.office_name, row.is_overdue) for row in rows] == [
        ("Order paper", "Front desk", True)
    ]
    assert errands(hall.session, hall.people["carla"], at=hall.at) == []
    with pytest.raises(NotFound):
        take_errand(hall.session, errand.id, by=hall.people["carla"], at=hall.at)
    take_errand(hall.session, errand.id, by=beto, at=hall.at)
    finish_errand(hall.session, errand.id, by=beto, at=hall.at)
    with pytest.raises(ErrandDone, match="Beto"):
        finish_errand(hall.session, errand.id, by=ana, at=hall.at)
    assert errands(hall.session, beto, at=hall.at) == []
    assert kinds(hall, "ana") == ["errand_done"]
    read_notifications(hall.session, ana, at=hall.at)
    hall.at += timedelta(minutes=1)
    reopen_errand(hall.session, errand.id, by=beto, at=hall.at)
    assert kinds(hall, "ana")[0] == "errand_reopened"


def test_filters_are_saved_and_shared_with_an_office(hall: TownHall, ana: Person) -> None:
    office = hall.office("Front desk").id
    save_filter(hall.session, "Late", "scope=all", by=ana, at=hall.at)
    with pytest.raises(FilterKept, match="Replace it"):
        save_filter(hall.session, "Late", "due=overdue", office_id=office, by=ana, at=hall.at)
    kept = save_filter(
        hall.session,
        "Late",
        "due=overdue",
        office_id=office,
        is_replacing=True,
        by=ana,
        at=hall.at,
    )
    seen = saved_filters(hall.session, hall.people["beto"])
    assert [(one.name, one.state) for one in seen] == [("Late", "due=overdue")]
    assert saved_filters(hall.session, hall.people["carla"]) == []
    with pytest.raises(NotFound):
        remove_filter(hall.session, kept.id, by=hall.people["beto"])
    beto = hall.people["beto"]
    with pytest.raises(FilterShared, match="Ana shares another view with Front desk"):
        save_filter(
            hall.session,
            "Late",
            "scope=all",
            office_id=office,
            is_replacing=True,
            by=beto,
            at=hall.at,
        )
    remove_filter(hall.session, kept.id, by=ana)
    assert saved_filters(hall.session, ana) == []


def test_a_manager_sets_the_priority_and_the_order_follows(hall: TownHall, ana: Person) -> None:
    first, second = begin(hall, ana), begin(hall, ana)
    with pytest.raises(NotFound):
        set_priority(hall.session, second.id, 90, by=ana, at=hall.at)
    set_priority(hall.session, second.id, 90, by=hall.people["chief"], at=hall.at)
    query = TaskQuery(scope="office", sort="priority")
    rows = open_tasks(hall.session, ana, query, at=hall.at).rows
    assert [row.id for row in rows] == [second.id, first.id]
    fact = timeline(hall.session, case_of(hall, second))[-1]
    assert fact.data == {"priority": 90, "before": 50}


def test_a_follow_up_is_of_who_has_the_task_and_goes_with_it(hall: TownHall, ana: Person) -> None:
    task = begin(hall, ana)
    with pytest.raises(NotYours):
        follow_up(hall.session, task.id, date(2026, 3, 9), by=ana, at=hall.at)
    claim_task(hall.session, task.id, by=ana, at=hall.at)
    follow_up(hall.session, task.id, date(2026, 3, 9), by=ana, at=hall.at)
    assert task.follow_up_on == date(2026, 3, 9)
    release_task(hall.session, task.id, by=ana, at=hall.at)
    assert task.follow_up_on is None


def test_a_task_given_to_another_is_not_looked_at_again_on_the_day_of_who_had_it(
    hall: TownHall, ana: Person
) -> None:
    task = begin(hall, ana)
    claim_task(hall.session, task.id, by=ana, at=hall.at)
    follow_up(hall.session, task.id, date(2026, 3, 9), by=ana, at=hall.at)
    assign_task(hall.session, task.id, hall.people["beto"], by=ana, at=hall.at)
    assert task.follow_up_on is None
