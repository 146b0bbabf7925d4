import type { Coding } from '../../../../cohort/index.js';
import type { StateDefinition } from '../../module/schema.js';
import { parts } from '../life.js';
import type { Life, Present, Root } from '../life.js';
import { outcome } from '../program.js';
import type { CompileContext } from '../program.js';
import { EntryRef } from '../values.js';
import type { Run } from './control.js';

type EndState = Extract<StateDefinition, { type: `${string}End` }>;
type CodedEnd = Exclude<EndState, { type: 'EncounterEnd' }>;

/** How each kind of entry ends. */
interface Ender {
  readonly kind: keyof Present;
  readonly part: number;
  readonly list: (life: Life) => readonly { readonly origin: { readonly state: string } }[];
  readonly end: (life: Life, index: number) => void;
}

const stopped: Coding = {
  system: 'SNOMED',
  code: '182840001',
  display: 'Drug treatment stopped - medical advice (situation)',
};

const enders: Readonly<Record<CodedEnd['type'], Ender>> = {
  ConditionEnd: {
    kind: 'conditions',
    part: parts.conditions,
    list: (life) => life.record.conditions,
    end: (life, i) => {
      life.record.conditions[i]!.abatement = life.now;
    },
  },
  AllergyEnd: {
    kind: 'allergies',
    part: parts.allergies,
    list: (life) => life.record.allergies,
    end: (life, i) => {
      life.record.allergies[i]!.end = life.now;
    },
  },
  MedicationEnd: {
    kind: 'medications',
    part: parts.medications,
    list: (life) => life.record.medications,
    end: (life, i) => {
      const medication = life.record.medications[i]!;
      medication.end = life.now;
      medication.endReason = stopped;
      life.chronic.delete(medication.codes[0]!.code);
    },
  },
  CarePlanEnd: {
    kind: 'carePlans',
    part: parts.carePlans,
    list: (life) => life.record.carePlans,
    end: (life, i) => {
      life.record.carePlans[i]!.end = life.now;
    },
  },
  DeviceEnd: {
    kind: 'devices',
    part: parts.conditions,
    list: (life) => life.record.devices,
    end: (life, i) => {
      life.record.devices[i]!.end = life.now;
    },
  },
};

/** Ends what a state names: by the state that began it, by attribute, or by codes. What is not active is left alone. */
export function compileEnding(state: CodedEnd, context: CompileContext): Run {
  const ender = enders[state.type];
  const finish = (life: Life, code: string): void => {
    const index = life.present[ender.kind].get(code);
    if (index === undefined) return;
    life.present[ender.kind].delete(code);
    ender.end(life, index);
    life.touch(ender.part);
  };
  const began = beganIn(state);
  if (began !== undefined && began !== '')
    return (life, root) => {
      for (const code of codesOf(life, root, ender, began)) finish(life, code);
      if (state.type === 'ConditionEnd' || state.type === 'AllergyEnd') forget(root, began);
      return outcome.go;
    };
  const attribute = state.referenced_by_attribute;
  if (attribute !== undefined && attribute !== '') {
    context.reads.add(attribute);
    const id = context.attributes.id(attribute);
    return (life) => {
      const value = life.values[id];
      if (value instanceof EntryRef && value.codes[0] !== undefined) finish(life, value.codes[0].code);
      return outcome.go;
    };
  }
  const codes = (state.codes ?? []).map(({ code }) => code);
  return (life) => {
    for (const code of codes) finish(life, code);
    return outcome.go;
  };
}

function beganIn(state: CodedEnd): string | undefined {
  switch (state.type) {
    case 'ConditionEnd':
      return state.condition_onset;
    case 'AllergyEnd':
      return state.allergy_onset;
    case 'MedicationEnd':
      return state.medication_order;
    case 'CarePlanEnd':
      return state.careplan;
    case 'DeviceEnd':
      return state.device;
  }
}

/** Codes of the active entries that began in a state of this module. */
function codesOf(life: Life, root: Root, ender: Ender, state: string): string[] {
  const list = ender.list(life);
  const found: string[] = [];
  for (const [code, index] of life.present[ender.kind])
    if (list[index]!.origin.state === state && life.owners[ender.kind][index] === root.program.index)
      found.push(code);
  return found;
}

/** A condition that ends before anybody found it is never found. */
function forget(root: Root, state: string): void {
  const { frame } = root;
  if (frame === null || frame.pending === null) return;
  frame.pending = frame.pending.filter((onset) => onset.state !== state);
}
