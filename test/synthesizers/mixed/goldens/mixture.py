"""Goldens of mixed/mixture.ts: scikit-learn's BayesianGaussianMixture with CTGAN's settings, started from given responsibilities.

usage: mixture.py > mixture.json     (scikit-learn 1.5.0, numpy 1.26.4)
"""

import json

import numpy as np
from sklearn.mixture import BayesianGaussianMixture


def starts(x, k):
    """The starting clusters of mixture.ts: centres at equal shares, twenty rounds of k-means."""
    centres = np.array([x[np.ceil((i + 0.5) / k * len(x)).astype(int) - 1] for i in range(k)])
    for _ in range(21):
        label = np.abs(x[:, None] - centres[None, :]).argmin(axis=1)
        resp = np.eye(k)[label]
        n = resp.sum(axis=0)
        means = (resp * x[:, None]).sum(axis=0) / np.maximum(n, 1e-300)
        centres = np.where(n > 0.5, means, centres)
    return resp


def fit(x, k, rounds):
    """`rounds` None: until scikit-learn's own rule (its lower bound, of all rows together, moves by less than 1e-3; at most 100) ends it."""
    x = np.sort((x - x.mean()) / x.std())
    model = BayesianGaussianMixture(
        n_components=k,
        weight_concentration_prior_type="dirichlet_process",
        weight_concentration_prior=0.001,
    )
    data = x[:, None]
    model._check_parameters(data)
    model._initialize(data, starts(x, k))
    before, done = -np.inf, 0
    while done < (rounds or 100):
        log_norm, log_resp = model._e_step(data)
        model._m_step(data, log_resp)
        done += 1
        bound = model._compute_lower_bound(log_resp, log_norm)
        if rounds is None and abs(bound - before) < 1e-3:
            break
        before = bound
    model._set_parameters(model._get_parameters())
    return {
        "values": x.tolist(),
        "components": k,
        "rounds": rounds or 0,
        "weights": model.weights_.tolist(),
        "means": model.means_[:, 0].tolist(),
        "deviations": np.sqrt(model.covariances_[:, 0, 0]).tolist(),
    }


rng = np.random.default_rng(1)
cases = {
    "two normals": np.concatenate([rng.normal(0, 1, 120), rng.normal(8, 0.5, 80)]),
    "long tail": rng.lognormal(0, 1, 200),
    "whole numbers": rng.integers(17, 90, 200).astype(float),
}
goldens = {name: fit(x, k, 40) for (name, x), k in zip(cases.items(), (10, 10, 5))}
goldens["one normal, until it is done"] = fit(rng.normal(0, 1, 400), 10, None)
print(json.dumps(goldens))
