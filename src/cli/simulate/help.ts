/** What `anamnesis simulate --help` says after the options. */
export const simulateHelp = `
Start here:
  anamnesis simulate -p 100 -o out/                       100 living people as FHIR bundles, one file each
  anamnesis simulate -p 100 --format csv,omop -o tables/  the same people as tables
  anamnesis modules list                                  what they can fall ill with

A cohort on demand:
  anamnesis simulate -p 500 --only 'diabetes and age > 65' -o diabetics/
    names are conditions, drugs, procedures and allergies of the modules ('heart failure', metformin, SNOMED//44054006),
    age, sex, race, ethnicity, alive, dead, or last values (hba1c > 9, bmi >= 30, LOINC//2160-0 > 2);
    joined by and, or, not and parentheses. Exactly -p patients; the number of lives tried is reported.
  anamnesis simulate -p 1000 --like stores/mimic --format cohort -o twin/
  anamnesis simulate -p 200 --age 65+ --state TX --race black=1 --payers medicaid=1 -o texas/

Data as they come in practice, with the truth beside them:
  anamnesis simulate -p 100 --missing mar=0.15,categories=laboratory --dirty 0.01 --truth --format csv -o dirty/
    --missing  a rate (completely at random), or mcar=, mar= (by age and place), mnar= (by the value) with
               values=abnormal|normal|high|low, oddsRatio=3, leave=absent|dropped, codes=A+B, categories=laboratory+vital-signs
    --dirty    a rate (each kind), or unit-mix-up=, transposed-digits=, duplicate=, shifted-date= with days=30, codes=, categories=

One patient again, byte for byte (the same options, and the position, record number or id):
  anamnesis simulate -p 100 --patient 10000008 -o one/

Every command also takes --workers <n>, --json (the result for programs) and --quiet.
Exit codes: 0 done, 2 an option, a blueprint or a folder is at fault, 3 the modules are, 130 interrupted.
More: docs/simulate.md`;
