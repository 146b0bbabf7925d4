"""Training steps of PyTorch and Opacus for bench/tensor.mjs.

usage: torch_step.py THREADS STEPS; each line `plain` or `opacus` on standard input is answered with milliseconds a step, by the clock and of the processor.
"""
import sys
import time

import torch
from torch import nn

threads, steps = int(sys.argv[1]), int(sys.argv[2])
torch.set_num_threads(threads)
torch.manual_seed(1)
BATCH = 500


def network():
    return nn.Sequential(nn.Linear(128, 256), nn.ReLU(), nn.Linear(256, 256), nn.ReLU(), nn.Linear(256, 128))


x, y = torch.randn(BATCH, 128), torch.randn(BATCH, 128)
loss_of = nn.MSELoss()


def stepper(model, optimiser):
    def step():
        optimiser.zero_grad(set_to_none=True)
        loss_of(model(x), y).backward()
        optimiser.step()

    return step


def plain():
    model = network()
    return stepper(model, torch.optim.Adam(model.parameters(), lr=1e-3))


def opacus():
    from opacus import GradSampleModule
    from opacus.optimizers import DPOptimizer

    model = GradSampleModule(network())
    inner = torch.optim.Adam(model.parameters(), lr=1e-3)
    optimiser = DPOptimizer(inner, noise_multiplier=1.0, max_grad_norm=1.0, expected_batch_size=BATCH)
    return stepper(model, optimiser)


makers = {'plain': plain, 'opacus': opacus}
made = {}
for line in sys.stdin:
    name = line.strip()
    try:
        if name not in made:
            made[name] = makers[name]()
        run = made[name]
        for _ in range(3):
            run()
        start, before = time.perf_counter(), time.process_time()
        for _ in range(steps):
            run()
        spent = time.perf_counter() - start, time.process_time() - before
        print(*(s * 1000 / steps for s in spent), flush=True)
    except ImportError as error:
        print(error, file=sys.stderr)
        print('absent', flush=True)
