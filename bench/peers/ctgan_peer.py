"""CTGAN or TVAE of the PyPI package ctgan, with its defaults; no differential privacy, numbers without missing values only.

usage: ctgan_peer.py train.csv schema.yaml seed - out.csv      CTGAN_MODEL: ctgan (default) or tvae; CTGAN_EPOCHS: default 300
"""

import os

import numpy as np
import torch
from ctgan import CTGAN, TVAE

from peer_io import Stopwatch, arguments, read, write

train, schema, seed, epsilon, out = arguments()
if epsilon is not None:
    raise SystemExit("ctgan has no differential privacy")
frame, columns = read(train, schema)
discrete = [name for name, column in columns.items() if "categories" in column]
if frame.drop(columns=discrete).isna().any().any():
    raise SystemExit("ctgan takes no missing numbers")
torch.set_num_threads(int(os.environ.get("CTGAN_THREADS", "1")))
torch.manual_seed(seed)
np.random.seed(seed)
epochs = int(os.environ.get("CTGAN_EPOCHS", "300"))
kind = TVAE if os.environ.get("CTGAN_MODEL") == "tvae" else CTGAN
model = kind(epochs=epochs, enable_gpu=False)
watch = Stopwatch()
model.fit(frame, discrete)
watch.lap("fit")
rows = model.sample(len(frame))
watch.lap("sample")
write(rows, columns, out)
watch.tell()
