"""Files to attach."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from engine.errors import N_
from engine.files.media_types import is_accepted
from engine.files.store import StoredFile
from engine.forms.component import Component
from engine.forms.field import Around, Field, Shown
from engine.forms.formula import SILENT, Formula, Phrase
from engine.forms.json_value import Json
from engine.forms.refusals import Misfit

MOST_FILES = 20
GIVES_WAY = "gives_way"  # mark of a file kept earlier that was sent beside a new one


@dataclass(frozen=True, kw_only=True)
class FilePicker(Field):
    """Files already in the store; the answer is a list of {sha256, name, media_type, size}.

    Only files that the caller vouches for (`Around.files`: uploaded by this person for this form) can be
    attached: knowing a hash gives nobody a file.
    """

    type: ClassVar[str] = "filepicker"
    empty: ClassVar[Json] = []

    accept: Phrase = SILENT
    multiple: "bool | Formula" = False

    @classmethod
    def read(cls, component: Component) -> Field:
        shared = cls.shared(component)
        shared["default"] = None
        return cls(**shared, accept=component.phrase("accept"), multiple=component.rule("multiple"))

    def parse(self, value: object, around: Around) -> Json:
        if value is None or value == "":
            return []
        sent = value if isinstance(value, list | tuple) else [value]
        if not self.is_multiple(around):  # a new file takes the place of the only one
            new = [item for item in sent if not (isinstance(item, Mapping) and GIVES_WAY in item)]
            sent = new or sent
        if len(sent) > MOST_FILES:
            raise Misfit(N_("“{label}”: at most {limit} files."), limit=MOST_FILES)
        found: dict[str, Json] = {}
        for item in sent:
            if item == "":
                continue
            sha256 = item.get("sha256") if isinstance(item, Mapping) else item
            known = around.files.get(sha256) if isinstance(sha256, str) else None
            if known is None:
                raise Misfit(N_("“{label}”: attach the file again."))
            found[known.sha256] = {
                "sha256": known.sha256,
                "name": known.name,
                "media_type": known.media_type,
                "size": known.size,
            }
        return list(found.values())

    def check(self, value: Json, around: Around) -> None:
        files = value if isinstance(value, list) else []
        if len(files) > 1 and not self.is_multiple(around):
            raise Misfit(N_("“{label}”: attach one file only."))
        kinds = self.kinds(around)
        for item in files:
            stored = StoredFile.from_json(item)
            if stored is None or not is_accepted(stored.media_type, kinds):
                raise Misfit(
                    N_("“{label}”: “{file}” is not of a kind that is taken here ({kinds})."),
                    file=stored.name if stored else "",
                    kinds=", ".join(kinds),
                )

    @property
    def is_moving(self) -> bool:
        """Whether its answer depends on others: also by how many files they allow."""
        return super().is_moving or isinstance(self.multiple, Formula)

    def is_multiple(self, around: Around) -> bool:
        """Whether more than one file may be attached now."""
        if isinstance(self.multiple, Formula):
            return self.multiple.holds(around.scope)
        return self.multiple

    def kinds(self, around: Around) -> list[str]:
        """What may be attached: endings and media types."""
        return [kind.strip() for kind in self.accept.say(around.scope).split(",") if kind.strip()]

    def show(self, value: object, around: Around) -> Shown:
        sent = value if isinstance(value, list | tuple) else []
        kinds = self.kinds(around)
        files = tuple(item for item in sent if isinstance(item, Mapping))
        return Shown(
            text=",".join(kinds),
            maximum=MOST_FILES if self.is_multiple(around) else 1,
            files=files,
            refused=frozenset(
                str(item.get("sha256"))
                for item in files
                if not is_accepted(str(item.get("media_type")), kinds)
            ),
        )
