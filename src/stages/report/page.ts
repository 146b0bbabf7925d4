import { readFileSync } from 'node:fs';
import { html, trusted, type Html } from './html.js';
import { paletteCss } from './palette.js';

const style = readFileSync(new URL('./report.css', import.meta.url), 'utf8');

/** Lets the reader turn light into dark and back; without it the page follows the system. */
const script = `(()=>{const r=document.documentElement,b=document.getElementById('theme');b.hidden=false;
b.onclick=()=>{const t=r.dataset.theme,d=t?t==='dark':matchMedia('(prefers-color-scheme: dark)').matches;r.dataset.theme=d?'light':'dark'}})()`;

/** An anchor of the navigation. */
export interface Anchor {
  readonly id: string;
  readonly title: string;
}

/** A page that needs nothing but itself. The policy forbids it to load anything. */
export function page(title: string, anchors: readonly Anchor[], body: Html): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
        />
        <meta name="robots" content="noindex" />
        <title>${title}</title>
        <style>
          ${trusted(paletteCss())}
          ${trusted(style)}
        </style>
      </head>
      <body>
        <a class="skip" href="#main">To the content</a>
        <nav aria-label="Sections">
          <span class="brand">Anamnesis</span>
          <ul>
            ${anchors.map((a) => html`<li><a href="#${a.id}">${a.title}</a></li>`)}
          </ul>
          <button id="theme" type="button" hidden title="Light or dark" aria-label="Light or dark">
            <span aria-hidden="true">◐</span>
          </button>
        </nav>
        <main id="main">${body}</main>
        <footer>
          <p>
            Made by Anamnesis. Every figure of this page stands unrounded in <code>report.json</code> beside
            it.
          </p>
        </footer>
        <script>
          ${trusted(script)};
        </script>
      </body>
    </html> `.toString();
}
