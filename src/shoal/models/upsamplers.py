"""Upsamplers: four learned, linear ways to enlarge features, aligned to the pixel.

Each maps `(N, inputs, h, w)` to `(N, outputs, scale * h, scale * w)`. Each can start as
interpolation (`interpolate_`): output channel j is input channel j mod `inputs`, enlarged by the
cubic kernel, cut to the size of the layer's own kernel.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from shoal.models.blocks import conv
from shoal.models.interpolating import clear_bias, copies, fill, interpolation

# Up to so many output channels a deconvolution is faster when computed as a sub-pixel convolution;
# with 64 it would be 3 times slower.
NARROW = 8


class Deconvolution(nn.ConvTranspose2d):
    """Transposed convolution of kernel scale + 2 x padding and stride scale.

    The output is then exactly `scale` times as large, and the kernel is centred on each pixel. With
    a padding of 6 the kernel is the paper's 15 at x3. With few output channels it is computed as
    the sub-pixel convolution of kernel `2 * ceil(padding / scale) + 1` that it equals, which is
    several times faster.
    """

    def __init__(self, inputs: int, outputs: int, scale: int, padding: int = 6) -> None:
        super().__init__(inputs, outputs, scale + 2 * padding, stride=scale, padding=padding)
        self.scale = scale
        self.reach = -(-padding // scale)  # LR pixels to each side that touch one HR pixel
        self.margin = scale * self.reach - padding

    def forward(self, x: Tensor, output_size: list[int] | None = None) -> Tensor:
        """Enlarge `(N, inputs, h, w)`."""
        if self.out_channels > NARROW:
            return super().forward(x, output_size)
        bias = None if self.bias is None else self.bias.repeat_interleave(self.scale**2)
        return F.pixel_shuffle(F.conv2d(x, self.subpixel(), bias, padding=self.reach), self.scale)

    def subpixel(self) -> Tensor:
        """The kernel of the equivalent sub-pixel convolution, `(outputs * scale^2, inputs, k, k)`.

        HR pixel `scale * q + r` sums LR pixels `q - d` times kernel entries
        `scale * d + r + padding`. Padded by the margin, the entries are indexed by (d, r); d is
        reversed, since a convolution in PyTorch doesn't flip its kernel.
        """
        taps = 2 * self.reach + 1
        padded = F.pad(self.weight, [self.margin] * 4)
        split = padded.view(*self.weight.shape[:2], taps, self.scale, taps, self.scale)
        kernel = split.flip(2, 4).permute(1, 3, 5, 0, 2, 4)  # out, r, r, in, d, d
        return kernel.reshape(-1, self.in_channels, taps, taps)

    @torch.no_grad()
    def interpolate_(self) -> None:
        """Start as bicubic interpolation."""
        kernel = copies(self.out_channels, self.in_channels).T[..., None, None]
        self.weight.copy_(kernel * interpolation(self.kernel_size[0], self.scale))
        clear_bias(self)


class ZeroBlocks(nn.Module):
    """Each pixel becomes the top-left corner of a `scale` x `scale` block of zeros.

    Args:
        scale: side of the block.
    """

    def __init__(self, scale: int) -> None:
        super().__init__()
        self.scale = scale

    def forward(self, x: Tensor) -> Tensor:
        """Map `(N, C, h, w)` to `(N, C, scale * h, scale * w)`."""
        zeros = self.scale - 1
        blocks = F.pad(x[..., :, None, :, None], (0, zeros, 0, 0, 0, zeros))  # N, C, h, s, w, s
        return blocks.flatten(-2).flatten(-3, -2)


class Unpooling(nn.Module):
    """`ZeroBlocks`, then a convolution of kernel scale + 2.

    It is padded by `scale` before and 1 after, which centres the kernel on the middle of a block.
    """

    def __init__(self, inputs: int, outputs: int, scale: int) -> None:
        super().__init__()
        self.scale = scale
        self.unpool = nn.Sequential(ZeroBlocks(scale), nn.ZeroPad2d((scale, 1, scale, 1)))
        self.convolve = nn.Conv2d(inputs, outputs, scale + 2)

    def forward(self, x: Tensor) -> Tensor:
        """Enlarge `(N, inputs, h, w)`."""
        return self.convolve(self.unpool(x))

    def interpolate_(self) -> None:
        """Start as cubic interpolation cut to the kernel."""
        fill(self.convolve, interpolation(self.scale + 2, self.scale))


class Subpixel(nn.Module):
    """A convolution at LR size to scale^2 times the channels, then a pixel shuffle.

    Shi et al., "Real-Time Single Image and Video Super-Resolution Using an Efficient Sub-Pixel
    Convolutional Neural Network", CVPR 2016; its kernel is 3.
    """

    def __init__(self, inputs: int, outputs: int, scale: int, kernel: int = 3) -> None:
        super().__init__()
        self.outputs, self.scale, self.kernel = outputs, scale, kernel
        self.convolve = conv(kernel, inputs, outputs * scale**2)
        self.shuffle = nn.PixelShuffle(scale)

    def forward(self, x: Tensor) -> Tensor:
        """Enlarge `(N, inputs, h, w)`."""
        return self.shuffle(self.convolve(x))

    @torch.no_grad()
    def interpolate_(self) -> None:
        """Start as cubic interpolation cut to the kernel."""
        layer, scale, taps = self.convolve, self.scale, self.kernel
        # As in Deconvolution.subpixel: entries are indexed by (d, r), and d is reversed.
        phases = interpolation(taps * scale, scale).view(taps, scale, taps, scale).flip(0, 2)
        kernel = torch.einsum("oi,yrxs->orsiyx", copies(self.outputs, layer.in_channels), phases)
        layer.weight.copy_(kernel.reshape(layer.weight.shape))
        clear_bias(layer)


class Nearest(nn.Module):
    """Each pixel is repeated to a block, then a 3 x 3 convolution is applied at HR size."""

    def __init__(self, inputs: int, outputs: int, scale: int) -> None:
        super().__init__()
        self.scale = scale
        self.repeat = nn.UpsamplingNearest2d(scale_factor=scale)
        self.convolve = conv(3, inputs, outputs)

    def forward(self, x: Tensor) -> Tensor:
        """Enlarge `(N, inputs, h, w)`."""
        return self.convolve(self.repeat(x))

    def interpolate_(self) -> None:
        """Start by smoothing the blocks: bilinear at x2 and x3, as near to it as possible above."""
        side = min((self.scale - 1) / (2 * self.scale), 1 / 3)
        taps = torch.tensor([side, 1 - 2 * side, side])
        fill(self.convolve, torch.outer(taps, taps))
