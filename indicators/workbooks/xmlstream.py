"""XML parts read as a stream by expat: no document type, no entities, no deep nesting, UTF-8 only.

Names come as `namespace local`; `local_name` drops the namespace, since real files use more than one.
"""

from __future__ import annotations

from collections.abc import Callable
from xml.parsers import expat

from indicators.workbooks import limits
from indicators.workbooks.results import Refused

Attributes = dict[str, str]


def local_name(name: str) -> str:
    """`row` for `http://… row`."""
    return name.rsplit(" ", 1)[-1]


class XmlReader:
    """Streams one part; a subclass overrides `start`, `end` and `text`. `path` holds the local names that are open."""

    def __init__(self, part: str) -> None:
        self.part = part
        self.path: list[str] = []
        self._local: dict[str, str] = {}
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._opened
        self.parser.EndElementHandler = self._closed
        self.parser.CharacterDataHandler = self.text
        self.parser.StartDoctypeDeclHandler = self._document_type
        self.parser.XmlDeclHandler = self._declared

    def start(self, name: str, attributes: Attributes) -> None:
        """An element begins."""

    def end(self, name: str) -> None:
        """An element has ended."""

    def text(self, data: str) -> None:
        """Character data."""

    def read(self, content: bytes) -> None:
        """Streams the whole part; raises `Refused`."""
        if content.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise Refused("xml_encoding", part=self.part)
        try:
            self.parser.Parse(content, True)
        except expat.ExpatError:
            raise Refused("xml_broken", part=self.part) from None

    def _opened(self, name: str, attributes: Attributes) -> None:
        local = self._local.get(name)
        if local is None:
            local = self._local[name] = local_name(name)
        self.path.append(local)
        if len(self.path) > limits.XML_DEPTH:
            raise Refused("xml_depth", part=self.part, limit=limits.XML_DEPTH)
        self.start(local, attributes)

    def _closed(self, name: str) -> None:
        self.end(self.path.pop())

    def _document_type(self, *_: object) -> None:
        raise Refused("xml_dtd", part=self.part)

    def _declared(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and encoding.casefold() not in ("utf-8", "utf8"):
            raise Refused("xml_encoding", part=self.part)


class _Elements(XmlReader):
    def __init__(self, part: str, take: Callable[[str, Attributes], None]) -> None:
        super().__init__(part)
        self.take = take

    def start(self, name: str, attributes: Attributes) -> None:
        self.take(name, {local_name(key): value for key, value in attributes.items()})


def each_element(part: str, content: bytes, take: Callable[[str, Attributes], None]) -> None:
    """Calls `take(local name, attributes by local name)` for each element of a small part."""
    _Elements(part, take).read(content)


def checked_xml(part: str, content: bytes) -> None:
    """Raises `Refused` for a document type, deep nesting, another encoding or broken XML."""
    XmlReader(part).read(content)
