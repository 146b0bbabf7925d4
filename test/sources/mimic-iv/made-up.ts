import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

/** A tiny made-up hospital in MIMIC-IV's layout: three patients, four admissions, one ICU stay. Table name → CSV text. */
export const madeUp: Readonly<Record<string, string>> = {
  'hosp/patients': `subject_id,gender,anchor_age,anchor_year,anchor_year_group,dod
1,F,60,2150,2011 - 2013,2151-03-04
2,M,91,2160,2014 - 2016,
3,M,40,2170,2017 - 2019,
`,
  'hosp/admissions': `subject_id,hadm_id,admittime,dischtime,deathtime,admission_type,admit_provider_id,admission_location,discharge_location,insurance,language,marital_status,race,edregtime,edouttime,hospital_expire_flag
1,11,2150-01-01 10:00:00,2150-01-05 12:00:00,,EW EMER.,P1,EMERGENCY ROOM,HOME,Medicare,ENGLISH,SINGLE,UNKNOWN,,,0
1,12,2151-03-01 10:00:00,2151-03-04 08:00:00,2151-03-04 08:00:00,URGENT,P1,EMERGENCY ROOM,DIED,Medicare,ENGLISH,SINGLE,WHITE - OTHER EUROPEAN,,,1
2,21,2160-02-01 10:00:00,2160-02-03 12:00:00,,ELECTIVE,P2,PHYSICIAN REFERRAL,HOME,Other,?,,HISPANIC/LATINO - CUBAN,,,0
3,31,2170-02-03 10:00:00,2170-02-01 12:00:00,,ELECTIVE,P2,PHYSICIAN REFERRAL,HOME,Other,?,,ASIAN,,,0
`,
  'icu/icustays': `subject_id,hadm_id,stay_id,first_careunit,last_careunit,intime,outtime,los
1,12,121,MICU,MICU,2151-03-02 00:00:00,2151-03-04 08:00:00,2.3
`,
  // creatinine in mg/dL, µmol/L and an unknown unit; an impossible one; an unmapped item; a text; nothing; another hospital's patient
  'hosp/labevents': `labevent_id,subject_id,hadm_id,specimen_id,itemid,order_provider_id,charttime,storetime,value,valuenum,valueuom,ref_range_lower,ref_range_upper,flag,priority,comments
1,1,11,1,50912,,2150-01-02 06:00:00,,1.1,1.1,mg/dL,,,,ROUTINE,
2,1,11,1,50912,,2150-01-03 06:00:00,,88.42,88.42,umol/L,,,,ROUTINE,
3,1,11,1,50912,,2150-01-03 07:00:00,,2,2,furlong,,,,ROUTINE,
4,1,11,1,50912,,2150-01-03 08:00:00,,9999,9999,mg/dL,,,,ROUTINE,
5,1,11,1,50934,,2150-01-03 08:00:00,,3,3,,,,,ROUTINE,
6,1,,1,50912,,2150-01-04 06:00:00,,"<0.1, see note",,mg/dL,,,,ROUTINE,
7,2,21,1,50912,,2160-02-01 11:00:00,,___,,mg/dL,,,,ROUTINE,"two
lines"
8,9,91,1,50912,,2160-02-01 11:00:00,,1,1,mg/dL,,,,ROUTINE,
9,2,99,1,50912,,2160-02-01 12:00:00,,1,1,mg/dL,,,,ROUTINE,
`,
  'icu/chartevents': `subject_id,hadm_id,stay_id,caregiver_id,charttime,storetime,itemid,value,valuenum,valueuom,warning
1,12,121,5,2151-03-02 01:00:00,,220045,80,80,bpm,0
1,12,121,5,2151-03-02 01:00:00,,223761,98.6,98.6,°F,0
1,12,121,5,2151-03-02 02:00:00,,220048,SR (Sinus Rhythm),,,0
`,
  'icu/outputevents': `subject_id,hadm_id,stay_id,caregiver_id,charttime,storetime,itemid,value,valueuom
1,12,121,5,3/2/2151 18:00,3/2/2151 18:05,226559,250,ml
1,12,121,5,3/2/2151 19:00,3/2/2151 19:05,226588,40,ml
`,
  'hosp/omr': `subject_id,chartdate,seq_num,result_name,result_value
1,2150-01-01,1,Blood Pressure,120/80
1,2150-01-01,1,Weight (Lbs),100
1,2150-01-01,1,eGFR,60
1,2150-01-01,1,BMI (kg/m2),unknown
`,
  'hosp/diagnoses_icd': `subject_id,hadm_id,seq_num,icd_code,icd_version
1,11,1,0389,9
1,11,2,99999,9
1,12,1,A419,10
2,99,1,A419,10
`,
  'hosp/prescriptions': `subject_id,hadm_id,pharmacy_id,starttime,stoptime,drug_type,drug,ndc,dose_val_rx,dose_unit_rx,route
1,11,1,2150-01-01 12:00:00,2150-01-02 12:00:00,MAIN,Heparin,0,5000,UNIT,SC
1,11,2,2150-01-03 12:00:00,2150-01-02 12:00:00,MAIN,Insulin,0,2-4,UNIT,SC
`,
};

/** Writes tables into a new folder, as .csv.gz where asked; `changes` replaces tables, or leaves them out (undefined). */
export async function writeMadeUp(
  dir: string,
  changes: Readonly<Record<string, string | undefined>> = {},
  gzip = false,
): Promise<string> {
  for (const [name, csv] of Object.entries({ ...madeUp, ...changes })) {
    if (csv === undefined) continue;
    const file = path.join(dir, `${name}.csv${gzip ? '.gz' : ''}`);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, gzip ? gzipSync(csv) : csv);
  }
  return dir;
}

/** A data root with one ICD-9 mapping: 038.9 → A41.9. */
export async function writeVocabulary(dir: string): Promise<string> {
  await mkdir(path.join(dir, 'vocab'), { recursive: true });
  await writeFile(path.join(dir, 'vocab', 'icd_cm_9_to_10.csv'), 'icd_9,icd_10,flags\n0389,A419,10000\n');
  return dir;
}
