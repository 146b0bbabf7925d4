"""Golden numbers of roc.test.ts and density.test.ts. scikit-learn 1.9.1, scipy 1.17.1: python test/privacy/attacks/goldens.py"""
import numpy as np
from scipy.stats import gaussian_kde
from sklearn.metrics import roc_auc_score, roc_curve


def stream(seed):  # Park and Miller's generator, the same in the tests
    while True:
        seed = 16807 * seed % 2147483647
        yield seed / 2147483647


u = stream(7)
member = np.array([1 if next(u) < 0.5 else 0 for _ in range(2000)])
score = np.array([np.floor(40 * (next(u) + 0.1 * m)) for m in member])  # with many ties
print("auc", roc_auc_score(member, score))
fpr, tpr, _ = roc_curve(member, score, drop_intermediate=False)
for rate in [0.01, 0.1, 0.5]:
    below = np.flatnonzero(fpr <= rate)[-1]  # the upper end of a vertical step, then straight to the next corner
    slope = (tpr[below + 1] - tpr[below]) / (fpr[below + 1] - fpr[below])
    print("tpr", rate, tpr[below] + slope * (rate - fpr[below]))

u = stream(11)
points = np.array([[next(u), next(u) ** 2, 0] for _ in range(60)])
points[:, 2] = points[:, 0] - 0.5 * points[:, 1] + 0.1 * np.array([next(u) for _ in range(60)])
at = np.array([[0.5, 0.3, 0.4], [0.9, 0.1, 0.9], [3.0, -2.0, 1.0]])
print("kde", gaussian_kde(points.T).logpdf(at.T).tolist())
