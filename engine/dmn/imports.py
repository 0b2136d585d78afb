"""Finds and loads the models that a model imports."""

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

from engine.dmn.document import MAX_BYTES, read_document
from engine.dmn.graph import Graph
from engine.dmn.model import Import
from engine.dmn.reader import read_definitions
from engine.dmn.refusals import EndlessImport, MissingImport
from engine.errors import Refusal

Resolve = Callable[[str, str | None], bytes | str | None]
"""From a namespace and the location an import names, to the file; None when there is none."""

MAX_DEPTH = 12
MAX_MODELS = 100


def mapping(models: Iterable[bytes | str]) -> Resolve:
    """Resolves among these files by namespace, read at the first import; those that are no DMN are passed over."""

    @cache
    def by_namespace() -> dict[str, bytes | str]:
        found: dict[str, bytes | str] = {}
        for xml in models:
            try:
                namespace = read_document(xml).get("namespace")
            except Refusal:
                continue
            found.setdefault(namespace or "", xml)
        return found

    return lambda namespace, location: by_namespace().get(namespace)


def directory(folder: Path) -> Resolve:
    """Resolves among the DMN files of a folder, by namespace.

    The location in the file is not followed: a model cannot reach outside the folder.
    """

    def models() -> Iterator[bytes]:
        for path in sorted(folder.glob("*.dmn"))[:MAX_MODELS]:
            if path.stat().st_size <= MAX_BYTES:
                yield path.read_bytes()

    return mapping(models())


def load_graph(xml: bytes | str, resolve: Resolve | None) -> Graph:
    """The model and all it imports, compiled.

    Raises the refusals of the reader, MissingImport, EndlessImport and EndlessRequirement.
    """
    return _Loader(resolve).load(xml, [])


class _Loader:
    def __init__(self, resolve: Resolve | None) -> None:
        self._resolve = resolve
        self._graphs: dict[str, Graph] = {}

    def load(self, xml: bytes | str, path: list[str]) -> Graph:
        definitions = read_definitions(xml)
        path = [*path, definitions.namespace]
        imported = {each.alias: self._imported(each, path) for each in definitions.imports}
        return Graph(definitions, imported)

    def _imported(self, wanted: Import, path: list[str]) -> Graph:
        if wanted.namespace in path or len(path) > MAX_DEPTH or len(self._graphs) > MAX_MODELS:
            raise EndlessImport(line=wanted.line, name=wanted.name)
        if wanted.namespace not in self._graphs:
            xml = self._resolve(wanted.namespace, wanted.location) if self._resolve else None
            if xml is None:
                raise MissingImport(line=wanted.line, name=wanted.name, namespace=wanted.namespace)
            self._graphs[wanted.namespace] = self.load(xml, path)
        return self._graphs[wanted.namespace]
