"""Golden marginals of graphical-model estimation: private-pgm's FactoredInference, as the PyPI package dpmm 0.1.9 carries it.

    pip install dpmm==0.1.9 && python estimate.py > estimate.json
"""

import json

import numpy as np
from dpmm.models.base.mbi import Domain, FactoredInference

sizes = {"a": 3, "b": 2, "c": 4, "d": 3}
names = list(sizes)
cliques = [("a",), ("b",), ("c",), ("d",), ("a", "b"), ("b", "c"), ("a", "c"), ("c", "d")]
total = 1000.0
rng = np.random.RandomState(7)
truth = rng.dirichlet(np.full(72, 0.4)).reshape(3, 2, 4, 3) * total
measurements, listed = [], []
for clique in cliques:
    axes = tuple(i for i, n in enumerate(names) if n not in clique)
    sigma = 5.0 if len(clique) == 1 else 12.0
    noisy = truth.sum(axis=axes).flatten() + rng.normal(0, sigma, int(np.prod([sizes[n] for n in clique])))
    measurements.append((None, noisy, sigma, clique))
    listed.append({"columns": [names.index(n) for n in clique], "values": noisy.tolist(), "sigma": sigma})

engine = FactoredInference(Domain(names, list(sizes.values())), iters=20000)
model = engine.estimate(measurements, total=total)
marginals = [
    {"columns": [names.index(n) for n in clique], "values": np.asarray(model.project(clique).datavector()).tolist()}
    for clique in [("a", "b", "c"), ("c", "d"), ("a", "d"), ("b", "d")]
]
loss = sum(
    0.5 * float(np.sum((np.asarray(model.project(c).datavector()) - y) ** 2)) / s**2 for _, y, s, c in measurements
)
print(json.dumps({"sizes": list(sizes.values()), "total": total, "measurements": listed, "loss": loss, "marginals": marginals}, indent=1))
