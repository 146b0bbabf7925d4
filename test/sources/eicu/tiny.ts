import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** A made-up eICU: three patients, four hospital stays, five unit stays. No value comes from a real person. */
const files: Readonly<Record<string, readonly string[]>> = {
  'patient.csv': [
    'patientunitstayid,patienthealthsystemstayid,gender,age,ethnicity,hospitalid,wardid,apacheadmissiondx,admissionheight,hospitaladmittime24,hospitaladmitoffset,hospitaladmitsource,hospitaldischargeyear,hospitaldischargetime24,hospitaldischargeoffset,hospitaldischargelocation,hospitaldischargestatus,unittype,unitadmittime24,unitadmitsource,unitvisitnumber,unitstaytype,admissionweight,dischargeweight,unitdischargetime24,unitdischargeoffset,unitdischargelocation,unitdischargestatus,uniquepid',
    // one hospital stay with two unit stays, 26 hours apart; then, by the number of its stay, a second one in which she dies
    '101,11,Female,> 89,Caucasian,7,1,"Sepsis, pulmonary",160,22:00:00,-120,Emergency Department,2014,20:00:00,5640,Home,Alive,MICU,00:00:00,Emergency Department,1,admit,60,62,01:00:00,1500,Floor,Alive,001-1',
    '102,11,Female,> 89,Caucasian,7,1,,1.6,22:00:00,-1680,Emergency Department,2014,20:00:00,4080,Home,Alive,MICU,02:00:00,Floor,2,readmit,,,22:00:00,1200,Home,Alive,001-1',
    '103,10,Female,> 89,Hispanic,7,1,CHF,,08:00:00,-60,Floor,2014,10:00:00,2940,Death,Expired,MICU,09:00:00,Floor,1,admit,58,,10:00:00,2940,Death,Expired,001-1',
    // the unit admission comes before the hospital’s, and the unit discharge after the hospital’s
    '201,20,Male,54,,8,2,CABG,180,12:00:00,30,,2015,12:30:00,1470,Home,Alive,CSICU,11:30:00,Operating Room,1,admit,80,,12:00:00,1500,Home,Alive,001-2',
    '301,30,,,,9,3,,,10:00:00,0,,2015,11:00:00,60,,,SICU,10:00:00,,1,admit,,,11:00:00,60,,,001-3',
  ],
  'hospital.csv': [
    'hospitalid,numbedscategory,teachingstatus,region',
    '7,<100,FALSE,Midwest',
    '8,,FALSE,South',
  ],
  'diagnosis.csv': [
    'diagnosisid,patientunitstayid,activeupondischarge,diagnosisoffset,diagnosisstring,icd9code,diagnosispriority',
    '1,101,True,30,pulmonary|pneumonia,"486, J18.9",Major',
    '2,101,True,60,sepsis|with organ failure,"038.9, 584.9, R65.20, N17.9",Primary',
    '3,101,True,60,neurologic|depression,311,Other',
    '4,101,True,60,surgery|tracheostomy,31.1,Other',
    '5,101,True,60,endocrine|diabetes,,Other',
    '6,101,True,90,heart|aortocoronary bypass,V45.81,Other',
    '7,201,True,90,renal|injury,584.9,Major',
    '8,999,True,60,nobody,"486, J18.9",Major',
  ],
  'lab.csv': [
    'labid,patientunitstayid,labresultoffset,labtypeid,labname,labresult,labresulttext,labmeasurenamesystem,labmeasurenameinterface,labresultrevisedoffset',
    '1,101,10,1,magnesium,1.5,1.5,mg/dL,meq/L,10',
    '2,101,20,4,CRP,12,12,mg/dL,mg/L,20',
    '3,101,30,4,CRP,12,12,mg/dL,,30',
    '4,101,40,1,ionized calcium,4.4,4.4,mg/dL,mmol/L,40',
    '5,101,50,1,ionized calcium,1.1,1.1,mg/dL,mg/dL,50',
    '6,101,60,7,Temperature,98.6,98.6,&#176;C,,60',
    '7,101,70,7,TV,500,500,mls,L,70',
    '8,101,80,1,sodium,1390,1390,mmol/L,mmol/L,80',
    '9,101,90,4,troponin - I,,<0.02,ng/mL,ng/mL,90',
    '10,101,100,1,unheard of,3,3,mg/dL,mg/dL,100',
    '11,101,110,1,sodium,,,mmol/L,mmol/L,110',
    '12,101,120,7,FiO2,0.4,0.4,%,,120',
  ],
  'vitalPeriodic.csv': [
    'vitalperiodicid,patientunitstayid,observationoffset,temperature,sao2,heartrate,respiration,cvp,etco2,systemicsystolic,systemicdiastolic,systemicmean,pasystolic,padiastolic,pamean,st1,st2,st3,icp',
    '1,101,5,,97,88,,,,120,60,80,,,,0.1,,,',
  ],
  'respiratoryCharting.csv': [
    'respchartid,patientunitstayid,respchartoffset,respchartentryoffset,respcharttypecat,respchartvaluelabel,respchartvalue',
    '1,101,15,15,respFlowSettings,FiO2,50%',
    '2,101,15,15,respFlowCareData,"Inspiratory Pressure, Set",0',
    '3,101,15,15,respFlowCareData,O2 Device,mask',
  ],
  'respiratoryCare.csv': [
    'respcareid,patientunitstayid,respcarestatusoffset,airwaytype,airwaysize,ventstartoffset,ventendoffset,priorventstartoffset,priorventendoffset',
    '1,101,60,Oral ETT,7.5,60,0,0,0',
    '2,101,600,,,60,600,0,0',
    '3,101,900,,,800,0,60,600',
  ],
  'medication.csv': [
    'medicationid,patientunitstayid,drugorderoffset,drugstartoffset,drugivadmixture,drugordercancelled,drugname,drughiclseqno,dosage,routeadmin,frequency,loadingdose,prn,drugstopoffset,gtc',
    '1,101,1,10,No,No,ASPIRIN 81 MG,1820,81 mg,PO,Daily,,No,500,1',
    '2,101,1,10,No,No,ASPIRIN 81 MG,1820,81 mg,PO,Daily,,No,0,1',
    '3,101,1,10,No,Yes,ASPIRIN EC,1820,81 mg,PO,Daily,,No,500,1',
    '4,101,1,10,No,No,,,81 mg,PO,Daily,,No,500,1',
    '5,101,1,10,No,No,home drug,,1 tab,PO,Daily,,No,500,1',
  ],
  'infusiondrug.csv': [
    'infusiondrugid,patientunitstayid,infusionoffset,drugname,drugrate,infusionrate,drugamount,volumeoffluid,patientweight',
    '1,101,10,Norepinephrine (mcg/kg/min),0.1,5,4,250,60',
    '2,101,20,Insulin (units/hr),OFF,,,,',
    '3,101,30,Propofol (),5,,,,',
  ],
  'intakeoutput.csv': [
    'intakeoutputid,patientunitstayid,intakeoutputoffset,intaketotal,outputtotal,dialysistotal,nettotal,intakeoutputentryoffset,cellpath,celllabel,cellvaluenumeric,cellvaluetext',
    '1,101,60,100,250,0,-150,60,flowsheet|Flowsheet Cell Labels|I&O|Output (ml)|Urine,Urine,250,250',
    '2,101,60,100,250,0,-150,60,flowsheet|Flowsheet Cell Labels|I&O|Output (ml)|Urine Count,Urine Count,1,1',
    '3,101,60,100,250,0,-150,60,flowsheet|Flowsheet Cell Labels|I&O|Weight|Bodyweight (lb),Bodyweight (lb),132,132',
    '4,101,60,100,250,0,-150,60,flowsheet|Flowsheet Cell Labels|I&O|Weight|Bodyweight (kg),Bodyweight (kg),60,60',
    '5,101,90,0,0,0,0,90,flowsheet|Flowsheet Cell Labels|I&O|Weight|Bodyweight (lb),Bodyweight (lb),100,100',
  ],
  'apacheApsVar.csv': [
    'apacheapsvarid,patientunitstayid,intubated,vent,dialysis,eyes,motor,verbal,meds,urine,wbc,temperature,respiratoryrate,sodium,heartrate,meanbp,ph,hematocrit,creatinine,albumin,pao2,pco2,bun,glucose,bilirubin,fio2',
    '1,101,0,0,0,4,6,5,0,-1,10,36.5,30,140,110,55,-1,33,1.1,-1,-1,-1,20,150,-1,-1',
    '2,301,0,0,0,4,6,5,0,-1,10,36.5,30,140,110,55,-1,33,1.1,-1,-1,-1,20,150,-1,-1',
  ],
  'apachePatientResult.csv': [
    'apachepatientresultsid,patientunitstayid,physicianspeciality,physicianinterventioncategory,acutephysiologyscore,apachescore,apacheversion,predictedicumortality,actualicumortality,predictediculos,actualiculos,predictedhospitalmortality,actualhospitalmortality,predictedhospitallos,actualhospitallos,preopmi,preopcardiaccath,ptcawithin24h,unabridgedunitlos,unabridgedhosplos,actualventdays,predventdays,unabridgedactualventdays',
    '1,101,x,Unknown,40,60,IVa,0.1,ALIVE,3,1.04,0.2,ALIVE,8,3.9,0,0,0,1,3.9,,-1,',
  ],
  'physicalexam.csv': [
    'physicalexamid,patientunitstayid,physicalexamoffset,physicalexampath,physicalexamvalue,physicalexamtext',
    '1,101,5,notes/Progress Notes/Physical Exam/Physical Exam/Neurologic/GCS/Motor Score/6,6,6',
    '2,101,5,notes/Progress Notes/Physical Exam/Physical Exam/Neurologic/GCS/15,15,15',
    '3,101,5,notes/Progress Notes/Physical Exam/Physical Exam Obtain Options/Performed - Structured,Performed - Structured,Performed - Structured',
    '4,101,5,notes/Progress Notes/Physical Exam/Physical Exam/Constitutional/Vital Sign and Physiological Data/HR/HR Current,HR Current,88',
    '5,101,5,notes/Progress Notes/Physical Exam/Physical Exam/Neurologic/GCS/Mental Status/Affect/calm/appropriate,calm/appropriate,calm/appropriate',
  ],
};

/** Writes the made-up eICU into a folder; `but` replaces or (undefined) leaves out files. */
export function writeTinyEicu(
  dir: string,
  but: Readonly<Record<string, readonly string[] | undefined>> = {},
): void {
  mkdirSync(dir, { recursive: true });
  for (const [name, lines] of Object.entries({ ...files, ...but })) {
    if (lines !== undefined) writeFileSync(path.join(dir, name), lines.join('\n') + '\n');
  }
}

/** The lines of one of the files. */
export function tinyEicuFile(name: string): readonly string[] {
  return files[name] ?? [];
}
