"""Makes boosting.json: predictions of XGBoost for the rows it was trained on.

run: pip install xgboost==3.2.0 && python boosting.py > boosting.json
Fewer distinct values than bins, so both see the same candidate splits. base_score is set to our starting score
(classes are equally frequent, so that any equal start gives the same probabilities).
"""

import json

import numpy as np
import xgboost as xgb

rng = np.random.default_rng(11)
n = 180
x = rng.normal(size=(n, 5)).round(4)
x[rng.random((n, 5)) < [0.0, 0.2, 0.5, 0.0, 0.1]] = np.nan
x[:, 3] = rng.integers(0, 4, n)
score = np.nan_to_num(x[:, 0]) - 2 * np.isnan(x[:, 2]) + x[:, 3] * np.nan_to_num(x[:, 1], nan=0.7)
values = (score + 0.3 * rng.normal(size=n)).round(4)
binary = (score + rng.normal(size=n) > 0.8).astype(int)
multiclass = np.empty(n, int)
multiclass[np.argsort(score + rng.normal(size=n))] = np.arange(n) // (n // 3)

settings = {
    "plain": {},
    "penalised": {"lambda": 5, "gamma": 1, "min_child_weight": 3.9},
    "leafwise": {"grow_policy": "lossguide", "max_leaves": 6, "max_depth": 8},
}
targets = {
    "binary": (binary, {"objective": "binary:logistic", "base_score": binary.mean()}),
    "multiclass": (multiclass, {"objective": "multi:softprob", "num_class": 3}),
    "regression": (values, {"objective": "reg:squarederror", "base_score": values.mean()}),
}
cases = []
for target, (y, objective) in targets.items():
    for name, extra in settings.items():
        params = {"tree_method": "hist", "max_depth": 3, "eta": 0.3, "max_bin": 256, "nthread": 1} | objective | extra
        data = xgb.DMatrix(x, label=y)
        model = xgb.train(params, data, num_boost_round=12)
        predictions = [float(f"{p:.7g}") for p in model.predict(data).ravel()]
        cases.append({"target": target, "settings": name, "predictions": predictions})
print(
    json.dumps(
        {
            "x": [[None if np.isnan(v) else v for v in row] for row in x.tolist()],
            "targets": {name: y.tolist() for name, (y, _) in targets.items()},
            "cases": cases,
        }
    )
)
