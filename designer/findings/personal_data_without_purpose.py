"""Personal data is asked for a purpose and kept for a time."""

from collections.abc import Iterator

from designer.findings.finding import Place, finding
from designer.findings.jurisdiction import plain
from designer.findings.subject import Subject

_PERSONAL = (
    "dni", "documento de identidad", "nombre", "apellido", "domicilio", "direccion particular", "telefono",
    "celular", "correo", "email", "e-mail", "nacimiento", "estado civil", "sexo", "genero", "salud",
    "discapacidad", "religion", "etnia", "huella", "identity", "surname", "birth", "phone", "health",
)  # fmt: skip
_NOT_OF_A_PERSON = ("nombre_comercial", "nombre comercial", "razon social", "trade name")


@finding(
    "warning",
    todo="Say with the field what it is for and how long it is kept, or do not ask for it.",
    reference="Ley 29733, arts. 6, 8 (artículos por verificar)",
    gain="Nothing in minutes or money: less personal data to keep, to protect and to answer for.",
)
def check(subject: Subject) -> Iterator[Place]:
    """“{label}” is personal data, and the form does not say what for or how long it is kept."""
    for one in subject.fields:
        said = plain(f"{one.key} {one.label}")
        if any(word in said for word in _NOT_OF_A_PERSON) or (one.purpose and one.retention):
            continue
        if any(word in said for word in _PERSONAL):
            yield Place(
                element=f"field:{one.form}:{one.key}", values={"label": one.label or one.key}
            )
