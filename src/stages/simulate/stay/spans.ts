/** A stretch of time, hours since arrival. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** The same time in order, none of them touching another. */
export function united(spans: readonly Span[]): Span[] {
  const all: { start: number; end: number }[] = [];
  for (const { start, end } of [...spans].sort((a, b) => a.start - b.start)) {
    const last = all.at(-1);
    if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end);
    else all.push({ start, end });
  }
  return all;
}

/** What lies in one of `spans`. */
export function inside({ start, end }: Span, spans: readonly Span[]): Span[] {
  return united(spans)
    .map((span) => ({ start: Math.max(start, span.start), end: Math.min(end, span.end) }))
    .filter((span) => span.start < span.end);
}

/** What lies in none of `spans`. */
export function outside({ start, end }: Span, spans: readonly Span[]): Span[] {
  const free: Span[] = [];
  let from = start;
  for (const span of inside({ start, end }, spans)) {
    if (span.start > from) free.push({ start: from, end: span.start });
    from = span.end;
  }
  if (end > from) free.push({ start: from, end });
  return free;
}
