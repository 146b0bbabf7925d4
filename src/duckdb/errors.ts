import { AnamnesisError, DataError, InternalError, UserError } from '../core/index.js';

interface Rule {
  readonly pattern: RegExp;
  readonly make: (cause: unknown) => Error;
}

const rules: readonly Rule[] = [
  {
    pattern: /no space left|ENOSPC|disk (is )?full|could not write file|max_temp_directory_size/i,
    make: (cause) =>
      new UserError('WRITE_ENOSPC', 'The disk is full while data were being written.', {
        fix: 'free some space, or choose another output folder; nothing half written was kept',
        cause,
      }),
  },
  {
    pattern: /permission denied|read-only file system/i,
    make: (cause) =>
      new UserError('WRITE_EACCES', 'A file or folder cannot be opened or written.', {
        fix: 'check its permissions, or choose another output folder',
        cause,
      }),
  },
  {
    pattern:
      /gzip|unexpected end of (file|compressed)|inflate|corrupt|not a parquet file|no magic bytes|too small to be a Parquet/i,
    make: (cause) =>
      new DataError('BROKEN_FILE', 'A data file is truncated or damaged.', {
        expected: 'a complete .csv, .csv.gz or .parquet file',
        fix: 'fetch or copy the file again and compare its size and SHA-256 with the publisher’s',
        cause,
      }),
  },
  {
    pattern: /no such file or directory|no files found that match/i,
    make: (cause) =>
      new DataError('NO_FILE', 'A file or folder that a query needs is not there.', {
        fix: 'check the path of the data and of the output folder',
        cause,
      }),
  },
  {
    pattern: /out of memory/i,
    make: (cause) =>
      new UserError('OUT_OF_MEMORY', 'A query needs more memory than it may use.', {
        fix: 'raise --memory, or give a temporary folder with more free space',
        cause,
      }),
  },
  {
    pattern: /conversion error|could not convert|invalid input error.*csv|error when sniffing|csv error/i,
    make: (cause) =>
      new DataError('BAD_CSV', 'A data file holds a value that does not fit its column.', {
        expected: 'the publisher’s layout: one header line, the documented types',
        fix: 'check the file’s header, separators and quoting',
        cause,
      }),
  },
];

/**
 * Gives a DuckDB error a code and advice. DuckDB's own text may quote a cell, so it is never shown: it stays in `cause`.
 */
export function translateDuckdbError(error: unknown): Error {
  if (error instanceof AnamnesisError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const rule = rules.find((r) => r.pattern.test(message));
  if (rule !== undefined) return rule.make(error);
  const kind = /^[A-Z][A-Za-z ]+ Error/.exec(message)?.[0] ?? 'Error';
  return new InternalError('SQL', `A query failed (${kind}).`, { cause: error });
}
