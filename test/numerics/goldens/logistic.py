"""Makes logistic.json: data and coefficients of scikit-learn's LogisticRegression.

run: pip install scikit-learn==1.9.1 && python logistic.py > logistic.json
"""

import json

import numpy as np
from sklearn.linear_model import LogisticRegression

rng = np.random.default_rng(7)
n, d = 90, 4
x = rng.normal(size=(n, d)).round(3)
x[:, 3] = x[:, 3] > 0.5  # a one-hot column: zeros are left out of the sparse form
cases = []
for classes in (2, 3):
    signal = x @ rng.normal(size=(d, classes)) + rng.gumbel(size=(n, classes))
    y = signal.argmax(axis=1)
    for l2 in (0.1, 1.0, 20.0):
        model = LogisticRegression(C=1 / l2, solver="lbfgs", tol=1e-10, max_iter=10_000).fit(x, y)
        cases.append(
            {
                "classes": classes,
                "l2": l2,
                "labels": y.tolist(),
                "coef": model.coef_.tolist(),
                "intercept": model.intercept_.tolist(),
                "probabilities": model.predict_proba(x[:5]).tolist(),
            }
        )
print(json.dumps({"x": x.tolist(), "cases": cases}))
