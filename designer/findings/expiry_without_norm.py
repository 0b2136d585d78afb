"""What is granted is valid for good, unless a norm says otherwise."""

from collections.abc import Iterator

from designer.findings.finding import Place, finding
from designer.findings.jurisdiction import plain
from designer.findings.subject import Subject

_FOR_GOOD = ("indetermin", "indefin", "permanent", "for good", "no venc", "does not expire")


@finding(
    "warning",
    todo="Make it valid for good, or name the norm that makes it expire.",
    reference="Ley 27444, art. 42 (artículo por verificar)",
    gain="Every renewal: who has it need not apply, pay and wait again. How many renew is not known here.",
)
def check(subject: Subject) -> Iterator[Place]:
    """It expires (“{renewal}”), and no norm is named that says so."""
    renewal = subject.sheet.renewal
    if (
        renewal
        and not subject.sheet.renewal_basis
        and not any(word in plain(renewal) for word in _FOR_GOOD)
    ):
        yield Place(values={"renewal": renewal})
