"""Muon: kernels move along their orthogonalised momentum, all other parameters as by Adam."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.optim import Optimizer

# Five iterations of this polynomial bring singular values between 0.01 and 1 to about 1 (Jordan).
QUINTIC = (3.4445, -4.7750, 2.0315)
ITERATIONS = 5
KEPT = ("step", "mean", "square")  # of each parameter that moves as by Adam
RMS = 0.2  # of an update by Adam, as Liu et al. measured: Adam's rates suit both


class Muon(Optimizer):
    """Muon (Jordan et al. 2024, kellerjordan.github.io/posts/muon) for convolutions.

    A kernel `(out, in, height, width)` is a matrix of `out` rows; its momentum is replaced by the
    nearest matrix with equal singular values, so no direction is left behind. Updates are as large
    as Adam's (Liu et al. 2025, arXiv 2502.16982). Biases and slopes, which are no matrices, take
    Adam's own updates. PyTorch's `torch.optim.Muon` refuses kernels (2.13).

    Args:
        params: parameters or parameter groups.
        lr: the rate of both kinds.
        momentum: the share of a kernel's last direction that stays at each step, in [0, 1).
        betas: the same for both averages of Adam.
        eps: keeps both from dividing by zero.
        capturable: counts steps on the device, as a CUDA graph needs.

    Raises:
        ValueError: a rate or share is out of its range.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        momentum: float = 0.95,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        capturable: bool = False,
    ) -> None:
        for name, share in (("momentum", momentum), ("betas", betas[0]), ("betas", betas[1])):
            if not 0 <= share < 1:
                raise ValueError(f"{name} must lie in [0, 1), not {share}")
        if lr < 0:
            raise ValueError(f"lr must not be negative, not {lr}")
        values = {"lr": lr, "momentum": momentum, "betas": tuple(betas), "eps": eps}
        super().__init__(params, values | {"capturable": capturable})

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Make a step; returns the loss that `closure` computes, if there is one."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            moving = [each for each in group["params"] if each.grad is not None]
            if others := [each for each in moving if each.ndim < 2]:
                self._by_adam(others, group)
            if kernels := [each for each in moving if each.ndim >= 2]:
                self._along_momentum(kernels, group)
        return loss

    def _along_momentum(self, kernels: list[Tensor], group: dict[str, Any]) -> None:
        """Move kernels; those of one shape are orthogonalised at once."""
        ahead = self._ahead(kernels, group["momentum"])
        alike: dict[torch.Size, list[tuple[Tensor, Tensor]]] = {}
        for kernel, direction in zip(kernels, ahead, strict=True):
            matrix = direction.flatten(1)
            alike.setdefault(matrix.shape, []).append((kernel, matrix))
        for shape, pairs in alike.items():
            moves = orthogonal(torch.stack([matrix for _, matrix in pairs]), group["eps"])
            moves *= RMS * max(shape) ** 0.5
            moves *= group["lr"]
            for (kernel, _), move in zip(pairs, moves, strict=True):
                kernel.sub_(move.view_as(kernel))

    def _ahead(self, kernels: list[Tensor], share: float) -> Sequence[Tensor]:
        """Update the momenta, and return them as they will be if the gradients stay (Nesterov)."""
        for each in kernels:
            if not self.state[each]:
                self.state[each]["momentum"] = torch.zeros_like(each)
        found, momenta = gradients(kernels), [self.state[each]["momentum"] for each in kernels]
        torch._foreach_lerp_(momenta, found, 1 - share)
        return torch._foreach_lerp(found, momenta, share)

    def _by_adam(self, values: list[Tensor], group: dict[str, Any]) -> None:
        found, (first, second) = gradients(values), group["betas"]
        steps, means, squares = self._averages(values, group["capturable"])
        torch._foreach_add_(steps, 1)
        torch._foreach_lerp_(means, found, 1 - first)
        torch._foreach_lerp_(squares, torch._foreach_mul(found, found), 1 - second)
        for value, step, mean, square in zip(values, steps, means, squares, strict=True):
            size = (square / (1 - second**step)).sqrt() + group["eps"]
            value.sub_(mean / (1 - first**step) / size * group["lr"])

    def _averages(self, values: list[Tensor], capturable: bool) -> list[list[Tensor]]:
        """The steps, means and mean squares that are kept of parameters, from zero on."""
        for each in values:
            if not self.state[each]:
                home = each.device if capturable else "cpu"
                zeros = torch.zeros((), device=home), *(torch.zeros_like(each) for _ in range(2))
                self.state[each] |= dict(zip(KEPT, zeros, strict=True))
        return [[self.state[each][name] for each in values] for name in KEPT]


def gradients(values: Iterable[Tensor]) -> list[Tensor]:
    """The gradients of parameters, each of which has one."""
    return [each.grad for each in values if each.grad is not None]


def orthogonal(matrices: Tensor, eps: float = 1e-8) -> Tensor:
    """Bring all singular values of matrices `(N, rows, columns)` near 1 (0.7 to 1.2).

    Their vectors stay: Newton and Schulz's iteration, which needs products of matrices alone.
    """
    if matrices.shape[-2] > matrices.shape[-1]:
        return orthogonal(matrices.mT, eps).mT
    a, b, c = QUINTIC
    x = matrices / (matrices.norm(dim=(-2, -1), keepdim=True) + eps)
    for _ in range(ITERATIONS):
        products = x @ x.mT
        x = a * x + (b * products + c * products @ products) @ x
    return x
