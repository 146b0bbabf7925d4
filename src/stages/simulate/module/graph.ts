import { edgesOf } from './transitions.js';
import type { ModuleDefinition } from './types.js';

/** A module as a Mermaid flowchart. */
export function mermaidGraph(module: ModuleDefinition): string {
  const ids = new Map([...module.states.keys()].map((name, i) => [name, `s${i}`]));
  const lines = ['flowchart TD'];
  for (const [name, state] of module.states) {
    const [open, close] = shapeOf(state.type);
    lines.push(`  ${ids.get(name)!}${open}"${quote(name)}<br/><i>${state.type}</i>"${close}`);
  }
  for (const [name, state] of module.states)
    for (const { to, label } of edgesOf(state)) {
      const target = ids.get(to);
      if (target === undefined) continue;
      const text = label === '' ? '' : `|"${quote(shorten(label))}"|`;
      lines.push(`  ${ids.get(name)!} -->${text} ${target}`);
    }
  return `${lines.join('\n')}\n`;
}

function shapeOf(type: string): readonly [string, string] {
  if (type === 'Initial' || type === 'Terminal' || type === 'Death') return ['([', '])'];
  if (type === 'Guard') return ['{{', '}}'];
  if (type === 'anamnesis:Hazard') return ['[\\', '/]'];
  return type === 'Delay' ? ['[/', '/]'] : ['[', ']'];
}

function quote(text: string): string {
  return text.replaceAll('"', '#quot;').replaceAll('<', '#lt;').replaceAll('>', '#gt;');
}

function shorten(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 59)}…`;
}

const box = { width: 190, height: 40, gapX: 30, gapY: 46, margin: 20 } as const;

interface Placed {
  readonly x: number;
  readonly y: number;
}

/** A module as a stand-alone SVG: states in layers from Initial down, ways between them as curves, those that lead back dashed. */
export function svgGraph(module: ModuleDefinition): string {
  const layers = layersOf(module);
  const widest = Math.max(1, ...layers.map((layer) => layer.length));
  const width = 2 * box.margin + widest * (box.width + box.gapX) - box.gapX;
  const height = 2 * box.margin + layers.length * (box.height + box.gapY) - box.gapY + 30;
  const places = new Map<string, Placed>();
  for (const [row, layer] of layers.entries()) {
    const left = (width - (layer.length * (box.width + box.gapX) - box.gapX)) / 2;
    for (const [i, name] of layer.entries())
      places.set(name, {
        x: left + i * (box.width + box.gapX),
        y: box.margin + 30 + row * (box.height + box.gapY),
      });
  }
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="11" role="img" aria-label="${escapeXml(module.name)}">`,
    '<defs><marker id="a" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z" fill="#667"/></marker></defs>',
    `<rect width="${width}" height="${height}" fill="#fff"/><text x="${box.margin}" y="24" font-size="15" font-weight="600">${escapeXml(module.name)}</text>`,
  ];
  for (const [name, state] of module.states)
    for (const { to, label } of edgesOf(state)) parts.push(edgeSvg(places.get(name), places.get(to), label));
  for (const [name, state] of module.states) parts.push(boxSvg(name, state.type, places.get(name)));
  parts.push('</svg>');
  return `${parts.filter((part) => part !== '').join('\n')}\n`;
}

/** States by their distance from Initial; those that are never reached come last. */
function layersOf(module: ModuleDefinition): string[][] {
  const depth = new Map<string, number>();
  let layer = module.states.has('Initial') ? ['Initial'] : [];
  const layers: string[][] = [];
  while (layer.length > 0) {
    for (const name of layer) depth.set(name, layers.length);
    layers.push(layer);
    const next = new Set<string>();
    for (const name of layer)
      for (const { to } of edgesOf(module.states.get(name)!))
        if (!depth.has(to) && module.states.has(to)) next.add(to);
    layer = [...next];
  }
  const rest = [...module.states.keys()].filter((name) => !depth.has(name));
  return rest.length > 0 ? [...layers, rest] : layers;
}

const colours: Readonly<Record<string, string>> = {
  Initial: '#dfe',
  Terminal: '#ddd',
  Death: '#fbb',
  Guard: '#fed',
  Delay: '#eef',
  'anamnesis:Hazard': '#fdf1c7',
  'anamnesis:HospitalStay': '#b8dcf5',
  Encounter: '#cfe8ff',
  EncounterEnd: '#cfe8ff',
  ConditionOnset: '#ffe0e8',
  ConditionEnd: '#ffe0e8',
  MedicationOrder: '#e6ffd9',
  MedicationEnd: '#e6ffd9',
};

function boxSvg(name: string, type: string, place: Placed | undefined): string {
  if (place === undefined) return '';
  const label = name.length > 30 ? `${name.slice(0, 29)}…` : name;
  const middle = place.x + box.width / 2;
  return `<g><title>${escapeXml(name)}</title><rect x="${place.x}" y="${place.y}" width="${box.width}" height="${box.height}" rx="6" fill="${colours[type] ?? '#f6f6f6'}" stroke="#99a"/><text x="${middle}" y="${place.y + 17}" text-anchor="middle">${escapeXml(label)}</text><text x="${middle}" y="${place.y + 31}" text-anchor="middle" fill="#667" font-size="9.5">${type}</text></g>`;
}

function edgeSvg(from: Placed | undefined, to: Placed | undefined, label: string): string {
  if (from === undefined || to === undefined) return '';
  const x1 = from.x + box.width / 2;
  const y1 = from.y + box.height;
  const x2 = to.x + box.width / 2;
  const y2 = to.y;
  const back = y2 <= y1;
  const bend = back ? box.width * 0.75 : 0;
  const path = `M${x1} ${y1}C${x1 + bend} ${y1 + 30} ${x2 + bend} ${y2 - 30} ${x2} ${y2}`;
  const dash = back ? ' stroke-dasharray="4 3"' : '';
  const title = label === '' ? '' : `<title>${escapeXml(label)}</title>`;
  return `<path d="${path}" fill="none" stroke="#889"${dash} marker-end="url(#a)">${title}</path>`;
}

function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
