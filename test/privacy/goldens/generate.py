"""Golden numbers of test/privacy/accountants.test.ts.

pip install -r requirements.txt (opacus with --no-deps), then: python generate.py PATH/opacus/accountants/analysis/rdp.py > accountants.json
"""

import importlib.util
import json
import sys

import dp_accounting
import mpmath
import opendp.prelude as dp
from dp_accounting.pld import privacy_loss_distribution as pld
from dp_accounting.rdp import rdp_privacy_accountant as rdp
from prv_accountant import PRVAccountant, PoissonSubsampledGaussianMechanism

dp.enable_features("contrib")
mpmath.mp.dps = 60
spec = importlib.util.spec_from_file_location("opacus_rdp", sys.argv[1])
opacus = importlib.util.module_from_spec(spec)
spec.loader.exec_module(opacus)


def erfcx(x):
    return float(mpmath.exp(mpmath.mpf(x) ** 2) * mpmath.erfc(mpmath.mpf(x)))


def gaussian_delta(eps, mu):
    eps, mu = mpmath.mpf(eps), mpmath.mpf(mu)
    return float(mpmath.ncdf(mu / 2 - eps / mu) - mpmath.exp(eps) * mpmath.ncdf(-mu / 2 - eps / mu))


def gaussian_mu(eps, delta):
    return float(mpmath.findroot(
        lambda mu: mpmath.log(mpmath.ncdf(mu / 2 - eps / mu) - mpmath.exp(eps) * mpmath.ncdf(-mu / 2 - eps / mu))
        - mpmath.log(mpmath.mpf(delta)),
        (0.01 * eps, 0.2 * eps), solver="illinois", tol=1e-40, maxsteps=500))


def zcdp_epsilon(rho, delta):
    sigma = (1 / (2 * rho)) ** 0.5
    m = dp.m.make_gaussian(dp.atom_domain(T=int), dp.absolute_distance(T=float), sigma)
    return dp.c.make_zCDP_to_approxDP(m).map(1.0).epsilon(delta), m.map(1.0)


def training(q, sigma, steps, delta):
    exact = pld.from_gaussian_mechanism(sigma, sampling_prob=q, value_discretization_interval=1e-4)
    low = pld.from_gaussian_mechanism(
        sigma, sampling_prob=q, value_discretization_interval=1e-4, pessimistic_estimate=False)
    prv = PRVAccountant(
        prvs=[PoissonSubsampledGaussianMechanism(noise_multiplier=sigma, sampling_probability=q)],
        max_self_compositions=[steps], eps_error=0.01, delta_error=delta / 1000)
    acc = rdp.RdpAccountant()
    acc.compose(dp_accounting.PoissonSampledDpEvent(q, dp_accounting.GaussianDpEvent(sigma)), steps)
    orders = [1 + x / 10.0 for x in range(1, 100)] + list(range(12, 64))
    opacus_eps, _ = opacus.get_privacy_spent(
        orders=orders, rdp=opacus.compute_rdp(q=q, noise_multiplier=sigma, steps=steps, orders=orders), delta=delta)
    prv_low, prv_mid, prv_high = prv.compute_epsilon(delta, [steps])
    return {
        "rate": q, "noise": sigma, "steps": steps, "delta": delta,
        "pld": exact.self_compose(steps).get_epsilon_for_delta(delta),
        "pldOptimistic": low.self_compose(steps).get_epsilon_for_delta(delta),
        "prv": [prv_low, prv_mid, prv_high],
        "rdp": acc.get_epsilon(delta),
        "opacus": opacus_eps,
    }


def rdp_exact(q, sigma, order):
    q, s, a = mpmath.mpf(q), mpmath.mpf(sigma), mpmath.mpf(order)
    def integrand(z):
        return mpmath.npdf(z / s) / s * ((1 - q) + q * mpmath.exp((2 * z - 1) / (2 * s * s))) ** a
    points = sorted([-16 * s, -7 * s, -3 * s, 0, 1, 3 * s, 7 * s, a, a + 5 * s, a + 16 * s])
    return float(mpmath.log(mpmath.quad(integrand, points)) / (a - 1))


def discrete(sigma, shift, eps):
    def at(pessimistic):
        return pld.from_discrete_gaussian_mechanism(
            sigma, sensitivity=shift, value_discretization_interval=1e-4, pessimistic_estimate=pessimistic
        ).get_delta_for_epsilon(eps)
    return {"variance": sigma ** 2, "shift": shift, "epsilon": eps, "delta": at(True), "optimistic": at(False)}


RUNS = [
    (0.01, 1.0, 1000, 1e-5), (0.001, 0.8, 10000, 1e-6), (0.1, 2.0, 500, 1e-5), (0.5, 5.0, 100, 1e-7),
    (1.0, 10.0, 50, 1e-5), (0.004, 0.6, 5000, 1e-5), (0.02, 1.1, 1, 1e-5), (0.01, 4.0, 20000, 1e-5),
    (0.05, 1.5, 200, 1e-9), (0.2, 3.0, 1000, 1e-5), (0.0005, 0.5, 2000, 1e-7), (0.03, 0.9, 300, 1e-4),
]
POINTS = [(0.1, 1e-5), (0.5, 1e-6), (1, 1e-5), (1, 1e-9), (2, 1e-7), (5, 1e-5), (10, 1e-5), (10, 1e-9), (20, 1e-3)]

print(json.dumps({
    "erfcx": [[x, erfcx(x)] for x in (-5, -3, -0.5, 0, 1e-8, 0.3, 1, 1.2, 1.3, 1.9, 2, 3, 5, 10, 30, 1e3, 1e9)],
    "gaussianDelta": [[e, m, gaussian_delta(e, m)] for e in (-2, -0.1, 0, 0.1, 1, 3, 10) for m in (0.01, 0.1, 0.3, 1, 3)],
    "gaussianMu": [[e, d, gaussian_mu(e, d)] for e, d in POINTS],
    "zcdp": [[r, d, *zcdp_epsilon(r, d)] for r in (0.001, 0.03, 0.5, 2, 8) for d in (1e-3, 1e-5, 1e-9)],
    "training": [training(*run) for run in RUNS],
    "rdp": [[q, s, a, float(opacus.compute_rdp(q=q, noise_multiplier=s, steps=1, orders=[a])[0])]
            for q, s in ((0.01, 1.0), (0.1, 2.0), (0.5, 5.0), (0.001, 0.6)) for a in (1.5, 2, 3.7, 8, 8.5, 32, 128)],
    "rdpExact": [[q, s, a, rdp_exact(q, s, a)]
                 for q, s, a in ((0.01, 1.0, 1.5), (0.1, 2.0, 3.7), (0.5, 5.0, 8.5), (0.001, 0.6, 1.1), (0.1, 2.0, 8))],
    "discreteGaussian": [discrete(s, d, e) for s, d, e in
                         ((1.0, 1, 1.0), (5.0, 1, 0.5), (5.0, 2, 1.0), (20.0, 3, 0.5), (0.7, 1, 2.0), (50.0, 10, 1.0))],
}, indent=1))
