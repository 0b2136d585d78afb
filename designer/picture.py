"""The file that shows what a version looks like: the drawing, or its model where the drawing has no layout."""

from engine.bpmn.encoding import text_of
from engine.models import Version


def picture(version: Version) -> bytes:
    """The file to draw; the version comes with everything."""
    return version.drawing if "BPMNShape" in text_of(version.drawing) else version.model
