"""What the reader of diagrams refuses, each with the line in the file where there is one."""

from engine.errors import Refusal


class UnreadableDiagram(Refusal):
    """Any reason why a file is not taken as a diagram; `line` is in `values`."""

    sentence = "The diagram cannot be read. Export it again as BPMN 2.0 from your modeller."


class NotXml(UnreadableDiagram):
    """The bytes are not well-formed XML."""

    sentence = (
        "Line {line}: the file is not well-formed XML ({reason}). "
        "Export it again as BPMN 2.0 from your modeller."
    )


class NotBpmn(UnreadableDiagram):
    """Well-formed XML, but no BPMN 2.0."""

    sentence = (
        "Line {line}: the file starts with “{root}”, which is not a BPMN 2.0 diagram. "
        "Export it as BPMN 2.0 from your modeller."
    )


class NoProcess(UnreadableDiagram):
    """BPMN, but without any process to run."""

    sentence = (
        "Line {line}: the diagram holds no process, so there is nothing to run. "
        "Draw at least one task and upload it again."
    )


class HasDoctype(UnreadableDiagram):
    """A DOCTYPE could pull in other files; BPMN has no use for one."""

    sentence = (
        "Line {line}: the file has a DOCTYPE, which is not accepted because it can pull in other "
        "files. Remove that line and upload the file again."
    )


class TooLarge(UnreadableDiagram):
    """More bytes than accepted."""

    sentence = (
        "The file has {size} bytes; at most {limit} are accepted. "
        "Split the drawing or remove embedded pictures."
    )


class TooManyElements(UnreadableDiagram):
    """More elements or attributes than accepted."""

    sentence = (
        "Line {line}: the file has more than {limit} {what}. "
        "Split the drawing into several and call one from the other."
    )


class TooDeep(UnreadableDiagram):
    """Elements nested deeper than accepted."""

    sentence = (
        "Line {line}: elements are nested more than {limit} levels deep. "
        "Move the inner sub-processes into files of their own."
    )
