"""TabularARGN of the PyPI package mostlyai-engine, with its defaults; no differential privacy.

usage: mostlyai_peer.py train.csv schema.yaml seed - out.csv
"""

import random

import numpy as np
import torch
from mostlyai.engine import TabularARGN

from peer_io import MISSING, Stopwatch, arguments, read, write

train, schema, seed, epsilon, out = arguments()
if epsilon is not None:
    raise SystemExit("mostlyai-engine runs here without differential privacy")
frame, columns = read(train, schema)
discrete = [name for name, column in columns.items() if "categories" in column]
frame[discrete] = frame[discrete].replace(MISSING, None)
torch.set_num_threads(1)
random.seed(seed)
np.random.seed(seed)
torch.manual_seed(seed)
encodings = {
    name: "TABULAR_CATEGORICAL" if name in discrete else "TABULAR_NUMERIC_AUTO" for name in columns
}
model = TabularARGN(tgt_encoding_types=encodings, random_state=seed, verbose=0)
watch = Stopwatch()
model.fit(frame)
watch.lap("fit")
rows = model.sample(n_samples=len(frame))
watch.lap("sample")
rows[discrete] = rows[discrete].astype(object).where(rows[discrete].notna(), MISSING)
write(rows, columns, out)
watch.tell()
