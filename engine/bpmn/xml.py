"""XML as it is written: tags with attributes, text and children, turned into bytes."""

import re
from dataclasses import dataclass, field

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


@dataclass(slots=True)
class Tag:
    """An element to be written; `name` carries its prefix."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    text: str | None = None
    children: "list[Tag]" = field(default_factory=list)

    def set(self, name: str, value: str | None) -> "Tag":
        """This tag with the attribute; nothing happens for None."""
        if value is not None:
            self.attributes[name] = value
        return self

    def add(self, child: "Tag | None") -> "Tag":
        """This tag with the child at its end; nothing happens for None."""
        if child is not None:
            self.children.append(child)
        return self


def as_bytes(root: Tag) -> bytes:
    """The document in UTF-8, indented; written without recursion, so depth is no limit."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>']
    pending: list[tuple[Tag | str, int]] = [(root, 0)]
    while pending:
        tag, depth = pending.pop()
        margin = "  " * depth
        if isinstance(tag, str):
            lines.append(f"{margin}</{tag}>")
            continue
        head = tag.name + "".join(f' {k}="{_quoted(v)}"' for k, v in tag.attributes.items())
        if tag.children:
            # Text beside children would gain blanks by the indentation; nothing we write has both.
            lines.append(f"{margin}<{head}>")
            pending.append((tag.name, depth))
            pending.extend((child, depth + 1) for child in reversed(tag.children))
        elif tag.text is not None:
            lines.append(f"{margin}<{head}>{_escaped(tag.text)}</{tag.name}>")
        else:
            lines.append(f"{margin}<{head} />")
    return ("\n".join(lines) + "\n").encode("utf-8")


def _escaped(text: str) -> str:
    text = _ILLEGAL.sub("\ufffd", text)
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace("\r", "&#13;")


def _quoted(text: str) -> str:
    text = _escaped(text).replace('"', "&quot;")
    return text.replace("\n", "&#10;").replace("\t", "&#9;")
