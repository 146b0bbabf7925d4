import type { Observation } from '../../../cohort/index.js';
import type { Profile } from '../profiles.js';

/** Vital signs with a profile of their own in US Core 6.1, by LOINC code. */
const vitalSigns: ReadonlyMap<string, Profile> = new Map([
  ['85354-9', 'us-core-blood-pressure'],
  ['8480-6', 'us-core-blood-pressure'],
  ['8462-4', 'us-core-blood-pressure'],
  ['39156-5', 'us-core-bmi'],
  ['8302-2', 'us-core-body-height'],
  ['8310-5', 'us-core-body-temperature'],
  ['29463-7', 'us-core-body-weight'],
  ['9843-4', 'us-core-head-circumference'],
  ['8867-4', 'us-core-heart-rate'],
  ['2708-6', 'us-core-pulse-oximetry'],
  ['59408-5', 'us-core-pulse-oximetry'],
  ['9279-1', 'us-core-respiratory-rate'],
  ['8289-1', 'head-occipital-frontal-circumference-percentile'],
  ['59576-9', 'pediatric-bmi-for-age'],
  ['77606-2', 'pediatric-weight-for-height'],
]);

/** The profile of a vital sign by its code, whatever category the record gives it. */
export function vitalSignProfile(o: Observation): Profile | null {
  for (const c of o.codes) {
    if (c.system !== 'LOINC') continue;
    const profile = vitalSigns.get(c.code);
    if (profile !== undefined) return profile;
  }
  return null;
}

/** The US Core profile that an observation, which is no vital sign with a profile of its own, can claim. */
export function observationProfile(o: Observation): Profile | null {
  const code = o.codes[0]?.code;
  switch (o.category) {
    case 'vital-signs':
      return 'us-core-vital-signs';
    case 'laboratory':
      return isForeignConcept(o) ? 'us-core-observation-clinical-result' : 'us-core-observation-lab';
    case 'survey':
      return 'us-core-observation-screening-assessment';
    case 'social-history':
      if (code === '72166-2' && o.value?.kind === 'coding' && o.value.coding.system === 'SNOMED') {
        return 'us-core-smokingstatus';
      }
      return code === '76690-7' && o.value?.kind === 'coding'
        ? 'us-core-observation-sexual-orientation'
        : 'us-core-simple-observation';
    case 'imaging':
    case 'procedure':
    case 'exam':
    case 'therapy':
    case 'activity':
      return 'us-core-observation-clinical-result';
  }
}

/** A coded laboratory result that is not SNOMED CT, which us-core-4 advises against. */
function isForeignConcept(o: Observation): boolean {
  return o.value?.kind === 'coding' && o.value.coding.system !== 'SNOMED';
}
