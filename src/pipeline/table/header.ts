import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { DataError } from '../../core/index.js';
import { brokenFile } from '../../runtime/index.js';

/** How a CSV file separates cells, and what its columns are called. */
export interface CsvHeader {
  readonly delimiter: string;
  readonly names: readonly string[];
}

const delimiters = [',', ';', '\t', '|'] as const;
/** A header line longer than this is none. */
const MOST_BYTES = 4 * 1024 * 1024;

/**
 * Reads the header line of a CSV file (UTF-8, with or without BOM). The delimiter is the one of , ; tab | that the header has most of.
 * A column without a name is called by its place.
 * @throws DataError `EMPTY_FILE`, `ENCODING`, `SAME_NAMES`.
 */
export async function readHeader(file: string, what: string): Promise<CsvHeader> {
  const bytes = await firstRecord(file);
  refuseEncoding(bytes, what);
  const text = new TextDecoder('utf-8').decode(bytes);
  if (text.trim() === '')
    throw new DataError('EMPTY_FILE', `${what} is empty.`, { expected: 'a header line and rows' });
  const counted = delimiters.map((delimiter) => splitRecord(text, delimiter));
  const cells = counted.reduce((most, split) => (split.length > most.length ? split : most));
  const names = cells.map((name, i) => (name.trim() === '' ? `column_${i + 1}` : name));
  const twice = [...new Set(names.filter((name, i) => names.indexOf(name) < i))];
  if (twice.length > 0) {
    throw new DataError('SAME_NAMES', `Several columns of ${what} have the same name: ${listOf(twice)}.`, {
      expected: 'a name of its own for each column',
      fix: 'rename or remove the repeated columns in the header line',
    });
  }
  return { delimiter: delimiters[counted.indexOf(cells)]!, names };
}

/** The bytes up to the first line break outside quotes. */
async function firstRecord(file: string): Promise<Uint8Array> {
  const source = createReadStream(file);
  const stream = file.endsWith('.gz') ? source.pipe(createGunzip()) : source;
  const parts: Buffer[] = [];
  let size = 0;
  let quoted = false;
  try {
    for await (const part of stream as AsyncIterable<Buffer>) {
      for (let i = 0; i < part.length; i++) {
        const byte = part[i]!;
        if (byte === 0x22) quoted = !quoted;
        else if (!quoted && (byte === 0x0a || byte === 0x0d) && size + i > 0) {
          parts.push(part.subarray(0, i));
          return Buffer.concat(parts);
        }
      }
      parts.push(part);
      size += part.length;
      if (size > MOST_BYTES) break;
    }
    return Buffer.concat(parts);
  } catch (cause) {
    throw brokenFile(file, cause);
  } finally {
    source.destroy();
  }
}

function refuseEncoding(bytes: Uint8Array, what: string): void {
  const [a, b] = bytes;
  const utf16 = (a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff) || bytes.includes(0);
  if (!utf16) return;
  throw new DataError(
    'ENCODING',
    `${what} is not UTF-8 text; it looks like UTF-16, as some spreadsheets write it.`,
    {
      expected: 'UTF-8, with or without a byte-order mark',
      fix: "save it again as 'CSV UTF-8', or convert it: iconv -f UTF-16 -t UTF-8 data.csv > data-utf8.csv",
    },
  );
}

/** Cells of one record by RFC 4180. */
function splitRecord(text: string, delimiter: string): string[] {
  const cells: string[] = [];
  let cell = '';
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (quoted) {
      if (c !== '"') cell += c;
      else if (text[i + 1] === '"') cell += text[i++]!;
      else quoted = false;
    } else if (c === '"' && cell === '') quoted = true;
    else if (c === delimiter) {
      cells.push(cell);
      cell = '';
    } else cell += c;
  }
  return [...cells, cell];
}

function listOf(names: readonly string[]): string {
  const shown = names.slice(0, 20).map((name) => `'${name}'`);
  return names.length > 20 ? `${shown.join(', ')} and ${names.length - 20} more` : shown.join(', ');
}
