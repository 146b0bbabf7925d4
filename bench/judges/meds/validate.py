"""Validates a MEDS dataset by the standard's own schemas (README.md beside this file)."""

import json
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from meds import CodeMetadataSchema, DataSchema, DatasetMetadataSchema, SubjectSplitSchema


def check(name, schema, table, faults):
    try:
        schema.validate(table)
        how = "validates"
    except Exception:
        # What differs only in the width of strings or lists is brought into form by the package itself.
        try:
            schema.validate(schema.align(table))
            how = "validates after align"
        except Exception as error:
            faults.append(f"{name}: {error}")
            how = "FAILS"
    print(f"{name}: {table.num_rows} rows, {how}")


def check_order(name, table, owners, faults):
    subjects = table["subject_id"].to_pylist()
    times = pc.cast(table["time"], pa.int64()).to_pylist()
    previous, last = None, None
    for subject, time in zip(subjects, times):
        if subject != previous:
            if subject in owners:
                faults.append(f"{name}: a subject is not contiguous or lies in two files")
                return
            owners.add(subject)
            previous, last = subject, None
        elif last is not None and (time is None or time < last):
            faults.append(f"{name}: rows of a subject are not sorted by time")
            return
        last = time if time is not None else last


def main(root):
    faults, owners, codes = [], set(), set()
    for file in sorted((root / "data").rglob("*.parquet")):
        table = pq.read_table(file)
        check(str(file.relative_to(root)), DataSchema, table, faults)
        check_order(str(file.relative_to(root)), table, owners, faults)
        codes |= set(pc.unique(table["code"]).to_pylist())
    known = pq.read_table(root / "metadata" / "codes.parquet")
    check("metadata/codes.parquet", CodeMetadataSchema, known, faults)
    missing = codes - set(known["code"].to_pylist())
    if missing:
        faults.append(f"metadata/codes.parquet: {len(missing)} codes in use are absent")
    splits = root / "metadata" / "subject_splits.parquet"
    if splits.exists():
        table = pq.read_table(splits)
        check("metadata/subject_splits.parquet", SubjectSplitSchema, table, faults)
        if set(table["subject_id"].to_pylist()) != owners:
            faults.append("metadata/subject_splits.parquet: subjects differ from those of the data")
    DatasetMetadataSchema.validate(json.loads((root / "metadata" / "dataset.json").read_text()))
    print(f"{len(owners)} subjects, {len(codes)} codes; dataset.json validates")
    for fault in faults:
        print(fault)
    print("valid" if not faults else f"{len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
