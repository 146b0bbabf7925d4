"""What the peers of bench/tables share: reading a table by its schema, and writing rows back."""

import json
import sys
import time

import pandas as pd
import yaml

MISSING = "(missing)"


def arguments():
    """train.csv, schema.yaml, seed, epsilon or None, out.csv (contract of bench/tables/run.mjs)."""
    train, schema, seed, epsilon, out = sys.argv[1:6]
    return train, schema, int(seed), None if epsilon == "-" else float(epsilon), out


def read(train, schema):
    """The rows as a frame (numbers as float, categories as text with missing as one more) and the columns' settings, keys left out."""
    with open(schema, encoding="utf-8") as file:
        columns = yaml.safe_load(file)["columns"]
    columns = {name: c for name, c in columns.items() if c.get("role") != "key"}
    frame = pd.read_csv(train, dtype=str, keep_default_na=False, na_values=[""])[list(columns)]
    for name, column in columns.items():
        if "categories" in column:
            frame[name] = frame[name].fillna(MISSING)
        else:
            low, high = column["bounds"]
            frame[name] = frame[name].astype(float).clip(low, high)
    return frame, columns


def write(frame, columns, out):
    """Rows as CSV: missing as nothing, whole numbers whole."""
    result = {}
    for name, column in columns.items():
        if "categories" in column:
            result[name] = frame[name].astype(str).where(frame[name].astype(str) != MISSING)
        else:
            low, high = column["bounds"]
            values = pd.to_numeric(frame[name]).clip(low, high)
            result[name] = values.round().astype("Int64") if column.get("decimals") == 0 else values
    pd.DataFrame(result).to_csv(out, index=False)


class Stopwatch:
    """Seconds of fitting and of drawing, by the clock and of processor time, told as the last line."""

    def __init__(self):
        self.start = self.now()
        self.seconds = {}

    @staticmethod
    def now():
        return time.perf_counter(), time.process_time()

    def lap(self, name):
        now = self.now()
        self.seconds[f"{name}Seconds"] = now[0] - self.start[0]
        self.seconds[f"{name}CpuSeconds"] = now[1] - self.start[1]
        self.start = now

    def tell(self):
        print(json.dumps(self.seconds))
