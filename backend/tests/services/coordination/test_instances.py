"""Who is alive on an image folder: real processes, killed for real."""

import shutil
from pathlib import Path

from app.services.coordination.instances import InstanceRegistry
from tests.services.conftest import NeighbourFactory


def test_alone(instances: Path) -> None:
    registry = InstanceRegistry(instances)
    assert registry.neighbours() == set()
    registry.close()
    assert list(instances.iterdir()) == []


def test_two_in_one_process_see_each_other(instances: Path) -> None:
    one, other = InstanceRegistry(instances), InstanceRegistry(instances)
    assert one.neighbours() == {other.instance_id}
    assert other.neighbours() == {one.instance_id}
    one.close()
    assert other.neighbours() == set()
    other.close()


def test_a_living_neighbour_is_seen_and_left_alone(
    instances: Path, make_neighbour: NeighbourFactory
) -> None:
    neighbour = make_neighbour()
    registry = InstanceRegistry(instances)
    for _ in range(3):
        assert registry.neighbours() == {neighbour.instance_id}
    registry.close()


def test_one_that_left_is_not_seen(instances: Path, make_neighbour: NeighbourFactory) -> None:
    neighbour = make_neighbour()
    registry = InstanceRegistry(instances)
    neighbour.leave()
    assert registry.neighbours() == set()
    registry.close()


def test_a_killed_one_is_not_seen_and_cleared_away(
    instances: Path, make_neighbour: NeighbourFactory
) -> None:
    killed, alive = make_neighbour(), make_neighbour()
    registry = InstanceRegistry(instances)
    killed.kill()
    assert (instances / f"{killed.instance_id}.lock").exists()
    assert registry.neighbours() == {alive.instance_id}
    assert not (instances / f"{killed.instance_id}.lock").exists()
    registry.close()


def test_one_that_was_killed_at_birth_is_no_neighbour(instances: Path) -> None:
    instances.mkdir(parents=True)
    (instances / ".0123456789abcdef").touch()
    registry = InstanceRegistry(instances)
    assert registry.neighbours() == set()
    registry.close()


def test_ids_differ(instances: Path) -> None:
    registries = [InstanceRegistry(instances) for _ in range(20)]
    assert len({registry.instance_id for registry in registries}) == 20
    for registry in registries:
        registry.close()


def test_closed_even_where_the_folder_is_gone(instances: Path) -> None:
    registry = InstanceRegistry(instances)
    for entry in instances.iterdir():
        entry.unlink()
    registry.close()


def test_is_alive_until_it_leaves(instances: Path) -> None:
    one, other = InstanceRegistry(instances), InstanceRegistry(instances)
    assert one.is_alive(other.instance_id)
    assert one.is_alive(one.instance_id)
    other.close()
    assert not one.is_alive(other.instance_id)
    assert not one.is_alive("never heard of")
    one.close()


def test_removed_file_is_made_anew(instances: Path) -> None:
    one, other = InstanceRegistry(instances), InstanceRegistry(instances)
    shutil.rmtree(instances)
    assert not other.is_alive(one.instance_id)
    one.renew()
    assert other.is_alive(one.instance_id)
    one.renew()
    assert other.is_alive(one.instance_id)
    for registry in (one, other):
        registry.close()


def test_one_that_cannot_be_looked_at_is_believed_to_live(instances: Path) -> None:
    registry = InstanceRegistry(instances)
    (instances / "strange.lock").symlink_to(instances / "strange.lock")
    assert registry.is_alive("strange")
    registry.close()
