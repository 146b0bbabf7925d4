import type { Report } from '../document.js';
import { html } from './html.js';
import { page } from './page.js';
import { answer } from './sections/answer.js';
import { checks } from './sections/checks.js';
import { fidelity } from './sections/fidelity.js';
import { made } from './sections/made.js';
import { privacy } from './sections/privacy.js';
import { training } from './sections/training.js';
import { trilemma } from './sections/trilemma.js';
import { utility } from './sections/utility.js';
import { words } from './sections/words.js';

/**
 * Draws a report document as one HTML page that loads nothing: no network, no other file. Equal documents give equal bytes.
 * The page leaves out nothing of the verdict and judges nothing by itself.
 */
export function renderReport(report: Report): string {
  const compared = report.comparison.length > 1 ? [{ id: 'compared', title: 'Compared' }] : [];
  const summed = trilemma(report);
  const attacked = privacy(report);
  const trained = training(report);
  const anchors = [
    { id: 'answer', title: 'Answer' },
    ...(summed === null ? [] : [{ id: 'trilemma', title: 'In short' }]),
    ...compared,
    { id: 'utility', title: 'Models' },
    { id: 'fidelity', title: 'Likeness' },
    ...(attacked === null ? [] : [{ id: 'privacy', title: 'Privacy' }]),
    { id: 'checks', title: 'Checks' },
    ...(trained === null ? [] : [{ id: 'training', title: 'Training' }]),
    { id: 'made', title: 'How it was made' },
    { id: 'words', title: 'Words' },
  ];
  return page(
    `${report.meta.title} · Anamnesis report`,
    anchors,
    html`${answer(report, summed)}${utility(report)}${fidelity(report)}${attacked}${checks(report)}${trained}${made(report)}${words(report)}`,
  );
}
