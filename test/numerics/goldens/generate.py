"""Golden numbers of test/numerics from scipy 1.17.1 and scikit-learn 1.9.1.

python generate.py > numerics.json
"""

import json

import numpy as np
from scipy import special, stats
from scipy.spatial.distance import jensenshannon
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, log_loss, mutual_info_score, roc_auc_score, roc_curve
from sklearn.metrics.pairwise import rbf_kernel

rng = np.random.default_rng(20240501)
out = {}


def floats(a):
    return [float(x) for x in np.asarray(a).ravel()]


# Kolmogorov-Smirnov: small (exact) samples with and without ties, equal and unequal sizes; a large pair (asymptotic)
out["ks"] = []
for m, n, shift, digits in [(7, 7, 0.5, 9), (13, 8, 0.0, 9), (40, 25, 0.8, 9), (30, 50, 0.3, 0), (200, 150, 0.1, 9)]:
    a = np.round(rng.normal(size=m), digits)
    b = np.round(rng.normal(loc=shift, size=n), digits)
    r = stats.ks_2samp(a, b, method="exact")
    out["ks"].append({"a": floats(a), "b": floats(b), "statistic": r.statistic, "pValue": r.pvalue})
# large samples by rule: a_i = frac(i * 0.6180339887), b_j = frac(j * 0.7548776662) ** power
out["ksLarge"] = []
for m, n, power in [(2000, 1500, 1.05), (3000, 900, 1.1), (5000, 4000, 1.03)]:
    a = np.mod(np.arange(m) * 0.6180339887, 1)
    b = np.mod(np.arange(n) * 0.7548776662, 1) ** power
    r = stats.ks_2samp(a, b, method="asymp")
    out["ksLarge"].append({"m": m, "n": n, "power": power, "statistic": r.statistic, "pValue": r.pvalue})
xs = [0.05, 0.2, 0.5, 0.8, 1.0, 1.17, 1.19, 1.5, 2.0, 3.0, 5.0]
out["kolmogorov"] = [[x, float(special.kolmogorov(x))] for x in xs]

out["gammaQ"] = [
    [a, x, float(special.gammaincc(a, x))]
    for a in [0.5, 1, 2.5, 10, 49.5, 200]
    for x in [0, 0.01, 0.5, 2, 9, 48, 60, 300]
]
out["lnGamma"] = [[x, float(special.gammaln(x))] for x in [0.1, 0.5, 1, 1.5, 2, 7.3, 50, 1000.5]]
out["normalQuantile"] = [[p, float(special.ndtri(p))] for p in [1e-12, 1e-6, 0.001, 0.025, 0.3, 0.5, 0.9, 0.975, 1 - 1e-9]]
out["wilson"] = []
for k, n, level in [(0, 10, 0.95), (3, 10, 0.95), (10, 10, 0.9), (250, 1000, 0.99)]:
    ci = stats.binomtest(k, n).proportion_ci(level, method="wilson")
    out["wilson"].append([k, n, level, float(ci.low), float(ci.high)])

out["twoSample"] = []
for a, b in [([10, 20, 30], [12, 18, 33]), ([5, 0, 40, 3], [9, 0, 10, 1]), ([100, 1], [80, 20])]:
    a, b = np.array(a), np.array(b)
    keep = (a + b) > 0
    r = stats.chi2_contingency(np.array([a[keep], b[keep]]), correction=False)
    out["twoSample"].append(
        {
            "a": a.tolist(),
            "b": b.tolist(),
            "chi2": float(r.statistic),
            "df": int(r.dof),
            "pValue": float(r.pvalue),
            "tv": float(0.5 * np.abs(a / a.sum() - b / b.sum()).sum()),
            "jsd": float(jensenshannon(a, b, base=2) ** 2),
        }
    )

