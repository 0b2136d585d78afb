"""What the reader of decision models refuses, each with the line in the file."""

from engine.errors import NotFound, Refusal


class UnreadableModel(Refusal):
    """The bytes are no safe, well-formed XML."""

    sentence = "Line {line}: the decision model cannot be read: {reason}. Export it again as DMN."


class NotADecisionModel(Refusal):
    """The XML is well-formed but no DMN of a version known here."""

    sentence = (
        "Line {line}: the file starts with “{root}”, which is not a DMN 1.1 to 1.6 model. "
        "Export it as DMN from your modeller."
    )


class BrokenModel(Refusal):
    """The model is DMN, but a part of it has no meaning."""

    sentence = "Line {line}: {element} {reason}. Mend it in the modeller and upload it again."


class EndlessRequirement(Refusal):
    """A decision requires itself, directly or through others."""

    sentence = (
        "Line {line}: the decision “{name}” needs its own result ({path}). "
        "Remove one of these requirements."
    )


class MissingImport(Refusal):
    """An imported model is not at hand."""

    sentence = (
        "Line {line}: the model imports “{name}” ({namespace}), which was not found. "
        "Upload that model too."
    )


class EndlessImport(Refusal):
    """Models import each other in a circle, or the chain is too long."""

    sentence = (
        "Line {line}: the import of “{name}” leads back to itself or is nested too deeply. "
        "Remove one of the imports."
    )


class UnknownDecision(NotFound):
    """The model has no decision, decision service or knowledge of that name."""

    sentence = "There is no decision “{name}” in the model. It has: {known}."
