"""Places among the living, for several server processes that a test plays in one."""

from app.database.engine import Database
from app.services.coordination.instances import InstanceRegistry

_OPEN: list[InstanceRegistry] = []


def registry_beside(database: Database) -> InstanceRegistry:
    """The place of one more process; close it, and that process is dead."""
    assert database.path is not None
    registry = InstanceRegistry(database.path.with_name("instances"))
    _OPEN.append(registry)
    return registry


def die(registry: InstanceRegistry) -> None:
    """Let go of the lock, as the system does when a process is killed."""
    _OPEN.remove(registry)
    registry.close()


def close_registries() -> None:
    """End all that a test left."""
    while _OPEN:
        _OPEN.pop().close()
