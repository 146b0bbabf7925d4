/**
 * Health care provider taxonomy codes of the specialties that our directory names. Source: National Uniform Claim Committee, Health Care
 * Provider Taxonomy code set.
 */
export const nuccCodes: ReadonlyMap<string, { readonly code: string; readonly display: string }> = new Map(
  (
    [
      ['GENERAL PRACTICE', '208D00000X', 'General Practice Physician'],
      ['INTERNAL MEDICINE', '207R00000X', 'Internal Medicine Physician'],
      ['FAMILY PRACTICE', '207Q00000X', 'Family Medicine Physician'],
      ['FAMILY MEDICINE', '207Q00000X', 'Family Medicine Physician'],
      ['EMERGENCY MEDICINE', '207P00000X', 'Emergency Medicine Physician'],
      ['PEDIATRIC MEDICINE', '208000000X', 'Pediatrics Physician'],
      ['PEDIATRICS', '208000000X', 'Pediatrics Physician'],
      ['CRITICAL CARE (INTENSIVISTS)', '207RC0200X', 'Critical Care Medicine (Internal Medicine) Physician'],
      ['CRITICAL CARE', '207RC0200X', 'Critical Care Medicine (Internal Medicine) Physician'],
      ['CARDIOLOGY', '207RC0000X', 'Cardiovascular Disease Physician'],
      ['OBSTETRICS/GYNECOLOGY', '207V00000X', 'Obstetrics & Gynecology Physician'],
      ['GENERAL SURGERY', '208600000X', 'Surgery Physician'],
      ['PSYCHIATRY', '2084P0800X', 'Psychiatry Physician'],
      ['NEUROLOGY', '2084N0400X', 'Neurology Physician'],
      ['NURSE PRACTITIONER', '363L00000X', 'Nurse Practitioner'],
      ['PHYSICIAN ASSISTANT', '363A00000X', 'Physician Assistant'],
    ] as const
  ).map(([name, code, display]) => [name, { code, display }]),
);
