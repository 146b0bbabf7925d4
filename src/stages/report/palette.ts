/** The colours of the page. Real is blue and synthetic vermilion (told apart by every kind of colour vision). */
export interface Palette {
  readonly paper: string;
  readonly card: string;
  readonly ink: string;
  readonly faint: string;
  readonly line: string;
  readonly link: string;
  readonly real: string;
  readonly synthetic: string;
  readonly 'other-1': string;
  readonly 'other-2': string;
  readonly 'other-3': string;
  readonly good: string;
  readonly care: string;
  readonly bad: string;
  readonly unknown: string;
  /** Ends of the scale of associations; 0 is the card's own colour. */
  readonly above: string;
  readonly below: string;
}

export const light: Palette = {
  paper: '#faf8f4',
  card: '#ffffff',
  ink: '#1f2429',
  faint: '#5b636c',
  line: '#dcd7cd',
  link: '#0b5394',
  real: '#0b62a4',
  synthetic: '#b84a08',
  'other-1': '#7a3b93',
  'other-2': '#4d6b12',
  'other-3': '#6b5b4d',
  good: '#0a6b4f',
  care: '#8a5a00',
  bad: '#a81e3c',
  unknown: '#5b636c',
  above: '#01665e',
  below: '#8c510a',
};

export const dark: Palette = {
  paper: '#15181c',
  card: '#1d2126',
  ink: '#e9e6e0',
  faint: '#a5adb6',
  line: '#363c44',
  link: '#8fc1f0',
  real: '#6db3f2',
  synthetic: '#f0935a',
  'other-1': '#c9a0dc',
  'other-2': '#b5cf6b',
  'other-3': '#c9b8a6',
  good: '#5fcfa5',
  care: '#e8b84a',
  bad: '#f58a9f',
  unknown: '#a5adb6',
  above: '#5ad0c0',
  below: '#e0a552',
};

/** The custom properties of both schemes: the system's by default, the reader's choice over it, light on paper. */
export function paletteCss(): string {
  return [
    `:root{color-scheme:light;${properties(light)}}`,
    `@media (prefers-color-scheme:dark){:root:not([data-theme=light]){color-scheme:dark;${properties(dark)}}}`,
    `:root[data-theme=dark]{color-scheme:dark;${properties(dark)}}`,
    `@media print{:root,:root[data-theme],:root:not([data-theme=light]){color-scheme:light;${properties(light)}}}`,
  ].join('\n');
}

function properties(palette: Palette): string {
  return Object.entries(palette)
    .map(([name, value]) => `--${name}:${String(value)}`)
    .join(';');
}
