"""Trains XGBoost on a table that bench/trees.mjs wrote, for comparison with our trees.

usage: python xgboost_peer.py FOLDER
FOLDER holds train.csv, test.csv (last column: label) and job.json: {kinds, categories, params, rounds}.
Writes FOLDER/predictions.txt (one probability a test row) and prints {"seconds", "version"}: the time of
xgboost.train alone, which includes the quantile sketch and the binning, not the reading of the CSV.
"""

import json
import sys
import time

import pandas as pd
import xgboost as xgb

folder = sys.argv[1]
with open(f"{folder}/job.json", encoding="utf-8") as file:
    job = json.load(file)


def read(part):
    texts = {name: str for name in job["categories"]}
    frame = pd.read_csv(f"{folder}/{part}.csv", dtype=texts, keep_default_na=False, na_values=[""])
    for name, categories in job["categories"].items():
        frame[name] = pd.Categorical(frame[name], categories=categories)
    labels = frame.pop("label")
    return xgb.DMatrix(frame, label=labels, enable_categorical=True, nthread=1)


train, test = read("train"), read("test")
start = time.perf_counter()
model = xgb.train(job["params"], train, num_boost_round=job["rounds"])
seconds = time.perf_counter() - start
with open(f"{folder}/predictions.txt", "w", encoding="utf-8") as file:
    file.writelines(f"{p:.9g}\n" for p in model.predict(test))
print(json.dumps({"seconds": seconds, "version": xgb.__version__}))
