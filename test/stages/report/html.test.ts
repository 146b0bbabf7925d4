import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { html, trusted } from '../../../src/stages/report/html.js';
import { parse } from './parse.js';

describe('html', () => {
  it('escapes text and attribute values, and leaves nested markup alone', () => {
    const name = `"><script>alert('x')</script>`;
    const inner = html`<b title="${name}">${name}</b>`;
    const escaped = '&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;';
    expect(html`<p>${inner}</p>`.toString()).toBe(`<p><b title="${escaped}">${escaped}</b></p>`);
  });

  it('joins lists and drops null, undefined and false, but not 0', () => {
    expect(html`${['a', trusted('<i></i>'), null, ['<']]}${false}${undefined}${0}`.toString()).toBe(
      'a<i></i>&lt;0',
    );
  });

  it('any text comes back from a parser as it went in (control characters apart)', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii' }), (text) => {
        const markup = html`<p title="${text}">${text}</p>`.toString();
        const p = parse(`<html><body>${markup}</body></html>`).querySelector('p')!;
        const shown = text.replace(/[^\P{Cc}\t\n]/gu, '\uFFFD');
        expect(p.childElementCount).toBe(0);
        expect(p.textContent).toBe(shown);
        expect(p.getAttribute('title')).toBe(shown);
      }),
    );
  });
});
