import type { Clock } from '../core/index.js';
import { describeTask, formatSeconds, fractionOf } from './progress-state.js';
import type { TaskState } from './progress-state.js';
import type { Progress, ProgressTask } from './progress.js';

/** Where progress is written: `process.stderr`, or a test's collector. */
export interface TextSink {
  write(text: string): unknown;
  /** On a terminal bars are drawn and redrawn, elsewhere plain lines are written. */
  readonly isTTY?: boolean;
  /** Width of the terminal, read at each drawing; 80 where it is unknown. */
  readonly columns?: number;
}

/** How progress is shown to a person. */
export interface TerminalProgressOptions {
  readonly stream: TextSink;
  readonly clock: Clock;
  /** Calls `act` every `everyMs` until the returned function is called. Default: a timer that keeps no process alive. */
  readonly repeat?: (act: () => void, everyMs: number) => () => void;
}

/** A progress that holds the terminal and a timer until it is closed. */
export interface ClosableProgress extends Progress {
  /** Takes unfinished bars away; for the end of the process, errors included. */
  close(): void;
}

/** Work shorter than this shows only its final line. */
const quietMs = 2_000;
const plainEveryMs = 10_000;
const drawEveryMs = 100;
const tickEveryMs = 500;
const barWidth = 16;

/**
 * Progress for people. On a terminal each running task has a live line (bar, part done, rate, time left); elsewhere a
 * task writes a line when it proves long (2 s), one about every 10 s, and one at its end. Short work shows only its final line.
 */
export function terminalProgress(options: TerminalProgressOptions): ClosableProgress {
  const repeat = options.repeat ?? unrefTimer;
  const view = options.stream.isTTY === true ? new LiveView(options) : new PlainView(options);
  const running = new Set<TaskState>();
  let stopTimer: (() => void) | undefined;
  const stop = (): void => {
    stopTimer?.();
    stopTimer = undefined;
  };
  const update = (): void => {
    view.update(running, options.clock.now());
  };
  return {
    task(label, total): ProgressTask {
      const state: TaskState = { label, total, startedMs: options.clock.now(), units: 0, note: '' };
      running.add(state);
      stopTimer ??= repeat(update, tickEveryMs);
      return {
        advance: (units = 1) => {
          state.units += units;
          update();
        },
        note: (text) => {
          state.note = text;
          update();
        },
        done: (summary) => {
          if (!running.delete(state)) return;
          if (running.size === 0) stop();
          view.done(state, summary, running);
        },
      };
    },
    close() {
      running.clear();
      stop();
      view.clear();
    },
  };
}

/** Bars that are drawn over again; finished tasks leave a line above them. */
class LiveView {
  #linesDrawn = 0;
  #drawnAtMs = -Infinity;

  constructor(private readonly options: TerminalProgressOptions) {}

  update(running: ReadonlySet<TaskState>, nowMs: number): void {
    if (nowMs - this.#drawnAtMs >= drawEveryMs) this.#draw('', running, nowMs);
  }

  done(task: TaskState, summary: string | undefined, running: ReadonlySet<TaskState>): void {
    const nowMs = this.options.clock.now();
    this.#draw(finalLine(task, summary, nowMs), running, nowMs);
  }

  clear(): void {
    this.#draw('', new Set(), 0);
  }

  #draw(above: string, running: ReadonlySet<TaskState>, nowMs: number): void {
    const lines = [...running].filter((t) => nowMs - t.startedMs >= quietMs).map((t) => this.#line(t, nowMs));
    const erase = this.#linesDrawn === 0 ? '' : `\u001b[${this.#linesDrawn}A\u001b[J`;
    const text = erase + above + lines.map((line) => `${line}\n`).join('');
    if (text !== '') this.options.stream.write(text);
    this.#linesDrawn = lines.length;
    this.#drawnAtMs = nowMs;
  }

  #line(task: TaskState, nowMs: number): string {
    const fraction = fractionOf(task);
    const filled = Math.round((fraction ?? 0) * barWidth);
    const bar = fraction === undefined ? '' : `${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)} `;
    const line = `  ${bar}${task.label}: ${describeTask(task, nowMs)}`;
    const width = Math.max(20, (this.options.stream.columns ?? 80) - 1);
    return line.length > width ? `${line.slice(0, width - 1)}…` : line;
  }
}

/** Lines that are never taken back, for log files and pipes. */
class PlainView {
  readonly #writtenAtMs = new Map<TaskState, number>();

  constructor(private readonly options: TerminalProgressOptions) {}

  update(running: ReadonlySet<TaskState>, nowMs: number): void {
    for (const task of running) {
      const before = this.#writtenAtMs.get(task);
      const due = before === undefined ? task.startedMs + quietMs : before + plainEveryMs;
      if (nowMs < due) continue;
      this.options.stream.write(`  ${task.label}: ${describeTask(task, nowMs)}\n`);
      this.#writtenAtMs.set(task, nowMs);
    }
  }

  done(task: TaskState, summary: string | undefined): void {
    this.#writtenAtMs.delete(task);
    this.options.stream.write(finalLine(task, summary, this.options.clock.now()));
  }

  clear(): void {
    this.#writtenAtMs.clear();
  }
}

function finalLine(task: TaskState, summary: string | undefined, nowMs: number): string {
  const elapsedMs = nowMs - task.startedMs;
  const what = summary === undefined || summary === '' ? task.label : `${task.label}: ${summary}`;
  return `✓ ${what}${elapsedMs >= quietMs ? ` (${formatSeconds(elapsedMs / 1000)})` : ''}\n`;
}

function unrefTimer(act: () => void, everyMs: number): () => void {
  const timer = setInterval(act, everyMs);
  timer.unref();
  return () => {
    clearInterval(timer);
  };
}
