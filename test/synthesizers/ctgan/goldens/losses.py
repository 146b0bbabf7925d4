"""Losses and gradients of CTGAN's two networks by PyTorch, for fixed numbers: the modules of the PyPI package ctgan 0.12.1 (bench/peers/ctgan-requirements.txt).

usage: python losses.py > losses.json. A table of two discrete columns (3 and 2 categories) and one number of two modes; packs of two.
"""

import json
import math

import torch
from ctgan.synthesizers.ctgan import Discriminator, Generator
from torch.nn import functional

torch.set_default_dtype(torch.float64)
SIZES = [3, 2, 2]  # codes of the two discrete columns and of the modes
NUMBERS, LATENT, UNITS, PAC, ROWS = 1, 4, 6, 2, 8
WIDTH = sum(SIZES)
RATE = 0.5


def fill(shape, seed):
    """Numbers that any language makes alike: sines of whole numbers."""
    count = math.prod(shape)
    return torch.tensor([math.sin(seed + 1.7 * i) for i in range(count)]).reshape(shape)


class Masked(torch.nn.Module):
    """Dropout by a mask that is given."""

    def __init__(self):
        super().__init__()
        self.mask = None

    def forward(self, x):
        return x * self.mask / (1 - RATE)


generator = Generator(LATENT + WIDTH, (UNITS, UNITS), NUMBERS + WIDTH)
critic = Discriminator(NUMBERS + 2 * WIDTH, (UNITS, UNITS), pac=PAC)
masks = [Masked(), Masked()]
critic.seq[2], critic.seq[5] = masks


def start(network, seed):
    """Weights are written as [in, out]."""
    flat = []
    for number, parameter in enumerate(network.parameters()):
        values = 0.4 * fill(parameter.shape[::-1], seed + number)
        parameter.data.copy_(values.T if parameter.dim() == 2 else values)
        flat.append(values.flatten())
    return torch.cat(flat)


def gradient(network):
    return torch.cat([(p.grad.T if p.dim() == 2 else p.grad).flatten() for p in network.parameters()])


def set_masks(seed):
    bits = (fill((ROWS // PAC, 2 * UNITS), seed) > -0.2).double()
    masks[0].mask, masks[1].mask = bits[:, :UNITS], bits[:, UNITS:]
    return bits


start(generator, 1.0), start(critic, 50.0)
asked = [(i % 2, i % SIZES[i % 2]) for i in range(ROWS)]
condition = torch.zeros(ROWS, WIDTH)
for i, (choice, code) in enumerate(asked):
    condition[i, sum(SIZES[:choice]) + code] = 1
latent = torch.cat([fill((ROWS, LATENT), 3.0), condition], 1)
gumbel = fill((ROWS, WIDTH), 4.0)


def activate(out):
    parts = [torch.tanh(out[:, :NUMBERS])]
    for logits, noise in zip(out[:, NUMBERS:].split(SIZES, 1), gumbel.split(SIZES, 1)):
        parts.append(torch.softmax((logits + noise) / 0.2, 1))
    return torch.cat([*parts, condition], 1)


real = torch.zeros(ROWS, NUMBERS + 2 * WIDTH)
for i in range(ROWS):
    real[i, 0] = math.sin(i)
    at = NUMBERS
    for k, size in enumerate(SIZES):
        real[i, at + (i + k) % size] = 1
        at += size
real[:, NUMBERS + WIDTH :] = condition
share = (fill((ROWS // PAC, 1), 6.0) + 1) / 2

# the critic's step
made = activate(generator(latent))
set_masks(7.0)
of_real = critic(real)
set_masks(8.0)
of_made = critic(made)
set_masks(9.0)
torch.rand = lambda *size, device=None: share.reshape(size)
# the package mixes share · real + (1 − share) · made
penalty = critic.calc_gradient_penalty(real, made, "cpu", PAC)
loss = penalty - (of_real.mean() - of_made.mean())
loss.backward()
found = {"critic": {"loss": loss.item(), "gradient": gradient(critic).tolist()}}

# the generator's step
set_masks(7.0)
out = generator(latent)
entropy = 0
for i, (choice, code) in enumerate(asked):
    begin = NUMBERS + sum(SIZES[:choice])
    entropy = entropy + functional.cross_entropy(out[i : i + 1, begin : begin + SIZES[choice]], torch.tensor([code]))
loss = -critic(activate(out)).mean() + entropy / ROWS
generator.zero_grad()
loss.backward()
found["generator"] = {"loss": loss.item(), "gradient": gradient(generator).tolist()}
print(json.dumps(found))
