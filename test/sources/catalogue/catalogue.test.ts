import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { InterruptedError } from '../../../src/core/index.js';
import { silentProgress } from '../../../src/runtime/index.js';
import type { OpenDataSet } from '../../../src/sources/catalogue/index.js';
import {
  cacheFolder,
  dataRoots,
  dataSetById,
  fetchDataSet,
  listData,
  locateData,
  openData,
  vocabularyRoot,
} from '../../../src/sources/catalogue/index.js';
import { sources } from '../../../src/sources/index.js';
import { dataRoot } from '../../support/data.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(os.tmpdir(), 'catalogue-'));
  return () => {
    rmSync(root, { recursive: true, force: true });
  };
});

const put = (file: string, text = 'x'): void => {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  writeFileSync(path.join(root, file), text);
};
const code = (expected: string) => expect.objectContaining({ code: expected }) as Error;

describe('the catalogue', () => {
  it('has unique ids, and sources that exist', () => {
    expect(new Set(openData.map((entry) => entry.id)).size).toBe(openData.length);
    const known = [...sources.map((source) => source.id), 'table', null];
    for (const entry of openData) expect(known, entry.id).toContain(entry.source);
  });

  it('suggests a name for a misspelt one', () => {
    expect(() => dataSetById('eicu-dmeo')).toThrow(/did you mean 'eicu-demo'/);
  });
});

describe('locateData', () => {
  const places = (data?: string, variable?: string) => ({
    data: data === undefined ? undefined : path.join(root, data),
    env: variable === undefined ? {} : { ANAMNESIS_DATA: path.join(root, variable) },
    projectRoot: path.join(root, 'project'),
    cacheDir: path.join(root, 'cache'),
  });

  it('looks in --data, $ANAMNESIS_DATA, ../shared/data and the cache, in this order', () => {
    const order = ['said', 'variable', 'shared/data', 'cache'];
    expect(dataRoots(places('said', 'variable'))).toEqual(order.map((dir) => path.join(root, dir)));
    expect(locateData('eicu-demo', places('said', 'variable'))).toBeUndefined();
    for (const place of [...order].reverse()) {
      put(`${place}/eicu-demo/patient.csv.gz`);
      expect(locateData('eicu-demo', places('said', 'variable'))).toEqual({
        dir: path.join(root, place, 'eicu-demo'),
        root: path.join(root, place),
      });
    }
  });

  it('takes a root that is itself the data set, and passes by a folder that lacks the marks', () => {
    put('mine/hosp/patients.csv');
    expect(locateData('mimic-iv-demo', places('mine'))).toBeUndefined();
    put('mine/hosp/admissions.csv');
    expect(locateData('mimic-iv-demo', places('mine'))).toEqual({ dir: path.join(root, 'mine'), root });
  });

  it('lists all, and finds vocabularies', () => {
    put('cache/vocab/2018_I9gem.txt');
    const found = listData(places()).filter((item) => item.found !== undefined);
    expect(found.map((item) => item.entry.id)).toEqual(['icd-gem']);
    expect(vocabularyRoot(places())).toBe(path.join(root, 'cache'));
  });

  it('puts the cache where the system keeps caches, unless told', () => {
    expect(cacheFolder({ HOME: '/home/me' })).toBe(path.join('/home/me', '.cache', 'anamnesis'));
    expect(cacheFolder({ HOME: '/home/me', XDG_CACHE_HOME: '/var/c' })).toBe(
      path.join('/var/c', 'anamnesis'),
    );
    expect(cacheFolder({ HOME: '/home/me', ANAMNESIS_CACHE: '/data/a' })).toBe('/data/a');
  });

  it.skipIf(dataRoot === undefined)(
    'finds the open data (skipped without ANAMNESIS_DATA or ../shared/data)',
    () => {
      const found = listData({ env: { ANAMNESIS_DATA: dataRoot }, projectRoot: root, cacheDir: root });
      expect(found.filter((item) => item.found === undefined).map((item) => item.entry.id)).toEqual([]);
    },
  );
});

