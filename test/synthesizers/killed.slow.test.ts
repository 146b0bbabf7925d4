import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const script = fileURLToPath(new URL('./fit-child.mjs', import.meta.url));
const work = mkdtempSync(path.join(tmpdir(), 'anamnesis-killed-'));
afterAll(() => {
  rmSync(work, { recursive: true, force: true });
});

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Passes that it found done. */
  readonly begunAt: number;
}

/** Runs the fit; with `killAfter` it is killed without warning once its checkpoint was written so many times. */
async function run(args: readonly string[], checkpointFile: string, killAfter = Infinity): Promise<Ended> {
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (text: Buffer) => {
    said += text.toString();
  });
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code, signal) => {
      resolve({ code, signal, begunAt: Number.parseInt(said, 10) });
    });
  });
  if (killAfter === Infinity) return ended;
  const seen = new Set<number>();
  while (child.exitCode === null && child.signalCode === null) {
    if (existsSync(checkpointFile)) seen.add(statSync(checkpointFile).mtimeMs);
    if (seen.size >= killAfter) child.kill('SIGKILL');
    await wait(2);
  }
  return ended;
}

/** Long enough that there is a pass to be killed in. */
const settings = {
  argn: { epochs: 40 },
  tabddpm: { steps: 2000, units: 32, layers: 2, batchRows: 128 },
  tvae: { epochs: 400, units: 32, latent: 16, batchRows: 100 },
  ctgan: { epochs: 200, units: 32, latent: 16, batchRows: 100 },
};

describe('a fit that is killed', () => {
  it.each(Object.entries(settings))('goes on to the same bytes: %s', async (id, options) => {
    const at = (name: string): string => path.join(work, `${id}-${name}`);
    const argsOf = (name: string): string[] => [
      id,
      JSON.stringify(options),
      at(`${name}-state`),
      at(`${name}-model`),
    ];
    const state = (name: string): string => path.join(at(`${name}-state`), `${id}.checkpoint`);
    expect(await run(argsOf('whole'), state('whole'))).toEqual({ code: 0, signal: null, begunAt: 0 });
    const killed = await run(argsOf('killed'), state('killed'), 5);
    expect(killed).toEqual({ code: null, signal: 'SIGKILL', begunAt: 0 });
    expect(existsSync(at('killed-model'))).toBe(false);
    const again = await run(argsOf('killed'), state('killed'));
    expect(again).toMatchObject({ code: 0, signal: null });
    expect(again.begunAt).toBeGreaterThanOrEqual(5);
    for (const file of ['model.json', 'model.onnx']) {
      const [whole, resumed] = ['whole', 'killed'].map((name) =>
        readFileSync(path.join(at(`${name}-model`), file)),
      );
      expect(resumed!.equals(whole!)).toBe(true);
    }
  });
});
