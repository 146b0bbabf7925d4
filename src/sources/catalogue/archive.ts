import { gunzipSync, inflateRawSync } from 'node:zlib';
import { DataError } from '../../core/index.js';

/** A file of an archive. */
export interface Member {
  /** Path inside the archive, with slashes. */
  readonly path: string;
  readonly data: Buffer;
}

/** The regular files of a .tar.gz (ustar and GNU long names). @throws DataError `BROKEN_FILE`. */
export function readTarGz(name: string, bytes: Buffer): Member[] {
  const tar = guarded(name, () => gunzipSync(bytes));
  const members: Member[] = [];
  let longName: string | undefined;
  for (let at = 0; at + 512 <= tar.length && tar[at] !== 0;) {
    const header = tar.subarray(at, at + 512);
    const size = Number.parseInt(text(header, 124, 12), 8);
    const end = at + 512 + size;
    if (!Number.isSafeInteger(size) || end > tar.length) throw broken(name);
    const data = tar.subarray(at + 512, end);
    const type = String.fromCharCode(header[156] ?? 0);
    const prefix = text(header, 257, 5) === 'ustar' ? text(header, 345, 155) : '';
    const plain = [prefix, text(header, 0, 100)].filter((part) => part !== '').join('/');
    if (type === 'L') longName = data.toString('utf8').replace(/\0+$/, '');
    else {
      if (type === '0' || type === '\0') members.push({ path: longName ?? plain, data });
      longName = undefined;
    }
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return members;
}

/** The files of a .zip (stored or deflated; not ZIP64). @throws DataError `BROKEN_FILE`. */
export function readZip(name: string, bytes: Buffer): Member[] {
  const end = bytes.lastIndexOf(Buffer.from('PK\u0005\u0006', 'latin1'));
  if (end < 0 || end + 22 > bytes.length) throw broken(name);
  return guarded(name, () => {
    const members: Member[] = [];
    let at = bytes.readUInt32LE(end + 16);
    for (let left = bytes.readUInt16LE(end + 10); left > 0; left--) {
      if (bytes.readUInt32LE(at) !== 0x02014b50) throw broken(name);
      const nameLength = bytes.readUInt16LE(at + 28);
      const path = bytes.toString('utf8', at + 46, at + 46 + nameLength);
      if (!path.endsWith('/')) members.push({ path, data: zipData(name, bytes, at) });
      at += 46 + nameLength + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
    }
    return members;
  });
}

function zipData(name: string, bytes: Buffer, entry: number): Buffer {
  const method = bytes.readUInt16LE(entry + 10);
  const packed = bytes.readUInt32LE(entry + 20);
  const size = bytes.readUInt32LE(entry + 24);
  const local = bytes.readUInt32LE(entry + 42);
  const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
  const raw = bytes.subarray(start, start + packed);
  const data = method === 8 ? inflateRawSync(raw) : raw;
  if ((method !== 0 && method !== 8) || data.length !== size) throw broken(name);
  return data;
}

function text(header: Buffer, start: number, length: number): string {
  return header
    .toString('utf8', start, start + length)
    .replace(/\0.*$/s, '')
    .trim();
}

function guarded<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof DataError) throw cause;
    throw broken(name, cause);
  }
}

function broken(name: string, cause?: unknown): DataError {
  return new DataError('BROKEN_FILE', `The archive ${name} is truncated or damaged.`, {
    fix: 'delete it and fetch it again',
    cause,
  });
}
