"""Small XML parts as a tree that keeps prefixes and order, for parts that are changed and written back."""

from __future__ import annotations

from typing import cast
from xml.dom.minidom import Document, Element

from defusedxml import minidom


def parsed(content: bytes) -> Document:
    """The tree of a part that the gate has let through."""
    document: Document = minidom.parseString(content.decode("utf-8-sig"), forbid_dtd=True)
    return document


def written(document: Document) -> bytes:
    """The tree as UTF-8."""
    return document.toxml(encoding="UTF-8")


def root_of(document: Document) -> Element:
    """The outermost element."""
    return next(node for node in document.childNodes if isinstance(node, Element))


def elements(parent: Element) -> list[Element]:
    """The child elements, without text and comments."""
    return [node for node in parent.childNodes if isinstance(node, Element)]


def child(parent: Element, name: str) -> Element | None:
    """The first child element of a local name."""
    return next((node for node in elements(parent) if node.tagName.rpartition(":")[2] == name), None)


def append(parent: Element, name: str, attributes: dict[str, str] | None = None, text: str = "") -> Element:
    """A new child element with the parent's own prefix."""
    prefix = parent.tagName.rpartition(":")[0]
    document = cast(Document, parent.ownerDocument)  # every parsed element has one
    element = document.createElement(f"{prefix}:{name}" if prefix else name)
    for key, value in (attributes or {}).items():
        element.setAttribute(key, value)
    if text:
        element.appendChild(document.createTextNode(text))
    parent.appendChild(element)
    return element


def append_copy(parent: Element, element: Element) -> Element:
    """A deep copy of an element as the last child."""
    copy = cast(Element, element.cloneNode(deep=True))
    parent.appendChild(copy)
    return copy


def count(parent: Element) -> int:
    """The number of child elements, written back as the list's own `count`."""
    number = len(elements(parent))
    parent.setAttribute("count", str(number))
    return number
