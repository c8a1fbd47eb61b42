"""References between the resources of a bundle; nothing outside it is ever asked. Pure."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from issuer.fhir.patient import each, text

__all__ = ["Entry", "Known", "Resource"]

Resource = dict[str, Any]


class Entry(NamedTuple):
    """A resource of a bundle, and the address that the bundle gives it."""

    url: str
    resource: Resource


class Known:
    """Follows the references of a bundle (FHIR R4, 2.36.4.1)."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self._resources: dict[str, Resource] = {}
        for entry in entries:
            for name in _names(entry):
                # What two different resources are called is a reference to neither.
                same = self._resources.setdefault(name, entry.resource) == entry.resource
                self._resources[name] = entry.resource if same else {}

    def find(self, reference: Any, within: Entry) -> Resource:
        """The resource that one refers to; empty where it is not in the bundle, or not clear."""
        if not isinstance(reference, dict):
            return {}
        named = text(reference.get("reference")).partition("/_history/")[0]
        if named.startswith("#"):
            contained = each(within.resource.get("contained"))
            return next((one for one in contained if one.get("id") == named[1:]), {})
        # One that is relative begins where its own resource lies.
        for name in (_base(within.url) + named, named):
            if name in self._resources:
                return self._resources[name]
        # An absolute address of another server names the same resource by its end.
        return self._resources.get(_end(named), {})


def _names(entry: Entry) -> Iterator[str]:
    """All by which others refer to a resource, each once."""
    key = text(entry.resource.get("id"))
    url = entry.url.partition("/_history/")[0]
    names = (url, _end(url), f"{text(entry.resource.get('resourceType'))}/{key}" if key else "")
    yield from dict.fromkeys(name for name in names if name)


def _base(url: str) -> str:
    """The address of the server, up to the kind of the resource."""
    return url.partition("/_history/")[0].removesuffix(_end(url)) if "://" in url else ""


def _end(url: str) -> str:
    """The kind of a resource and its id; empty for a name that is no address, as `urn:uuid:`."""
    return "/".join(url.partition("/_history/")[0].split("/")[-2:]) if "/" in url else ""
