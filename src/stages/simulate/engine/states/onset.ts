import type { Coding, Origin } from '../../../../cohort/index.js';
import type { StateOf } from '../../module/schema.js';
import { codingOf, codingsOf } from '../codes.js';
import { encounterNow } from '../encounters.js';
import { parts } from '../life.js';
import type { Life, Root } from '../life.js';
import { outcome } from '../program.js';
import type { CompileContext, PendingOnset } from '../program.js';
import { EntryRef } from '../values.js';
import type { Run } from './control.js';
import { frameOf } from './encounter.js';

/**
 * A condition or allergy begins. With a target encounter it is recorded only there; until then an attribute may refer to it, though the
 * record knows nothing of it.
 */
export function compileOnset(
  state: StateOf<'ConditionOnset'> | StateOf<'AllergyOnset'>,
  origin: Origin,
  context: CompileContext,
): Run {
  const codes = codingsOf(state.codes);
  const attribute = assigned(state.assign_to_attribute, context);
  const target = state.target_encounter?.trim() ?? '';
  const record =
    state.type === 'ConditionOnset' ? recordCondition(codes, origin) : recordAllergy(state, codes, origin);
  const kind = state.type === 'ConditionOnset' ? 'condition' : 'allergy';
  const diagnose: PendingOnset['diagnose'] = (life, root, onset) => {
    const index = record(life, root, onset);
    if (attribute >= 0) life.set(attribute, new EntryRef(kind, codes, index));
  };
  return (life, root) => {
    const here = root.encounter >= 0 ? life.record.encounters[root.encounter]!.origin.state : undefined;
    if (target === '' || here === target) {
      diagnose(life, root, life.now);
      return outcome.go;
    }
    if (attribute >= 0) life.set(attribute, new EntryRef(kind, codes, -1));
    (frameOf(root).pending ??= []).push({ state: origin.state, diagnose, target, onset: life.now });
    return outcome.go;
  };
}

/** Number of an attribute that a state assigns; −1: none. */
export function assigned(name: string | undefined, context: CompileContext): number {
  if (name === undefined || name === '') return -1;
  context.writes.add(name);
  return context.attributes.id(name);
}

type Recorder = (life: Life, root: Root, onset: number) => number;

function recordCondition(codes: readonly Coding[], origin: Origin): Recorder {
  const code = codes[0]!.code;
  return (life, root, onset) => {
    const known = life.present.conditions.get(code);
    if (known !== undefined) return known;
    const { being, now, world } = life;
    const person = { sex: being.sex, ageYears: life.ages.yearsAt(now) };
    life.record.conditions.push({
      id: '',
      codes: [...codes, ...world.equivalents(codes[0]!, person)],
      encounter: encounterNow(life, root),
      origin,
      onset,
      recorded: now,
      abatement: null,
      category: 'encounter-diagnosis',
    });
    const index = life.record.conditions.length - 1;
    life.owners.conditions.push(root.program.index);
    life.present.conditions.set(code, index);
    life.touch(parts.conditions);
    return index;
  };
}

function recordAllergy(state: StateOf<'AllergyOnset'>, codes: readonly Coding[], origin: Origin): Recorder {
  const code = codes[0]!.code;
  const reactions = (state.reactions ?? []).flatMap(({ reaction, possible_severities: severities }) => {
    const manifestation = codingOf(reaction);
    return manifestation === null ? [] : [{ manifestation, severities }];
  });
  return (life, root, onset) => {
    const known = life.present.allergies.get(code);
    if (known !== undefined) return known;
    const seen = reactions.flatMap(({ manifestation, severities }) => {
      let left = root.rng.next();
      const level =
        severities.find(({ value }) => (left -= value) < 0)?.level ?? severities.at(-1)?.level ?? 'none';
      return level === 'none' ? [] : [{ manifestation, severity: level }];
    });
    life.record.allergies.push({
      id: '',
      codes,
      encounter: encounterNow(life, root),
      origin,
      start: onset,
      end: null,
      type: state.allergy_type,
      category: state.category,
      reactions: seen,
    });
    const index = life.record.allergies.length - 1;
    life.owners.allergies.push(root.program.index);
    life.present.allergies.set(code, index);
    life.touch(parts.allergies);
    return index;
  };
}
