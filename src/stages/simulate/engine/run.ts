import { DataError } from '../../../core/index.js';
import { seeDoctor, wellnessVisit } from './care.js';
import { freeAgain } from './hospital.js';
import { assessRisks, riskFrom } from './risk.js';
import { slots, waiting, newFrame } from './life.js';
import type { Life, Root } from './life.js';
import { outcome } from './program.js';
import type { Frame, Node } from './program.js';

/** More states than this without time passing are a loop that never ends. */
const mostSteps = 100_000;

/**
 * Lives a life: whatever is due next happens next, until the end of observation or death. Between events nothing is looked at: a module in
 * a Delay sleeps until it ends, one at a Guard until something that the guard reads changes (then to the end of Synthea's step).
 * @param until asked at wellness visits: true ends it
 * @param event happens from outside; false ends it
 */
export function live(
  life: Life,
  until?: (life: Life) => boolean,
  event?: { readonly time: number; happens(life: Life): boolean },
): void {
  const { queue, roots } = life;
  const { changes } = life.being;
  let course = 0;
  queue.set(slots.course, changes[0]?.time ?? Infinity);
  queue.set(slots.wellness, life.being.nextWellness(null, life.rng.split('wellness', 0)));
  queue.set(slots.symptoms, Infinity);
  queue.set(slots.index, event?.time ?? Infinity);
  queue.set(slots.risks, life.ages.yearsOld(riskFrom));
  for (;;) {
    const { time, slot } = queue;
    if (!(time < life.stop) || time >= life.deathTime) return;
    life.now = Math.max(life.now, time);
    queue.set(slot, Infinity);
    if (slot >= slots.modules) runModule(life, roots[slot - slots.modules]!);
    else if (slot === slots.course) {
      const change = changes[course++]!;
      life.setByName(change.name, change.value);
      queue.set(slots.course, changes[course]?.time ?? Infinity);
    } else if (slot === slots.risks) {
      assessRisks(life);
      queue.set(slots.risks, life.ages.yearsOld(life.ages.yearsAt(life.now) + 1));
    } else if (slot === slots.index) {
      if (event?.happens(life) === false) return;
    } else if (freeAgain(life, null) > life.now) queue.set(slot, freeAgain(life, null));
    else if (slot === slots.wellness) {
      wellnessVisit(life);
      if (until?.(life) === true) return;
      wakeWaiting(life);
    } else if (seeDoctor(life)) wakeWaiting(life);
  }
}

/** A visit at which wellness states go on. */
function wakeWaiting(life: Life): void {
  if (life.wellness.time !== life.now) return;
  for (const root of life.roots) if (root.waiting === waiting.wellness) runModule(life, root);
}

function runModule(life: Life, root: Root): void {
  if (root.waiting === waiting.done) return;
  root.resumed = root.waiting === waiting.timer;
  root.frame ??= newFrame(root.program, null);
  let frame: Frame = root.frame;
  for (let steps = 0; ; steps++) {
    if (life.now >= life.deathTime) return;
    if (steps > mostSteps) throw endless(frame);
    const node = frame.program.nodes[frame.at]!;
    switch (node.run(life, root)) {
      case outcome.wait:
        return;
      case outcome.call:
        root.frame = frame = newFrame(node.callee!, frame);
        continue;
      case outcome.end: {
        if (frame.parent === null) {
          root.waiting = waiting.done;
          return;
        }
        root.frame = frame = returnTo(frame.parent, frame);
        leave(life, root, frame, frame.program.nodes[frame.at]!);
        continue;
      }
      case outcome.go:
        leave(life, root, frame, node);
    }
  }
}

function leave(life: Life, root: Root, frame: Frame, node: Node): void {
  if (node.tracked >= 0)
    (frame.history ??= new Map()).set(node.tracked, { ordinal: life.ordinal++, time: life.now });
  frame.at = node.next(life, root);
}

/** What happened in a submodule counts as the caller's history. */
function returnTo(parent: Frame, child: Frame): Frame {
  if (child.history !== null) {
    parent.history ??= new Map();
    for (const [name, mark] of child.history) parent.history.set(name, mark);
  }
  if (child.pending !== null) parent.pending = [...(parent.pending ?? []), ...child.pending];
  return parent;
}

function endless(frame: Frame): DataError {
  const { program, at } = frame;
  return new DataError('MODULE_LOOP', `The module ${program.path} goes round without time passing.`, {
    expected: 'a Delay or a way out',
    got: `${mostSteps} states in a row, at '${program.nodes[at]!.name}'`,
    fix: 'put a Delay into the loop, or correct the condition that should leave it',
  });
}
