"""What every answer carries: headers, compression, hashed files, refusals."""

import gzip
import re

import pytest

from tests.webapp.conftest import Town
from webapp.config import Settings, WrongSetting


def test_a_page_runs_nothing_that_is_not_ours(town: Town) -> None:
    answer = town.visitor("carla").get("/inbox")
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "nonce-" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert re.search(r"<script(?![^>]* src=)|<style|\son\w+=|style=", answer.text) is None


def test_no_two_answers_have_the_same_nonce(town: Town) -> None:
    visitor = town.visitor()
    policies = {visitor.get("/login").headers["Content-Security-Policy"] for _ in range(3)}
    assert len(policies) == 3


def test_pages_are_sent_compressed_to_who_takes_it(town: Town) -> None:
    visitor = town.visitor("carla")
    zipped = visitor.get("/inbox", headers={"Accept-Encoding": "gzip"})
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert b"Inbox" in gzip.decompress(zipped.data)
    assert "Content-Encoding" not in visitor.get("/inbox").headers
    assert "Accept-Encoding" in zipped.headers["Vary"]


def test_a_file_asked_for_by_its_hash_is_kept_for_ever(town: Town) -> None:
    visitor = town.visitor()
    page = visitor.get("/login").text
    address = re.search(r'href="(/static/app\.css\?v=\w+)"', page)
    assert address is not None
    assert "immutable" in visitor.get(address.group(1)).headers["Cache-Control"]
    assert "max-age=0" in visitor.get("/static/app.css").headers["Cache-Control"]
    assert "max-age=0" in visitor.get("/static/app.css?v=0000").headers["Cache-Control"]


@pytest.mark.parametrize(
    "name", ["../config.py", "..%2fconfig.py", "%2e%2e/config.py", "/etc/passwd", "", "vendor"]
)
def test_no_file_outside_the_folder_is_served(town: Town, name: str) -> None:
    assert town.visitor().get(f"/static/{name}").status_code in (404, 308)


def test_inbox_and_task_weigh_less_than_sixty_kilobytes(town: Town) -> None:
    for at in range(50):
        town.case(f"Applicant {at}")
    carla = town.visitor("carla")
    wanted = {"Accept-Encoding": "gzip"}
    task = town.task(town.case())
    for path in ("/inbox?scope=unassigned", f"/tasks/{task}"):
        page = carla.get(path, headers=wanted)
        total = len(page.data)
        for address in re.findall(
            r'(?:href|src)="(/static/[^"]+)"', gzip.decompress(page.data).decode()
        ):
            total += len(carla.get(address, headers=wanted).data)
        assert total < 60_000, path


def test_the_stylesheet_weighs_less_than_fifteen_kilobytes(town: Town) -> None:
    sheet = town.visitor().get("/static/app.css", headers={"Accept-Encoding": "gzip"})
    assert len(sheet.data) < 15_000


def test_a_fault_of_ours_says_nothing_about_our_insides(town: Town) -> None:
    def breaks() -> str:
        raise RuntimeError("secret detail")

    from webapp.security.access import public

    town.app.add_url_rule("/breaks", "breaks", public(breaks))
    answer = town.visitor().get("/breaks")
    assert answer.status_code == 500
    assert "secret detail" not in answer.text
    assert "nothing was changed" in answer.text


def test_htmx_gets_a_refusal_that_fits_into_the_page(town: Town) -> None:
    carla = town.visitor("carla")
    answer = carla.get("/tasks/1-1/preview", headers={"HX-Request": "true"})
    assert answer.status_code == 404
    assert "<html" not in answer.text
    assert 'role="alert"' in answer.text


def test_the_figures_are_for_the_operator(town: Town) -> None:
    assert town.visitor("carla").get("/health/metrics").status_code == 403
    told = town.visitor("oscar").get("/health/metrics").text
    assert 'expedito_requests_total{status="403",view="health.figures"} 1.0\n' in told
    assert 'expedito_request_cpu_seconds_bucket{le="+Inf",view="health.figures"} 1.0\n' in told
    assert town.visitor().get("/health").text == "ok\n"


@pytest.mark.parametrize(
    ("name", "value"),
    [("PORT", "no"), ("PORT", "70000"), ("TIMEZONE", "Mars/Olympus"), ("LANGUAGE", "qq")],
)
def test_a_wrong_setting_is_refused_with_a_sentence(
    name: str, value: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = str(tmp_path_factory.mktemp("var"))
    with pytest.raises(WrongSetting, match=f"EXPEDITO_{name}"):
        Settings.from_environment({"EXPEDITO_VAR": folder, f"EXPEDITO_{name}": value})


def test_the_secret_is_made_once_and_only_its_owner_reads_it(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("var")
    environment = {"EXPEDITO_VAR": str(folder)}
    first = Settings.from_environment(environment)
    assert Settings.from_environment(environment).secret_key == first.secret_key
    assert (folder / "secret_key").stat().st_mode & 0o077 == 0
    assert len(first.secret_key) >= 32
