"""The mean of two models' weights: half way between where a training began and where it ended.

A training that goes on from a trained model ends nearby, in the same valley. The middle of the two
is often better than either on texts that neither saw, and bears int8 better (Izmailov et al. 2018,
arXiv 1803.05407; Wortsman et al. 2022, arXiv 2109.01903). After a training from a new head it is
worth nothing: there the two have nothing in common.
"""

from __future__ import annotations

import torch

Weights = dict[str, torch.Tensor]


def weights_of(model: torch.nn.Module) -> Weights:
    """A copy of all weights of ``model``, by name."""
    return {name: weight.clone() for name, weight in model.state_dict().items()}


def mean(one: Weights, other: Weights) -> Weights:
    """The mean, weight by weight, of two models of one shape; what is no float is ``one``'s."""
    return {
        name: torch.lerp(weight, other[name], 0.5) if weight.is_floating_point() else weight
        for name, weight in one.items()
    }
