import type { Clock } from '../core/index.js';
import { rateOf, secondsLeft } from './progress-state.js';
import type { TaskState } from './progress-state.js';
import type { Progress } from './progress.js';
import type { TextSink } from './terminal-progress.js';

const everyMs = 1_000;

/**
 * Progress for programs (`--json`): one JSON object a line. `event` is `start`, `progress` (at most one a second and
 * task), `note` or `done`; `id` tells tasks of the same name apart.
 */
export function jsonProgress(options: { readonly stream: TextSink; readonly clock: Clock }): Progress {
  let nextId = 1;
  return {
    task(label, total) {
      const id = nextId++;
      const state: TaskState = { label, total, startedMs: options.clock.now(), units: 0, note: '' };
      let writtenMs = state.startedMs;
      let finished = false;
      const write = (event: string, extra: Record<string, string> = {}): void => {
        if (finished) return;
        const nowMs = options.clock.now();
        writtenMs = nowMs;
        const line = {
          type: 'progress',
          event,
          id,
          task: label,
          units: state.units,
          total,
          elapsedSeconds: (nowMs - state.startedMs) / 1000,
          unitsPerSecond: rateOf(state, nowMs),
          secondsLeft: secondsLeft(state, nowMs),
          ...extra,
        };
        options.stream.write(`${JSON.stringify(line)}\n`);
      };
      write('start');
      return {
        advance: (units = 1) => {
          state.units += units;
          if (options.clock.now() - writtenMs >= everyMs) write('progress');
        },
        note: (text) => {
          write('note', { note: text });
        },
        done: (summary) => {
          write('done', summary === undefined ? {} : { summary });
          finished = true;
        },
      };
    },
  };
}
