"""Appeals over `/api/v1`: filed at the counter, decided by who decides them, read by who sees the case."""

from datetime import UTC, datetime

from tests.webapp.conftest import Town
from tests.webapp.test_api import Machine
from tests.webapp.test_terms import permit, work


def test_an_appeal_is_filed_decided_and_read_by_machines(town_on_each: Town) -> None:
    town = town_on_each
    number = permit(town, "negative_silence")
    town.clock.set(datetime(2026, 2, 24, 15, 0, tzinfo=UTC))
    work(town)
    luis, marta = Machine(town, "luis"), Machine(town, "marta")
    at = f"/cases/{number}/appeals"
    filed = luis.post(at, {"kind": "appeal", "grounds": "Too slow"}, **{"Idempotency-Key": "k-1"})
    assert filed.status_code == 201, filed.text
    assert (filed.json["against"], filed.json["number"]) == ("silence", 1)
    again = luis.post(at, {"kind": "appeal", "grounds": "Too slow"}, **{"Idempotency-Key": "k-1"})
    assert again.json == filed.json
    assert len(luis.get(at).json["appeals"]) == 1
    answer = {"result": "founded", "decision": "It was late."}
    assert luis.post(f"{at}/1/decide", answer).status_code == 403
    unclear = marta.post(f"{at}/1/decide", answer)
    assert unclear.status_code == 422
    decided = marta.post(f"{at}/1/decide", {**answer, "effect": "anew"})
    assert decided.status_code == 200, decided.text
    assert (decided.json["effect"], decided.json["is_exhausted"]) == ("anew", True)
    assert luis.get(f"/cases/{number}").json["outcome"] == "Resuelta en recurso"
    for reader, grounds, decision in (
        (luis, "Too slow", "It was late."),
        (Machine(town, "oscar"), "T•••", "I•••"),  # who only keeps it running
    ):
        (told,) = reader.get(at).json["appeals"]
        assert (told["grounds"], told["decision"]) == (grounds, decision)
    assert marta.post(f"{at}/1/decide", {**answer, "effect": "anew"}).status_code == 409


def test_what_is_no_appeal_is_refused_with_its_field(town: Town) -> None:
    number = permit(town, "negative_silence")
    luis = Machine(town, "luis")
    assert luis.post(f"/cases/{number}/appeals", {"kind": "revision"}).status_code == 422
    early = luis.post(f"/cases/{number}/appeals", {"kind": "appeal", "grounds": "Now"})
    assert early.status_code == 409
    assert luis.get("/cases/NOPE-1/appeals").status_code == 404
