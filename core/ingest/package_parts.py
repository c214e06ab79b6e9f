"""The parts of an .xlsx package, their relations and kinds: read when asked for, written back only where they were changed."""

from __future__ import annotations

import posixpath
import zipfile
from dataclasses import dataclass, field

from lxml import etree

from core.errors import WorkbenchError

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
LARGEST_PART = 24 << 20  # bytes of XML that are held as a tree


class Unsuited(WorkbenchError):
    """This workbook can not be written on. Its cells are copied into a new one instead."""


def column_number(reference: str) -> int:
    """`AB12` → 27."""
    number = 0
    for sign in reference:
        if not sign.isalpha():
            break
        number = number * 26 + ord(sign.upper()) - 64
    return number - 1


def name_of(base: str, target: str) -> str:
    """The part that a relation of `base` names."""
    joined = target if target.startswith("/") else posixpath.join("/", posixpath.dirname(base), target)
    return posixpath.normpath(joined).lstrip("/")


def relations_part(part: str) -> str:
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


@dataclass
class Parts:
    """What is being changed of a package. Part names as in its directory, without a leading slash."""

    package: zipfile.ZipFile
    stored: dict[str, str]  # name → name in the directory
    trees: dict[str, etree._Element] = field(default_factory=dict)
    whole: dict[str, bytes] = field(default_factory=dict)

    @classmethod
    def of(cls, package: zipfile.ZipFile) -> Parts:
        return cls(package, {entry.filename.lstrip("/"): entry.filename for entry in package.infolist() if not entry.is_dir()})

    @property
    def names(self) -> list[str]:
        return list(dict.fromkeys((*self.stored, *self.whole, *self.trees)))

    @property
    def workbook(self) -> str:
        """Errors: Unsuited for a package of the strict kind, whose names are others."""
        return self.related("", "officeDocument")

    def stored_as(self, name: str) -> str:
        return self.stored[name]

    def read(self, name: str) -> bytes:
        entry = self.package.getinfo(self.stored.get(name) or self._folded(name))
        if entry.file_size > LARGEST_PART:
            raise Unsuited
        return self.package.read(entry)

    def _folded(self, name: str) -> str:
        """Names differ in case at times between a relation and the directory."""
        found = next((stored for known, stored in self.stored.items() if known.lower() == name.lower()), None)
        if found is None:
            raise Unsuited
        return found

    def tree(self, name: str) -> etree._Element:
        """The part as a tree; from now on it is written anew."""
        if name not in self.trees:
            try:
                parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
                self.trees[name] = etree.fromstring(self.read(name), parser)
            except etree.XMLSyntaxError as error:
                raise Unsuited from error
        return self.trees[name]

    def changed(self, name: str) -> bytes | None:
        if name in self.trees:
            return bytes(etree.tostring(self.trees[name], xml_declaration=True, encoding="UTF-8", standalone=True))
        return self.whole.get(name)

    def add(self, name: str, content: bytes, kind: str) -> None:
        """A new part, or new content of one."""
        self.whole[name] = content
        self.set_kind(name, kind)

    def drop(self, name: str) -> None:
        self.stored.pop(name, None)
        types = self.tree("[Content_Types].xml")
        for entry in types.findall(f"{{{TYPES}}}Override"):
            if str(entry.get("PartName")).lstrip("/") == name:
                types.remove(entry)
        for entry in types.findall(f"{{{TYPES}}}Default"):
            if "vbaProject" in str(entry.get("ContentType")):
                types.remove(entry)

    # Kinds ------------------------------------------------------------------------------------------------------------

    def kinds(self) -> list[str]:
        return [str(entry.get("ContentType")).lower() for entry in self.tree("[Content_Types].xml")]

    def set_kind(self, name: str, kind: str) -> None:
        types = self.tree("[Content_Types].xml")
        for entry in types.findall(f"{{{TYPES}}}Override"):
            if str(entry.get("PartName")).lstrip("/") == name:
                entry.set("ContentType", kind)
                return
        etree.SubElement(types, f"{{{TYPES}}}Override", PartName=f"/{name}", ContentType=kind)

    def set_default(self, extension: str, kind: str) -> None:
        types = self.tree("[Content_Types].xml")
        if not any(str(entry.get("Extension")).lower() == extension for entry in types.findall(f"{{{TYPES}}}Default")):
            types.insert(0, etree.Element(f"{{{TYPES}}}Default", Extension=extension, ContentType=kind))

    # Relations --------------------------------------------------------------------------------------------------------

    def relations(self, part: str, create: bool = False) -> etree._Element | None:
        name = relations_part(part)
        if name in self.stored or name in self.trees:
            return self.tree(name)
        if create:
            self.trees[name] = etree.Element(f"{{{RELATIONS}}}Relationships", nsmap={None: RELATIONS})
            return self.trees[name]
        return None

    def targets(self, part: str) -> dict[str, str]:
        """Part name by relation id."""
        listed = self.relations(part)
        found = {} if listed is None else {str(one.get("Id")): name_of(part, str(one.get("Target"))) for one in listed}
        return {link: self.stored_name(name) for link, name in found.items()}

    def stored_name(self, name: str) -> str:
        return name if name in self.stored else next((known for known in self.stored if known.lower() == name.lower()), name)

    def related(self, part: str, kind: str) -> str:
        """The one part of a kind. Errors: Unsuited where there is none."""
        found = self.find_related(part, kind)
        if found is None:
            raise Unsuited
        return found

    def find_related(self, part: str, kind: str) -> str | None:
        listed = self.relations(part)
        for one in () if listed is None else listed:
            if one.get("Type") == f"{OFFICE}/{kind}":
                return self.stored_name(name_of(part, str(one.get("Target"))))
        return None

    def relate(self, part: str, kind: str, target: str) -> str:
        """A new relation; returns its id."""
        listed = self.relations(part, create=True)
        assert listed is not None
        taken = {one.get("Id") for one in listed}
        link = next(name for number in range(1, 1 << 20) if (name := f"rIdNotes{number}") not in taken)
        etree.SubElement(listed, f"{{{RELATIONS}}}Relationship", Id=link, Type=f"{OFFICE}/{kind}", Target=f"/{target}")
        return link

    def forget_relations(self, part: str, kinds: tuple[str, ...]) -> None:
        listed = self.relations(part)
        for one in () if listed is None else list(listed):
            if str(one.get("Type")).rpartition("/")[2] in kinds:
                listed.remove(one)  # type: ignore[union-attr]
