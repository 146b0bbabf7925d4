/** How far one piece of work is; what the writers of progress draw from. */
export interface TaskState {
  readonly label: string;
  readonly total: number | undefined;
  readonly startedMs: number;
  units: number;
  note: string;
}

/** Units a second since the start; undefined before there is anything to tell. */
export function rateOf(task: TaskState, nowMs: number): number | undefined {
  const seconds = (nowMs - task.startedMs) / 1000;
  return seconds > 0 && task.units > 0 ? task.units / seconds : undefined;
}

/** Seconds until the end at the mean speed so far; undefined while unknown. */
export function secondsLeft(task: TaskState, nowMs: number): number | undefined {
  const rate = rateOf(task, nowMs);
  if (rate === undefined || task.total === undefined) return undefined;
  return Math.max(0, (task.total - task.units) / rate);
}

/** Part done, 0 … 1; undefined when the total is unknown. */
export function fractionOf(task: TaskState): number | undefined {
  if (task.total === undefined) return undefined;
  return task.total <= 0 ? 1 : Math.min(1, task.units / task.total);
}

/** `1234567` as `1,234,567`; small numbers keep two significant digits. */
export function formatCount(value: number): string {
  if (value < 10 && !Number.isInteger(value)) return value.toPrecision(2);
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `8 s`, `3 min 05 s`, `2 h 10 min`. */
export function formatSeconds(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
  const minutes = Math.round(whole / 60);
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/** `42 %, 1,234 of 3,000, 512/s, 3 s left, note`, as far as each part is known. */
export function describeTask(task: TaskState, nowMs: number): string {
  const parts: string[] = [];
  const fraction = fractionOf(task);
  const rate = rateOf(task, nowMs);
  const left = secondsLeft(task, nowMs);
  if (fraction !== undefined) parts.push(`${Math.floor(fraction * 100)} %`);
  if (task.total !== undefined) parts.push(`${formatCount(task.units)} of ${formatCount(task.total)}`);
  else if (task.units > 0) parts.push(formatCount(task.units));
  if (rate !== undefined) parts.push(`${formatCount(rate)}/s`);
  if (left !== undefined) parts.push(`${formatSeconds(left)} left`);
  else parts.push(formatSeconds((nowMs - task.startedMs) / 1000));
  if (task.note !== '') parts.push(task.note);
  return parts.join(', ');
}
