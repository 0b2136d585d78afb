"""What an operator sees of mails and calls."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from engine.errors import Said
from engine.jobs import MOST_ATTEMPTS, enqueue
from engine.models import Job, JobKind, Procedure, Version, Webhook
from engine.outbox import given_up, is_address, send_mail, send_webhook
from engine.record.day_roots import close_yesterday
from engine.senders.calling import NotAccepted
from engine.worker import Worker
from tests.webapp.conftest import Town
from webapp.config import Settings, WrongSetting
from webapp.workers import workers


def mail(town: Town, to: str = "rosa@example.org", key: str = "k") -> str:
    with town.database.transaction() as session:
        return send_mail(
            session, to=to, subject="Your case <b>", text="Come.\nSoon.", key=key, at=town.clock()
        )


def work(town: Town) -> None:
    inside, *others = workers(town.app.extensions["settings"], town.database, town.clock)
    assert isinstance(inside, Worker)
    for worker in others:
        worker.run_until_idle()


def jobs(town: Town) -> int:
    with town.database.reading() as session:
        return session.scalar(select(func.count()).select_from(Job)) or 0


def test_without_a_mail_server_mails_are_files_that_the_operator_reads(town: Town) -> None:
    mail_id = mail(town)
    oscar = town.visitor("oscar")
    assert "1 mail or call waits" in oscar.get("/outbox").text
    work(town)
    shown = oscar.get("/outbox").text
    assert "Your case &lt;b&gt;" in shown
    assert "rosa@example.org" in shown
    assert "Come.<br>Soon." in oscar.get(f"/outbox/{mail_id}").text
    assert oscar.get("/outbox/" + "0" * 32).status_code == 404
    assert oscar.get("/outbox/..%2F..%2Fsecret_key").status_code == 404


def test_a_mail_that_failed_is_sent_again_or_never(town_on_each: Town) -> None:
    town = town_on_each
    mail(town, to="nobody", key="1")
    mail(town, to="nobody too", key="2")
    work(town)
    oscar = town.visitor("oscar")
    shown = oscar.get("/outbox").text
    assert "“nobody” is no mail address" in shown
    with town.database.reading() as session:
        first, second = session.scalars(select(Job).order_by(Job.key)).all()
    assert oscar.post(f"/outbox/{first.id}/again").status_code == 303
    assert oscar.post(f"/outbox/{second.id}/discard").status_code == 303
    assert "“nobody too” is no" not in oscar.get("/outbox").text
    assert jobs(town) == 1
    assert oscar.post(f"/outbox/{second.id}/again").status_code == 404


def test_a_job_that_is_no_mail_is_none_of_the_outbox(town: Town) -> None:
    oscar = town.visitor("oscar")
    assert oscar.post("/outbox/1/discard").status_code == 404


def test_an_operator_subscribes_and_removes_another_system(town_on_each: Town) -> None:
    town = town_on_each
    oscar = town.visitor("oscar")
    assert "Nobody is told" in oscar.get("/webhooks").text
    sent = {"url": "https://example.org/hook", "facts": ["case_started", "nonsense"]}
    assert oscar.post("/webhooks", sent).status_code == 303
    shown = oscar.get("/webhooks").text
    assert "whsec_" in shown
    town.case()
    assert jobs(town) == 1
    with town.database.reading() as session:
        hook = session.scalars(select(Webhook)).one()
    assert oscar.post(f"/webhooks/{hook.id}/remove").status_code == 303
    town.case()
    assert jobs(town) == 1
    work(town)
    assert jobs(town) == 0


@pytest.mark.parametrize(
    ("url", "facts", "said"),
    [
        ("http://example.org/", ["case_started"], "does not begin with https://"),
        ("https://10.0.0.1/", ["case_started"], "lies inside your own network"),
        ("https://example.org/<script>", [], "at least one thing"),
    ],
)
def test_what_cannot_be_subscribed_comes_back_as_typed(
    town: Town, url: str, facts: list[str], said: str
) -> None:
    answer = town.visitor("oscar").post("/webhooks", {"url": url, "facts": facts})
    assert answer.status_code == 422
    assert said in answer.text
    assert "<script>“" not in answer.text
    assert 'value="http' in answer.text


@pytest.mark.parametrize("name", ["carla", "ana", "marta", "pedro"])
def test_only_operators_see_what_leaves_the_house(town: Town, name: str) -> None:
    mail_id = mail(town)
    work(town)
    visitor = town.visitor(name)
    for path in ("/outbox", f"/outbox/{mail_id}", "/webhooks"):
        assert visitor.get(path).status_code == 403


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"EXPEDITO_SMTP_URL": "mail.example.org"}, "give smtp://host"),
        ({"EXPEDITO_SMTP_URL": "smtp://mail.example.org"}, "give one such as Name"),
        ({"EXPEDITO_MAIL_FROM": "nobody"}, "give one such as Name"),
        ({"EXPEDITO_MAIL_FROM": "a@example.org\nBcc: b@example.org"}, "give one such as Name"),
        ({"EXPEDITO_SMTP_URL": "http://u:geheim@mail.example.org"}, "give smtp://host"),
    ],
)
def test_mail_settings_that_cannot_work_are_refused_at_the_start(
    tmp_path: Path, settings: dict[str, str], said: str
) -> None:
    with pytest.raises(WrongSetting, match=said) as refused:
        Settings.from_environment({"EXPEDITO_VAR": str(tmp_path), **settings})
    assert "geheim" not in str(refused.value)


def test_mails_come_from_somewhere_without_any_setting(tmp_path: Path) -> None:
    settings = Settings.from_environment({"EXPEDITO_VAR": str(tmp_path)})
    assert is_address(settings.mail_from.partition("<")[2].strip(">"))


def test_the_roots_of_the_record_are_read_and_downloaded(town: Town) -> None:
    town.case()
    oscar = town.visitor("oscar")
    assert "No day is closed yet" in oscar.get("/record").text
    town.clock.advance(days=1)
    town.database.write(lambda session: close_yesterday(session, at=town.clock()))
    inside, *_ = workers(town.app.extensions["settings"], town.database, town.clock)
    inside.run_until_idle()
    oscar = town.visitor("oscar")  # a working day is over
    line = oscar.get("/record/roots.txt").text
    day, root, cases = line.split()
    assert (day, len(root), cases) == ("2026-03-02", 64, "1")
    assert root in oscar.get("/record").text
    assert town.visitor("carla").get("/record").status_code == 403


def test_work_of_no_case_that_was_given_up_is_told_and_tried_again(town_on_each: Town) -> None:
    town = town_on_each
    with town.database.transaction() as session:
        payload = {"version_id": 1, "element_id": "s"}
        at = town.clock()
        enqueue(session, JobKind.TIMER, "start:licence", payload, run_at=at, at=at)
    for _ in range(MOST_ATTEMPTS):
        Worker(town.database, town.clock).run_until_idle()
        town.clock.advance(hours=2)
    oscar = town.visitor("oscar")
    with town.database.reading() as session:
        assert given_up(session) == 1
    shown = oscar.get("/outbox").text
    assert "Begin cases by the clock" in shown
    assert "start:licence" in shown
    assert "There is no version" in shown
    with town.database.reading() as session:
        (job,) = session.scalars(select(Job)).all()
    # the next round is left by the one that is done, and would never come
    assert "Never do it" not in shown
    refused = oscar.post(f"/outbox/{job.id}/discard")
    assert refused.status_code == 409
    assert "cannot be left out" in refused.text
    assert oscar.post(f"/outbox/{job.id}/again").status_code == 303
    with town.database.reading() as session:
        assert not session.get_one(Job, job.id).is_dead
    assert "start:licence" not in oscar.get("/outbox").text
    # as long as it is tried again by itself it is no operator's business
    assert oscar.post(f"/outbox/{job.id}/discard").status_code == 404


def test_what_was_given_up_is_told_by_name_and_in_the_language_of_who_reads(town: Town) -> None:
    at = town.clock()
    with town.database.transaction() as session:
        procedure = session.scalars(select(Procedure)).one()
        version = session.scalars(select(Version)).one()
        start = {"version_id": version.id}
        enqueue(session, JobKind.TIMER, "start:1:s:0", start, run_at=at, at=at)
        root = {"day": "2026-03-01", "after": 5}
        enqueue(session, JobKind.ROOT, "root:2026-03-01:5", root, run_at=at, at=at)
        for job in session.scalars(select(Job)):
            job.attempts = MOST_ATTEMPTS  # whoever began it never came to an end
        send_webhook(session, "https://example.org/", "case_started", {}, key="1", at=at)

    def silent(_job: Job) -> None:
        raise NotAccepted(Said("it did not answer a moment ago"))

    Worker(town.database, town.clock, senders={JobKind.WEBHOOK: silent}).run_until_idle()
    oscar = town.visitor("oscar")
    shown = oscar.get("/outbox").text
    assert f"Begin cases of “{procedure.name}” by the clock" in shown
    assert "Close the record of 1 Mar 2026 with its root" in shown
    assert "root:2026-03-01:5" in shown
    assert "begun 8 times" in shown
    assert "it did not answer a moment ago" in shown
    oscar.post("/account/language", {"language": "es"})
    shown = oscar.get("/outbox").text
    assert f"Iniciar expedientes de “{procedure.name}” por el reloj" in shown
    assert "comenzado 8 veces" in shown
    assert "no respondió hace un momento" in shown
