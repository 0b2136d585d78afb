"""Documents of the case, to open."""

from dataclasses import dataclass
from typing import ClassVar

from engine.files.store import StoredFile
from engine.forms.component import Component
from engine.forms.field import Around, Field, Shown
from engine.forms.formula import Formula


@dataclass(frozen=True, kw_only=True)
class DocumentPreview(Field):
    """The files that an expression yields: answers of file fields, alone or in lists."""

    type: ClassVar[str] = "documentPreview"
    is_input: ClassVar[bool] = False

    source: Formula | None = None

    @classmethod
    def read(cls, component: Component) -> Field:
        shared = cls.shared(component)
        return cls(**shared, source=component.formula("dataSource"))

    def show(self, value: object, around: Around) -> Shown:
        found = self.source.value(around.scope) if self.source else None
        items = found if isinstance(found, list) else [found]
        files = [StoredFile.from_json(item) for item in items[:100]]
        return Shown(files=tuple(dict(file.as_json()) for file in files if file))
