"""What a case knows, in words."""

from sqlalchemy import select

from engine.models import Case
from tests.webapp.conftest import Town
from webapp.words.case_data import shown_answers


def test_rows_nobody_filled_in_are_not_told_and_keys_are_read_as_words(town: Town) -> None:
    number = town.case()
    with town.app.test_request_context(), town.database.reading() as session:
        case = session.scalars(select(Case).where(Case.number == number)).one()
        told = shown_answers(
            session,
            case.version_id,
            {
                "partners": [
                    {"full_name": "Rosa", "share": None},
                    {"full_name": "", "share": None},
                ],
                "owner": {"id_number": "12345678", "surname": ""},
                "others": [{"full_name": "", "share": None}],
                "agreed": False,
            },
        )
    assert told == [
        ("Agreed", "no"),
        ("Owner", "Id number: 12345678"),
        ("Partners", "Full name: Rosa"),
    ]