# association
x = rng.normal(size=60)
y = np.round(0.6 * x + rng.normal(size=60), 1)
g = rng.integers(0, 4, size=60)
h = np.where(rng.random(60) < 0.6, g % 3, rng.integers(0, 3, size=60))
table = np.zeros((4, 3), dtype=int)
np.add.at(table, (g, h), 1)
n = 60
phi2 = stats.chi2_contingency(table, correction=False).statistic / n
phi2c = max(0, phi2 - 3 * 2 / (n - 1))
rc, kc = 4 - 9 / (n - 1), 3 - 4 / (n - 1)
groups = [y[g == i] for i in range(4)]
between = sum(len(v) * (v.mean() - y.mean()) ** 2 for v in groups)
out["association"] = {
    "x": floats(x),
    "y": floats(y),
    "g": g.tolist(),
    "h": h.tolist(),
    "pearson": float(stats.pearsonr(x, y).statistic),
    "spearman": float(stats.spearmanr(x, y).statistic),
    "cramersV": float(np.sqrt(phi2c / (min(rc, kc) - 1))),
    "correlationRatio": float(np.sqrt(between / ((y - y.mean()) ** 2).sum())),
    "mutualInformation": float(mutual_info_score(g, h)),
}

# MMD, unbiased, median heuristic over the points of the first set
p = rng.normal(size=(20, 3))
q = rng.normal(loc=0.7, size=(15, 3))
d = np.sqrt(((p[:, None] - p[None]) ** 2).sum(-1))
sigma = float(np.median(d[np.triu_indices(20, 1)]))
gamma = 1 / (2 * sigma**2)
kpp, kqq, kpq = rbf_kernel(p, p, gamma), rbf_kernel(q, q, gamma), rbf_kernel(p, q, gamma)
out["mmd"] = {
    "p": floats(p),
    "q": floats(q),
    "sigma": sigma,
    "mmdSquared": float(
        (kpp.sum() - np.trace(kpp)) / (20 * 19) + (kqq.sum() - np.trace(kqq)) / (15 * 14) - 2 * kpq.mean()
    ),
}

# ROC, AUC, calibration
labels = rng.integers(0, 2, size=80)
p1 = np.clip(np.round(0.5 + 0.2 * (labels - 0.5) + rng.normal(scale=0.2, size=80), 2), 0.02, 0.98)
weights = rng.integers(0, 4, size=80)
fpr, tpr, _ = roc_curve(labels, p1, drop_intermediate=False)
logit = np.log(p1 / (1 - p1)).reshape(-1, 1)
fit = LogisticRegression(C=np.inf, tol=1e-12, max_iter=1000).fit(logit, labels)
out["binary"] = {
    "labels": labels.tolist(),
    "p": floats(p1),
    "weights": weights.tolist(),
    "auc": float(roc_auc_score(labels, p1)),
    "weightedAuc": float(roc_auc_score(labels, p1, sample_weight=weights)),
    "fpr": floats(fpr),
    "tpr": floats(tpr),
    "brier": float(brier_score_loss(labels, p1)),
    "logLoss": float(log_loss(labels, p1)),
    "slope": float(fit.coef_[0, 0]),
    "intercept": float(fit.intercept_[0]),
}
multi = rng.integers(0, 3, size=60)
scores = rng.dirichlet([1, 1, 1], size=60) + 0.5 * np.eye(3)[multi]
scores = scores / scores.sum(axis=1, keepdims=True)
out["multiclass"] = {
    "labels": multi.tolist(),
    "p": floats(scores),
    "macroAuc": float(roc_auc_score(multi, scores, multi_class="ovr", average="macro")),
    "logLoss": float(log_loss(multi, scores)),
    "brier": float(((scores - np.eye(3)[multi]) ** 2).sum(axis=1).mean()),
}
values = rng.normal(size=11)
out["quantile"] = {
    "values": floats(np.sort(values)),
    "at": [[q, float(np.quantile(values, q))] for q in [0, 0.025, 0.33, 0.5, 0.975, 1]],
}
ties = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5]
out["midranks"] = {"values": ties, "ranks": floats(stats.rankdata(ties))}

print(json.dumps(out))
