import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { AnamnesisError, DataError, throwIfAborted } from '../../core/index.js';
import { explainWriteError } from '../../runtime/index.js';

/** A file to fetch. */
export interface Download {
  readonly url: string;
  /** Where it goes; meanwhile the bytes lie in `<target>.part`. */
  readonly target: string;
  /** 64 hexadecimal digits, or null where none is known. */
  readonly sha256: string | null;
}

/** How files are fetched. */
export interface DownloadContext {
  readonly signal?: AbortSignal | undefined;
  /** Called with the bytes that came since the last call. */
  readonly onBytes: (bytes: number) => void;
  /** How long a server may take to answer, or to send the next bytes. Default 60,000. */
  readonly timeoutMs?: number | undefined;
}

/** The server could not be reached or did not answer as it should; the reason in words. */
export class NetworkFailure extends Error {}

/**
 * Fetches a file. A `.part` of an interrupted attempt is continued where the server allows it. The file takes its name only when
 * it is complete and its SHA-256 is right.
 * @throws NetworkFailure; DataError `BAD_SHA256`; UserError `WRITE_*`; InterruptedError.
 */
export async function download(file: Download, context: DownloadContext): Promise<void> {
  const part = `${file.target}.part`;
  try {
    await mkdir(path.dirname(part), { recursive: true });
    const have = (await stat(part).catch(() => undefined))?.size ?? 0;
    await request(file.url, have, context, async (response, chunks) => {
      const resumed = response.status === 206;
      await append(part, resumed, chunks);
    });
    await verify(file, part);
    await rename(part, file.target);
  } catch (error) {
    if (error instanceof AnamnesisError || error instanceof NetworkFailure) throw error;
    throw explainWriteError(error, file.target);
  }
}

/** A small text, e.g. a list of files. @throws NetworkFailure, InterruptedError. */
export async function downloadText(url: string, context: DownloadContext): Promise<string> {
  const parts: Uint8Array[] = [];
  await request(url, 0, context, async (_response, chunks) => {
    for await (const chunk of chunks) parts.push(chunk);
  });
  return Buffer.concat(parts).toString('utf8');
}

/** One GET with a watch on silence; `use` reads the body to its end. */
async function request(
  url: string,
  have: number,
  context: DownloadContext,
  use: (response: Response, chunks: AsyncIterable<Uint8Array>) => Promise<void>,
): Promise<void> {
  throwIfAborted(context.signal);
  const stop = new AbortController();
  const interrupt = (): void => {
    stop.abort();
  };
  context.signal?.addEventListener('abort', interrupt);
  const watch = setTimeout(interrupt, context.timeoutMs ?? 60_000);
  try {
    const headers = have > 0 ? { Range: `bytes=${have}-` } : undefined;
    const response = await network(
      () => fetch(url, { signal: stop.signal, ...(headers === undefined ? {} : { headers }) }),
      context.signal,
    );
    if (response.status === 416) return; // nothing is left to fetch
    if (!response.ok || response.body === null)
      throw new NetworkFailure(`the server answered ${response.status} ${response.statusText}`.trim());
    await use(response, watched(response.body, watch, context));
  } finally {
    clearTimeout(watch);
    context.signal?.removeEventListener('abort', interrupt);
  }
}

async function* watched(
  body: ReadableStream<Uint8Array>,
  watch: NodeJS.Timeout,
  context: DownloadContext,
): AsyncIterable<Uint8Array> {
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await network(() => reader.read(), context.signal);
      if (done) return;
      watch.refresh();
      context.onBytes(value.length);
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

async function network<T>(act: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    throwIfAborted(signal);
    const deeper = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
    const code =
      deeper instanceof Error && 'code' in deeper && typeof deeper.code === 'string'
        ? deeper.code
        : undefined;
    throw new NetworkFailure(
      code === undefined ? 'the connection failed or fell silent' : `the connection failed (${code})`,
      { cause },
    );
  }
}

async function append(part: string, resumed: boolean, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const handle = await open(part, resumed ? 'a' : 'w');
  try {
    for await (const chunk of chunks) await handle.write(chunk);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function verify(file: Download, part: string): Promise<void> {
  if (file.sha256 === null) return;
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(part)) hash.update(chunk as Uint8Array);
  const got = hash.digest('hex');
  if (got === file.sha256) return;
  await rm(part, { force: true });
  throw new DataError('BAD_SHA256', `${path.basename(file.target)} came with other bytes than it should.`, {
    expected: `SHA-256 ${file.sha256}`,
    got,
    fix: 'fetch it again; if that repeats, tell the publisher',
  });
}