/** A ustar archive of the given files. */
function tarGz(files: Readonly<Record<string, string>>): Buffer {
  const blocks = Object.entries(files).flatMap(([name, text]) => {
    const data = Buffer.from(text);
    const header = Buffer.alloc(512);
    header.write(name, 0);
    header.write('0000644\0', 100);
    header.write(data.length.toString(8).padStart(11, '0') + '\0', 124);
    header.write('0', 156);
    header.write('ustar\0', 257);
    return [header, data, Buffer.alloc((512 - (data.length % 512)) % 512)];
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}

/** A zip archive of the given files, deflated. */
function zip(files: Readonly<Record<string, string>>): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let at = 0;
  for (const [name, text] of Object.entries(files)) {
    const packed = deflateRawSync(Buffer.from(text));
    const local = Buffer.alloc(30 + name.length);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(name.length, 26);
    local.write(name, 30);
    const entry = Buffer.alloc(46 + name.length);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(8, 10);
    entry.writeUInt32LE(packed.length, 20);
    entry.writeUInt32LE(Buffer.byteLength(text), 24);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(at, 42);
    entry.write(name, 46);
    locals.push(local, packed);
    central.push(entry);
    at += local.length + packed.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(central.length, 10);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...locals, ...central, end]);
}

describe('fetchData', () => {
  let server: Server;
  let base: string;
  /** What the publisher serves, and what was asked of it. */
  let served: Record<string, Buffer>;
  let asked: { url: string; range: string | undefined }[];
  /** Breaks the connection after so many bytes of a file, once. */
  let breakAfter: number | undefined;

  beforeAll(async () => {
    server = createServer((request, response) => {
      const url = request.url ?? '';
      asked.push({ url, range: request.headers.range });
      serve(served[url], request.headers.range, response);
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });
  afterAll(() => {
    server.close();
  });
  beforeEach(() => {
    served = {};
    asked = [];
    breakAfter = undefined;
  });

  function serve(body: Buffer | undefined, range: string | undefined, response: ServerResponse): void {
    if (body === undefined) {
      response.writeHead(404).end();
      return;
    }
    const from = range === undefined ? 0 : Number(/^bytes=(\d+)-$/.exec(range)![1]);
    response.writeHead(from > 0 ? 206 : 200, { 'content-length': body.length - from });
    if (breakAfter === undefined) {
      response.end(body.subarray(from));
      return;
    }
    const limit = breakAfter;
    breakAfter = undefined;
    response.write(body.subarray(from, from + limit), () => {
      setTimeout(() => response.destroy(), 20);
    });
  }

  const sum = (data: Buffer) => createHash('sha256').update(data).digest('hex');
  const list = (files: Readonly<Record<string, Buffer>>): void => {
    const lines = Object.entries(files).map(([name, data]) => `${sum(data)}  ${name}`);
    served = Object.fromEntries(Object.entries(files).map(([name, data]) => [`/${name}`, data]));
    served['/SHA256SUMS.txt'] = Buffer.from(lines.join('\n') + '\n');
  };
  const entry = (download: object, marks = [['a.csv']]): OpenDataSet => ({
    id: 'tiny',
    title: 'Tiny data',
    about: 'made up',
    source: null,
    licence: 'none',
    size: 'tiny',
    homepage: `${base}home`,
    folders: ['tiny'],
    marks,
    download: download as OpenDataSet['download'],
  });
  const listed = (include = '^a\\.csv$|^sub/', marks?: string[][]) =>
    entry({ kind: 'listed', base, include }, marks);
  const fetchTo = (what: OpenDataSet, signal?: AbortSignal) =>
    fetchDataSet(what, {
      cacheDir: path.join(root, 'cache'),
      progress: silentProgress,
      signal,
      timeoutMs: 1000,
    });
  const read = (file: string) => readFileSync(path.join(root, 'cache', 'tiny', file), 'utf8');

  it('fetches the listed files that are wanted, checks them, and then gives the folder its name', async () => {
    list({ 'a.csv': Buffer.from('one'), 'sub/b.csv': Buffer.from('two'), 'huge.sqlite': Buffer.from('no') });
    const dir = await fetchTo(listed());
    expect(dir).toBe(path.join(root, 'cache', 'tiny'));
    expect([read('a.csv'), read('sub/b.csv')]).toEqual(['one', 'two']);
    expect(readdirSync(path.join(root, 'cache'))).toEqual(['tiny']);
    expect(asked.map(({ url }) => url)).not.toContain('/huge.sqlite');
  });

  it('does not fetch again what is there', async () => {
    put('cache/tiny/a.csv');
    await fetchTo(listed());
    expect(asked).toEqual([]);
  });

  it('unpacks .tar.gz files', async () => {
    list({ 'set.tar.gz': tarGz({ 'set-a/1.txt': 'first', 'set-a/2.txt': 'x'.repeat(600) }) });
    await fetchTo(listed('^set', [['set-a']]));
    expect([read('set-a/1.txt'), read('set-a/2.txt').length]).toEqual(['first', 600]);
    expect(existsSync(path.join(root, 'cache', 'tiny', 'set.tar.gz'))).toBe(false);
  });

  it('keeps the wanted members of a .zip, without their folders, beside what is there', async () => {
    put('cache/tiny/other.txt', 'kept');
    served = { '/x.zip': zip({ 'deep/a.csv': 'inside', 'deep/readme.pdf': 'no' }) };
    await fetchTo(entry({ kind: 'archive', url: `${base}x.zip`, sha256: null, include: '\\.csv$' }));
    expect(readdirSync(path.join(root, 'cache', 'tiny')).sort()).toEqual(['a.csv', 'other.txt']);
    expect(read('a.csv')).toBe('inside');
  });

  it('goes on where a broken connection stopped', async () => {
    const body = Buffer.alloc(100_000, 'abcdefg');
    list({ 'a.csv': body });
    const whole = served;
    await fetchDataSet(listed('^nothing$'), { cacheDir: root, progress: silentProgress }).catch(
      () => undefined,
    );
    served = whole;
    asked = [];
    const sums = served['/SHA256SUMS.txt']!;
    const breaking = async (): Promise<void> => {
      served = new Proxy(whole, {
        get: (target, key: string) => {
          breakAfter = key === '/a.csv' ? 30_000 : undefined;
          return key === '/SHA256SUMS.txt' ? sums : target[key];
        },
      });
      await fetchTo(listed());
    };
    await expect(breaking()).rejects.toThrow(code('FETCH_FAILED'));
    expect(existsSync(path.join(root, 'cache', 'tiny'))).toBe(false);
    served = whole;
    breakAfter = undefined;
    await fetchTo(listed());
    expect(asked.at(-1)).toEqual({ url: '/a.csv', range: 'bytes=30000-' });
    expect(read('a.csv')).toBe(body.toString());
  });

  it('refuses wrong bytes and keeps none of them', async () => {
    list({ 'a.csv': Buffer.from('one') });
    served['/a.csv'] = Buffer.from('two');
    await expect(fetchTo(listed())).rejects.toThrow(code('BAD_SHA256'));
    expect(existsSync(path.join(root, 'cache', 'tiny'))).toBe(false);
    expect(readdirSync(path.join(root, 'cache', '.tiny.part'))).toEqual([]);
  });

  it('says what to download by hand, and where to put it, when the network fails', async () => {
    const unreachable = entry({
      kind: 'archive',
      url: 'http://127.0.0.1:9/x.zip',
      sha256: null,
      include: '.',
    });
    const failure = fetchTo(unreachable);
    await expect(failure).rejects.toThrow(code('FETCH_FAILED'));
    await expect(failure).rejects.toThrow(/by hand from http.*home.*put its files into .*tiny.*a\.csv/s);
    await expect(fetchTo(listed())).rejects.toThrow(/the server answered 404/);
  });

  it('does not wait for ever on a silent server', async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((done) => silent.listen(0, '127.0.0.1', done));
    const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/x.zip`;
    const attempt = fetchDataSet(entry({ kind: 'archive', url, sha256: null, include: '.' }), {
      cacheDir: root,
      progress: silentProgress,
      timeoutMs: 100,
    });
    await expect(attempt).rejects.toThrow(/fell silent/);
    silent.closeAllConnections();
    silent.close();
  });

  it('refuses a damaged archive, and one that leads out of its folder', async () => {
    served = { '/x.zip': zip({ 'a.csv': 'text' }).subarray(0, 30) };
    const archive = entry({ kind: 'archive', url: `${base}x.zip`, sha256: null, include: '.' });
    await expect(fetchTo(archive)).rejects.toThrow(code('BROKEN_FILE'));
    list({ 'set.tar.gz': tarGz({ '../../evil.txt': 'out' }) });
    await expect(fetchTo(listed('^set'))).rejects.toThrow(/outside its folder/);
    expect(existsSync(path.join(root, 'evil.txt'))).toBe(false);
  });

  it('stops when it is interrupted', async () => {
    list({ 'a.csv': Buffer.from('one') });
    const stop = new AbortController();
    stop.abort();
    await expect(fetchTo(listed(), stop.signal)).rejects.toThrow(InterruptedError);
  });
});
