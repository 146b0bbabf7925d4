"""AIM of the dpmm library (an implementation of private-pgm's), bins by its PrivTree within public bounds.

Settings: a tenth of epsilon for bins, model of at most 1 MB, 4 rounds a column, 200 iterations (its defaults, 80 MB and 1,000 iterations, take
hours). delta: 1e-9 for Adult, else 1e-5, or the environment's DELTA.
usage: aim-dpmm_peer.py train.csv schema.yaml seed epsilon out.csv
"""

import os

from dpmm.pipelines import AIMPipeline

from peer_io import MISSING, Stopwatch, arguments, read, write

train, schema, seed, epsilon, out = arguments()
if epsilon is None:
    raise SystemExit("aim-dpmm needs an epsilon")
frame, columns = read(train, schema)
delta = float(os.environ.get("DELTA", "1e-9" if "income" in columns else "1e-5"))
domain = {
    name: {"categories": [*map(str, c["categories"]), MISSING]}
    if "categories" in c
    else {"lower": c["bounds"][0], "upper": c["bounds"][1]}
    for name, c in columns.items()
}
for name, column in columns.items():
    if "categories" in column:
        frame[name] = frame[name].astype("category")
watch = Stopwatch()
model = AIMPipeline(
    epsilon=epsilon * 0.9,
    delta=delta,
    proc_epsilon=epsilon * 0.1,
    max_model_size=1,
    n_jobs=1,
    gen_kwargs={"rounds": 4 * len(columns), "n_iters": 200},
)
model.fit(frame, domain=domain, random_state=seed)
watch.lap("fit")
rows = model.generate(n_records=len(frame), random_state=seed)
watch.lap("sample")
write(rows, columns, out)
watch.tell()
