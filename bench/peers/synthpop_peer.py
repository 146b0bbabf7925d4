"""Sequential CART of py-synthpop (a port of R's synthpop), with its defaults and smoothed numbers; no differential privacy.

usage: synthpop_peer.py train.csv schema.yaml seed - out.csv
"""

import contextlib
import io
import warnings

import numpy as np
from synthpop import Synthpop

from peer_io import Stopwatch, arguments, read, write

warnings.simplefilter("ignore", FutureWarning)  # pandas 1.5 about iteritems

train, schema, seed, epsilon, out = arguments()
if epsilon is not None:
    raise SystemExit("synthpop has no differential privacy")
frame, columns = read(train, schema)
dtypes = {}
for name, column in columns.items():
    if "categories" in column:
        frame[name] = frame[name].astype("category")
        dtypes[name] = "category"
    else:
        dtypes[name] = "float"
watch = Stopwatch()
np.random.seed(seed)
with contextlib.redirect_stdout(io.StringIO()):
    model = Synthpop(seed=seed)
    model.fit(frame, dtypes)
    watch.lap("fit")
    rows = model.generate(len(frame))
    watch.lap("sample")
write(rows, columns, out)
watch.tell()
