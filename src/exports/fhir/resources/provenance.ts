import type { PatientScope } from '../scope.js';
import { fixedConcept } from '../text/codes.js';
import { derivedId } from '../text/derived-id.js';
import { quote } from '../text/json.js';
import { hl7 } from '../text/systems.js';
import { timeText } from '../text/time.js';

const author = fixedConcept(hl7('provenance-participant-type'), 'author', 'Author');
const create = fixedConcept(hl7('v3-DataOperation'), 'CREATE', 'create').slice(0, -1);

/** US Core wants to know for whom a device acts (provenance-1). */
const user = '{"display":"Who ran the program"}';

/** Says of everything in the record that a program made it, how, and from which seed. */
export function writeProvenance(scope: PatientScope): void {
  const { generation, seed, recordedTime } = scope.facts;
  const id = derivedId(scope.record.person.id, 'provenance');
  const how = `${generation} synthetic record ${scope.record.index} of seed ${seed}`;
  scope.sink.add(
    'Provenance',
    id,
    scope.heads.of('Provenance', 'us-core-provenance', id) +
      `,"target":[${scope.targets}],"recorded":"${timeText(recordedTime)}","activity":${create},"text":${quote(how)}}` +
      `,"agent":[{"type":${author},"who":${scope.shared.software.reference},"onBehalfOf":${user}}]}`,
  );
}
