import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InterruptedError, UserError } from '../../src/core/index.js';
import {
  buildFolderAtomic,
  explainWriteError,
  sha256File,
  writeFileAtomic,
} from '../../src/runtime/index.js';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(path.join(os.tmpdir(), 'anamnesis-files-'));
});
afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

const isRoot = process.getuid?.() === 0;
/** A device that answers every write with ENOSPC. */
const fullDevice = existsSync('/dev/full');
const put = async (folder: string, name: string, text: string): Promise<void> => {
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, name), text);
};

describe('explainWriteError', () => {
  it.each(['ENOSPC', 'EDQUOT', 'EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'EISDIR'])(
    'says what to do about %s',
    (code) => {
      const cause = Object.assign(new Error('x'), { code });
      const explained = explainWriteError(cause, '/out/report.json');
      expect(explained).toBeInstanceOf(UserError);
      expect(explained).toMatchObject({ code: `WRITE_${code}`, got: code, cause });
      expect((explained as UserError).message).toContain('/out/report.json');
      expect((explained as UserError).fix).toMatch(/output folder/);
    },
  );

  it('leaves other errors as they are', () => {
    const error = new Error('y');
    expect(explainWriteError(error, 'x')).toBe(error);
    expect(explainWriteError('text', 'x')).toBe('text');
  });
});

describe('writeFileAtomic', () => {
  it('makes the folders on the way and leaves no temporary file', async () => {
    const target = path.join(dir, 'a', 'b', 'c.txt');
    await writeFileAtomic(target, 'one');
    await writeFileAtomic(target, new Uint8Array([116, 119, 111]));
    expect(await readFile(target, 'utf8')).toBe('two');
    expect(await readdir(path.dirname(target))).toEqual(['c.txt']);
  });

  it('explains a path that leads through a file', async () => {
    await writeFile(path.join(dir, 'file'), 'x');
    await expect(writeFileAtomic(path.join(dir, 'file', 'a.txt'), 'y')).rejects.toMatchObject({
      code: expect.stringMatching(/^WRITE_(ENOTDIR|EEXIST)$/) as string,
    });
    expect(await readdir(dir)).toEqual(['file']);
  });

  it('explains a folder in the file’s place, and keeps it', async () => {
    await put(path.join(dir, 'report.json'), 'inside.txt', 'x');
    await expect(writeFileAtomic(path.join(dir, 'report.json'), 'y')).rejects.toMatchObject({
      code: 'WRITE_EISDIR',
    });
    expect(await readdir(dir)).toEqual(['report.json']);
    expect(await readdir(path.join(dir, 'report.json'))).toEqual(['inside.txt']);
  });

  it.skipIf(!fullDevice)('on a full disk keeps the old content and leaves nothing else', async () => {
    const target = path.join(dir, 'report.json');
    await writeFile(target, 'old');
    await symlink('/dev/full', `${target}.tmp-${process.pid}`);
    await expect(writeFileAtomic(target, 'new')).rejects.toMatchObject({ code: 'WRITE_ENOSPC' });
    expect(await readFile(target, 'utf8')).toBe('old');
    expect(await readdir(dir)).toEqual(['report.json']);
  });

  it.skipIf(isRoot)('explains a folder that may not be written (not as root, who may)', async () => {
    await chmod(dir, 0o555);
    await expect(writeFileAtomic(path.join(dir, 'a.txt'), 'y')).rejects.toMatchObject({
      code: 'WRITE_EACCES',
    });
    await chmod(dir, 0o755);
    expect(await readdir(dir)).toEqual([]);
  });
});

describe('buildFolderAtomic', () => {
  const build = (text: string) => async (folder: string) => {
    await put(folder, 'marker.json', text);
    return text;
  };

  it('returns what the build returns, and the folder holds just its files', async () => {
    const target = path.join(dir, 'deep', 'store');
    expect(await buildFolderAtomic(target, 'marker.json', build('1'))).toBe('1');
    expect(await readdir(target)).toEqual(['marker.json']);
    expect(await readdir(path.dirname(target))).toEqual(['store']);
  });

  it('replaces an earlier output as a whole, and an empty folder', async () => {
    const target = path.join(dir, 'store');
    await mkdir(target);
    await buildFolderAtomic(target, 'marker.json', build('1'));
    await put(target, 'rest.txt', 'from before');
    await buildFolderAtomic(target, 'marker.json', build('2'));
    expect(await readdir(target)).toEqual(['marker.json']);
    expect(await readFile(path.join(target, 'marker.json'), 'utf8')).toBe('2');
    expect(await readdir(dir)).toEqual(['store']);
  });

  it('keeps what an interrupted build has left where there is a journal, and hands it to the next', async () => {
    const target = path.join(dir, 'store');
    const resume = { key: 'k1', journal: '.journal' };
    const stop = (file: string) => async (folder: string) => {
      await put(folder, file, 'half');
      throw new InterruptedError();
    };
    const interrupted = buildFolderAtomic(target, 'marker.json', stop('.journal'), resume);
    await expect(interrupted).rejects.toBeInstanceOf(InterruptedError);
    expect(await readdir(dir)).toEqual(['store.part-k1']);
    const seen = await buildFolderAtomic(
      target,
      'marker.json',
      async (folder) => {
        const names = await readdir(folder);
        await put(folder, 'marker.json', 'x');
        return names;
      },
      resume,
    );
    expect(seen).toEqual(['.journal']);
    expect(await readdir(dir)).toEqual(['store']);
    const early = buildFolderAtomic(target, 'marker.json', stop('other'), resume);
    await expect(early).rejects.toBeInstanceOf(InterruptedError);
    const failed = buildFolderAtomic(
      target,
      'marker.json',
      async (folder) => {
        await put(folder, '.journal', 'half');
        throw new Error('a defect');
      },
      resume,
    );
    await expect(failed).rejects.toThrow('a defect');
    expect(await readdir(dir)).toEqual(['store']);
  });

  it('refuses a folder that another process fills, and takes over that of a dead one', async () => {
    const target = path.join(dir, 'store');
    const lock = path.join(dir, 'store.part-k1.lock');
    const resume = { key: 'k1', journal: '.journal' };
    await writeFile(lock, '1');
    const busy = buildFolderAtomic(target, 'marker.json', build('1'), resume);
    await expect(busy).rejects.toMatchObject({ code: 'OUTPUT_BUSY' });
    await writeFile(lock, '99999999');
    await buildFolderAtomic(target, 'marker.json', build('1'), resume);
    expect(await readdir(dir)).toEqual(['store']);
  });

  it('refuses a folder of others before any work', async () => {
    const target = path.join(dir, 'thesis');
    await put(target, 'chapter1.txt', 'precious');
    let ran = false;
    const attempt = buildFolderAtomic(target, 'marker.json', () => {
      ran = true;
      return Promise.resolve();
    });
    await expect(attempt).rejects.toMatchObject({ code: 'OUTPUT_NOT_OURS' });
    expect(ran).toBe(false);
    expect(await readFile(path.join(target, 'chapter1.txt'), 'utf8')).toBe('precious');
  });

  it('refuses a file in the folder’s place, and a path through one, and keeps it', async () => {
    const target = path.join(dir, 'notes.txt');
    await writeFile(target, 'precious');
    for (const place of [target, path.join(target, 'store')]) {
      await expect(buildFolderAtomic(place, 'marker.json', build('1'))).rejects.toMatchObject({
        code: 'WRITE_ENOTDIR',
      });
    }
    expect(await readFile(target, 'utf8')).toBe('precious');
    expect(await readdir(dir)).toEqual(['notes.txt']);
  });

  it('after an error leaves the earlier output untouched and nothing half written', async () => {
    const target = path.join(dir, 'store');
    await buildFolderAtomic(target, 'marker.json', build('1'));
    const attempt = buildFolderAtomic(target, 'marker.json', async (folder) => {
      await put(folder, 'marker.json', '2');
      throw new Error('in the middle');
    });
    await expect(attempt).rejects.toThrow('in the middle');
    expect(await readFile(path.join(target, 'marker.json'), 'utf8')).toBe('1');
    expect(await readdir(dir)).toEqual(['store']);
  });

  it.skipIf(!fullDevice)('explains a full disk and leaves nothing', async () => {
    const attempt = buildFolderAtomic(path.join(dir, 'store'), 'marker.json', async (folder) => {
      await put(folder, 'marker.json', '1');
      await writeFile('/dev/full', 'x');
    });
    await expect(attempt).rejects.toMatchObject({ code: 'WRITE_ENOSPC' });
    expect(await readdir(dir)).toEqual([]);
  });
});

describe('sha256File', () => {
  it('is the hash of the bytes, over many chunks', async () => {
    const file = path.join(dir, 'bytes');
    const bytes = Buffer.alloc(300_000, 'anamnesis');
    await writeFile(file, bytes);
    expect(await sha256File(file)).toBe(createHash('sha256').update(bytes).digest('hex'));
    await writeFile(file, '');
    expect(await sha256File(file)).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  });
});
