"""Fit an exponent on the probabilities, and the rate of slips, to weighted answers."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from inference.office.carried_calibration import DEVIATION, SLIP_RATE, CarriedCalibration

_MAX_SLIP_RATE = 0.5
_FLOOR = 1e-9  # of a likelihood
_LOG_EXPONENTS = np.linspace(-1.0, 1.0, 21)
_N_REFINEMENTS = 16
_LOG_STEP, _SLIP_STEP = 0.02, 0.005  # to measure curvatures
_LEAST_APART = 0.05  # of 1 less the squared correlation of both numbers
_DECIMALS = 3


@dataclass(frozen=True)
class Prior:
    """What is expected of an office before it answers.

    The logarithm of the exponent is normal around that of ``exponent`` with this ``deviation``. The
    rate of slips is exponential with the mean ``slip_rate`` or, with a ``slip_deviation``, normal
    around it and cut at 0.
    """

    deviation: float
    slip_rate: float
    exponent: float = 1.0
    slip_deviation: float | None = None

    def loss(self, log_exponent: float, slip_rate: float) -> float:
        """Return the negative logarithm of the density, but for a constant."""
        distance = (log_exponent - math.log(self.exponent)) / self.deviation
        if self.slip_deviation is None:
            return distance**2 / 2 + slip_rate / self.slip_rate
        return distance**2 / 2 + ((slip_rate - self.slip_rate) / self.slip_deviation) ** 2 / 2


FITTED_PRIOR = Prior(DEVIATION, SLIP_RATE)
"""Chosen on simulated offices: ``benchmarks/results/learning.md`` has the figures."""


def prior_after(carried: CarriedCalibration | None) -> Prior:
    """Return what is expected of an office of which this was ``carried`` over."""
    if carried is None:
        return FITTED_PRIOR
    return Prior(
        carried.exponent_deviation,
        carried.slip_rate,
        carried.exponent,
        carried.slip_rate_deviation,
    )


@dataclass(frozen=True)
class ExponentFit:
    """The fitted numbers, and the deviations of the logarithm of one and of the other."""

    exponent: float
    slip_rate: float
    exponent_deviation: float
    slip_rate_deviation: float


def fit_exponent(
    alone: np.ndarray,
    targets: np.ndarray,
    is_right: np.ndarray,
    shares: np.ndarray,
    votes: np.ndarray,
    weights: np.ndarray,
    prior: Prior,
) -> ExponentFit:
    """Return exponent and rate of slips of the highest penalised likelihood, with three decimals.

    A coder gave the unit group ``targets``; where not ``is_right``, any answer but that.
    """
    logs = np.log(np.maximum(alone, np.finfo(np.float32).tiny))
    at_target = logs[np.arange(len(targets)), targets].astype(np.float64)

    def loss_with(log_exponent: float) -> Callable[[float], float]:
        """Return the loss with this exponent, by the rate of slips."""
        exponent = float(np.exp(log_exponent))
        sums = np.exp(np.float32(exponent) * logs).sum(axis=1, dtype=np.float64)
        by_model = np.exp(exponent * at_target) / sums

        def loss(slip_rate: float) -> float:
            probability = (1 - slip_rate) * by_model + slip_rate / alone.shape[1]
            probability = (1 - shares) * probability + shares * votes
            likelihood = np.maximum(np.where(is_right, probability, 1 - probability), _FLOOR)
            return float(prior.loss(log_exponent, slip_rate) - weights @ np.log(likelihood))

        return loss

    def best_slip_rate(log_exponent: float) -> tuple[float, float]:
        """Return the lowest loss with this exponent, and its rate of slips."""
        loss = loss_with(log_exponent)
        slip_rate = _lowest(loss, 0.0, _MAX_SLIP_RATE)
        return min((loss(0.0), 0.0), (loss(slip_rate), slip_rate))

    coarse = float(min(_LOG_EXPONENTS, key=best_slip_rate))
    step = float(_LOG_EXPONENTS[1] - _LOG_EXPONENTS[0])
    fine = _lowest(lambda log: best_slip_rate(log)[0], coarse - step, coarse + step)
    slip_rate = best_slip_rate(fine)[1]
    deviations = _deviations(loss_with, fine, slip_rate)
    return ExponentFit(
        round(float(np.exp(fine)), _DECIMALS),
        round(slip_rate, _DECIMALS),
        *(round(deviation, _DECIMALS + 1) for deviation in deviations),
    )


def _deviations(
    loss_with: Callable[[float], Callable[[float], float]], log_exponent: float, slip_rate: float
) -> tuple[float, float]:
    """Return how uncertain both numbers are, from the curvature of the loss (Laplace)."""
    center = max(slip_rate, _SLIP_STEP)
    steps = np.array([-1, 0, 1])
    losses = [
        [loss_with(log_exponent + log_step)(center + slip_step) for slip_step in _SLIP_STEP * steps]
        for log_step in _LOG_STEP * steps
    ]
    by_log, by_slip = np.diff([row[1] for row in losses], 2), np.diff(losses[1], 2)
    both = (losses[2][2] - losses[2][0] - losses[0][2] + losses[0][0]) / 4
    curvature = max(float(by_log[0]), _LOG_STEP**2 / DEVIATION**2) / _LOG_STEP**2
    slip_curvature = max(float(by_slip[0]), _FLOOR) / _SLIP_STEP**2
    correlation = (both / (_LOG_STEP * _SLIP_STEP)) ** 2 / (curvature * slip_curvature)
    apart = max(1 - correlation, _LEAST_APART)
    return 1 / math.sqrt(curvature * apart), 1 / math.sqrt(slip_curvature * apart)


def _lowest(loss: Callable[[float], float], low: float, high: float) -> float:
    """Return where ``loss`` is lowest between two numbers, by thirds."""
    for _ in range(_N_REFINEMENTS):
        third = (high - low) / 3
        if loss(low + third) <= loss(high - third):
            high -= third
        else:
            low += third
    return (low + high) / 2
