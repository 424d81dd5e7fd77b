"""Hosts and origins as they are compared: parsed, since one address has many spellings."""

import ipaddress
import re
from dataclasses import dataclass
from functools import lru_cache

_LONGEST = 300  # a DNS name has at most 253 characters
_ORIGIN = re.compile(r"(https?)://([^/?#@\\]+)", re.IGNORECASE)
_HOST_NAME = re.compile(r"[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*")
_NAME_LETTERS = re.compile(r"[A-Za-z0-9._-]+")
# A browser takes such a name for an address, in octal, decimal or hexadecimal.
_NUMBER = re.compile(r"\d+|0x[0-9a-f]*")
# A part of a name with letters that do not travel.
_WORD = re.compile(r"[\w-]*[^\x00-\x7f][\w-]*")
DEFAULT_PORTS = {"http": 80, "https": 443}
_MOST_PORTS = 65535


@dataclass(frozen=True, slots=True)
class Host:
    """A name in small letters without its last dot, or an address in its shortest form."""

    name: str
    port: int | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a page comes from; the port is never left out."""

    scheme: str
    name: str
    port: int

    def __str__(self) -> str:
        name = f"[{self.name}]" if ":" in self.name else self.name
        port = "" if self.port == DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{name}{port}"

    def is_at(self, host: Host) -> bool:
        """Whether a Host header names this origin.

        The scheme is left out: behind a proxy that ends TLS it differs from ours. So a port that
        is left out stands for either default.
        """
        return self.name == host.name and self.port == (
            DEFAULT_PORTS[self.scheme] if host.port is None else host.port
        )


@lru_cache(maxsize=1024)
def parse_host(text: str) -> Host | None:
    """Read ``name``, ``name:port`` or ``[IPv6]:port``; None where it is neither."""
    if len(text) > _LONGEST or not text.isascii():
        return None
    if text.startswith("["):
        name, closed, rest = text[1:].partition("]")
        if not closed or ":" not in name or "%" in name or (rest and not rest.startswith(":")):
            return None
        port = rest[1:]
        if not is_address(name):
            return None
    else:
        name, _, port = text.partition(":")
        name = name.removesuffix(".")
        if not _NAME_LETTERS.fullmatch(name):
            return None
    if port and (not port.isdecimal() or int(port) > _MOST_PORTS):
        return None
    return Host(canonical_name(name), int(port) if port else None)


@lru_cache(maxsize=1024)
def parse_origin(text: str) -> Origin | None:
    """Read ``https://name:port``; None where it is something else, such as ``null``."""
    found = _ORIGIN.fullmatch(text)
    host = parse_host(found[2]) if found else None
    if found is None or host is None:
        return None
    scheme = found[1].lower()
    return Origin(scheme, host.name, DEFAULT_PORTS[scheme] if host.port is None else host.port)


def canonical_name(name: str) -> str:
    """The one spelling of a name or an address without brackets."""
    try:
        return str(ipaddress.ip_address(name))
    except ValueError:
        return name.lower()


def is_address(name: str) -> bool:
    """Whether it is an IP address, which nobody's DNS can point elsewhere."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def is_loopback(name: str) -> bool:
    """Whether only programs on the same machine mean this one by it."""
    if name == "localhost":
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)


def normal_origin(text: str) -> str:
    """The spelling in which browsers send an origin that an operator wrote.

    Raises:
        ValueError: When it is none, or one that no browser sends.
    """
    origin = parse_origin(_without_umlauts(text))
    if origin is None or (_ends_in_a_number(origin.name) and not is_address(origin.name)):
        raise ValueError("each must look like https://example.org, without a path")
    return str(origin)


def normal_host(text: str) -> str:
    """The spelling in which what an operator wrote is compared: a name, ``*.name`` or an address.

    Raises:
        ValueError: When no Host header could ever match it.
    """
    if text == "*":
        return text
    bare = text.removeprefix("[").removesuffix("]")
    if is_address(bare) and "%" not in bare:
        return canonical_name(bare)
    start = "*." if text.startswith("*.") else ""
    name = _without_umlauts(text.removeprefix(start)).removesuffix(".").lower()
    if not _HOST_NAME.fullmatch(name) or _ends_in_a_number(name):
        raise ValueError(
            "each must be a bare name such as example.org or *.example.org, or an IP address"
        )
    return start + name


def _without_umlauts(text: str) -> str:
    """In the form that travels: browsers send münchen.example as xn--mnchen-3ya.example."""
    try:
        return _WORD.sub(lambda word: word[0].encode("idna").decode("ascii"), text)
    except UnicodeError:
        return text


def _ends_in_a_number(name: str) -> bool:
    """Whether a browser would read a name as an address, and never send it."""
    return _NUMBER.fullmatch(name.rpartition(".")[2]) is not None
