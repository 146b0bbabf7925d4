/**
 * Events are staged in this many buckets before the number of rows is known; a shard is a union of buckets. It bounds both the
 * open files while staging and the number of shards.
 */
const buckets = 64;

/** Events of a shard that can be sorted in a few hundred MiB. */
const defaultRowsPerShard = 2_000_000;

/**
 * Bucket of a subject, as SQL: a multiplicative hash (multiplier of MurmurHash2) of the low 32 bits folded with the high ones.
 * Written out because DuckDB's own hash() may change between versions.
 */
export function bucketSql(subject: string): string {
  return `(((xor(${subject}, ${subject} >> 32) & 4294967295) * 1540483477) >> 24) & ${buckets - 1}`;
}

/** Number of shards for a number of events: the smallest power of two that keeps `rowsPerShard`, at most {@link buckets}. */
export function shardCount(events: number, rowsPerShard = defaultRowsPerShard): number {
  let shards = 1;
  while (shards < buckets && events / shards > rowsPerShard) shards *= 2;
  return shards;
}

/** The buckets of a shard. */
export function bucketsOfShard(shard: number, shards: number): number[] {
  return Array.from({ length: buckets / shards }, (_, k) => shard + k * shards);
}

/** File of a shard, relative to the store. */
export function shardPath(shard: number): string {
  return `events/shard-${String(shard).padStart(4, '0')}.parquet`;
}
