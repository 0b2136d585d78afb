"""A fee is paid once, not for each stage of the procedure."""

from collections.abc import Iterator

from designer.findings.finding import Place, finding
from designer.findings.jurisdiction import plain
from designer.findings.subject import Subject

_STAGED = ("stages", "per stage", "by stage", "each stage", "etapa", "etapas", "por etapa")


@finding(
    "error",
    todo="Charge one fee for the whole procedure.",
    reference="Ley 27444, art. 53.5 (artículo por verificar)",
    gain="One payment a case instead of one for each stage. The sheet does not say what the other stages cost.",
)
def check(subject: Subject) -> Iterator[Place]:
    """The fee is charged by stages: “{stage}”."""
    fee = subject.sheet.fee
    if fee is not None and fee.amount and any(word in plain(fee.stage) for word in _STAGED):
        yield Place(values={"stage": fee.stage})
