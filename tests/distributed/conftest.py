"""Ray reads its environment while it is imported, which the tests of this folder do."""

from distributed.ray_environment import prepare_environment

prepare_environment()
