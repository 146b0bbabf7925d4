import type { StageEvent } from '../pipeline/index.js';
import type { Output } from './output.js';

/** Tells each stage of a run in a line. */
export function stageTeller(output: Output): (event: StageEvent) => void {
  return ({ state, title }) => {
    if (state === 'started') output.info(`· ${title}`);
    if (state === 'reused') output.info(`✓ ${title} (unchanged, reused)`);
  };
}
