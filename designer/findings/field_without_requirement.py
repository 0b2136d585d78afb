"""A form asks for nothing that the sheet does not require."""

from collections.abc import Iterator

from designer.findings.finding import Place, finding
from designer.findings.subject import Subject, applicants_form


@finding(
    "info",
    todo="Take the field out of the form, or say in the sheet which requirement it belongs to.",
    reference="Ley 27444, art. 44.3 (artículo por verificar)",
    gain="One question less for everybody who applies, and less data to keep. The time it takes is not known.",
)
def check(subject: Subject) -> Iterator[Place]:
    """The form for applicants demands “{label}”, which belongs to no requirement of the sheet."""
    required = {key for one in subject.sheet.requirements for key in one.fields}
    if not required:
        return  # the sheet does not say which field belongs to what
    form = applicants_form(subject.sheet.raw)
    for one in subject.fields:
        if one.form == form and one.is_required and one.key not in required:
            yield Place(element=f"field:{one.key}", values={"label": one.label or one.key})
