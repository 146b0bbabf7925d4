import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Rng, UserError } from '../../../src/core/index.js';
import { synthesizerById } from '../../../src/synthesizers/index.js';
import type { RelatedModel } from '../../../src/synthesizers/relations/index.js';
import {
  findRelations,
  fitWithRelations,
  loadWithRelations,
  relationText,
} from '../../../src/synthesizers/relations/index.js';
import type { Cell, ColumnKind, ColumnSchema, Row, Table } from '../../../src/table/index.js';
import { tableFromRows } from '../../../src/table/index.js';
import { testContext } from '../../support/context.js';

function schemasOf(kinds: Record<string, ColumnKind>, labels: readonly string[] = []): ColumnSchema[] {
  return Object.entries(kinds).map(([name, kind]) => ({
    name,
    kind,
    role: labels.includes(name) ? 'label' : 'feature',
    missing: true,
  }));
}
const words = (table: Table): string[] => findRelations(table).relations.map(relationText);

const kinds: Record<string, ColumnKind> = {
  level: 'categorical',
  years: 'count',
  celsius: 'continuous',
  fahrenheit: 'continuous',
  inpatient: 'count',
  outpatient: 'count',
  visits: 'count',
  site: 'categorical',
  code: 'categorical',
  parent: 'categorical',
  free: 'continuous',
};

/** Every kind of relation, with the pair of level and years also missing together. */
function related(n: number): Table {
  const rng = Rng.create(3);
  const levels = ['none', 'primary', 'secondary', 'tertiary'];
  const codes = ['A1', 'A2', 'B1', 'B2', 'B3', 'C1'];
  const rows = Array.from({ length: n }, (): Record<string, Cell> => {
    const level = rng.int(5);
    const t = 35 + 5 * rng.next();
    const inpatient = rng.int(6);
    const outpatient = rng.int(9);
    const code = codes[rng.int(6)]!;
    return {
      level: level === 4 ? null : levels[level]!,
      years: level === 4 ? null : [0, 6, 10, 16][level]!,
      celsius: Math.round(t * 10) / 10,
      // rounded by itself, as an instrument with two displays does
      fahrenheit: Math.round((32 + 1.8 * t) * 10) / 10,
      inpatient,
      outpatient,
      visits: inpatient + outpatient,
      site: 'north',
      code,
      parent: code[0]!,
      free: Math.round(rng.normal() * 100) / 100,
    };
  });
  return tableFromRows(schemasOf(kinds), rows);
}

describe('finding relations', () => {
  it('finds each planted one, and none besides', () => {
    const found = words(related(2000));
    expect(found.filter((text) => !/fahrenheit|celsius/.test(text))).toEqual([
      'site is the same in every row',
      'level follows from years',
      'parent follows from code',
      'visits = inpatient + outpatient',
    ]);
    expect(found.filter((text) => /fahrenheit|celsius/.test(text))).toHaveLength(1);
  });

  it('one row that breaks a rule is enough against it', () => {
    const table = related(2000);
    const rows = Array.from({ length: table.rows }, (_, i): Row =>
      Object.fromEntries(table.schema.map((s) => [s.name, table.cell(s.name, i)])),
    );
    rows[77] = {
      ...rows[77]!,
      years: 3,
      level: 'none',
      visits: 99,
      site: 'south',
      parent: 'Z',
      fahrenheit: 0,
    };
    const broken = tableFromRows(
      table.schema.map((s) => ({ ...s, categories: undefined })),
      rows,
    );
    // three years are rare: that value alone is left out, and 'level' still follows
    expect(words(broken)).toEqual(['level follows from years']);
  });

  it('independent columns, small tables and columns of many values give none', () => {
    const rng = Rng.create(9);
    const many = Array.from({ length: 3000 }, (_, i): Record<string, Cell> => ({
      a: String(rng.int(3)),
      b: String(rng.int(2)),
      almost: rng.next() < 0.999 ? 'no' : 'yes',
      key: `k${i % 1500}`,
      group: `g${(i % 500) % 7}`,
      x: rng.int(400),
    }));
    const columns = schemasOf({
      a: 'categorical',
      b: 'binary',
      almost: 'binary',
      key: 'categorical',
      group: 'categorical',
      x: 'count',
    });
    expect(words(tableFromRows(columns, many))).toEqual([]);
    expect(words(related(99))).toEqual([]);
  });

  it('property of chance: in a hundred random small tables none is found', () => {
    for (let seed = 0; seed < 100; seed++) {
      const rng = Rng.create(seed);
      const rows = Array.from({ length: 120 }, (): Record<string, Cell> => ({
        a: String(rng.int(10)),
        b: rng.next() < 0.9 ? 'n' : 'y',
        c: rng.int(3),
        d: rng.int(5),
        e: rng.int(8),
      }));
      expect(
        words(
          tableFromRows(
            schemasOf({ a: 'categorical', b: 'binary', c: 'count', d: 'count', e: 'count' }),
            rows,
          ),
        ),
      ).toEqual([]);
    }
  });

  it('a label is never determined; what follows from it is', () => {
    const table = related(1000);
    const labelled = tableFromRows(
      schemasOf(kinds, ['level']).map((s) => ({ ...s })),
      Array.from({ length: table.rows }, (_, i) =>
        Object.fromEntries(table.schema.map((s) => [s.name, table.cell(s.name, i)])),
      ),
    );
    expect(words(labelled)).toContain('years follows from level');
  });

  it('a pair held by fewer than five rows gets no entry', () => {
    const rows = Array.from({ length: 1000 }, (_, i): Record<string, Cell> => {
      const rare = i < 3;
      return { code: rare ? 'rare' : `c${i % 6}`, parent: rare ? 'secret' : `p${i % 3}` };
    });
    const { relations } = findRelations(
      tableFromRows(schemasOf({ code: 'categorical', parent: 'categorical' }), rows),
    );
    expect(JSON.stringify(relations)).toContain('"c1"');
    expect(JSON.stringify(relations)).not.toMatch(/rare|secret/);
  });
});

describe.each(['cart', 'copula'])('a model of %s with relations', (id) => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'anamnesis-relations-'));
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const table = related(1500);
  const { relations, schema } = findRelations(table);
  let model: RelatedModel;
  beforeAll(async () => {
    const synthesizer = synthesizerById(id);
    const fitted = await fitWithRelations(synthesizer, table, {
      relations: { relations, schema },
      options: synthesizer.compile({}),
      context: testContext(),
    });
    await fitted.save(folder);
    model = await loadWithRelations(synthesizer, folder);
  });
  const draw = (n: number, given?: Record<string, Cell>): Promise<Table> =>
    model.sample(n, { given, rng: Rng.create(5) }, testContext());

  it('breaks none of them in 5,000 rows, and keeps the order of columns', async () => {
    const drawn = await draw(5000);
    expect(drawn.schema.map((s) => s.name)).toEqual(Object.keys(kinds));
    const years: Record<string, number> = { none: 0, primary: 6, secondary: 10, tertiary: 16 };
    for (let i = 0; i < drawn.rows; i++) {
      const cell = (name: string): Cell => drawn.cell(name, i);
      expect(cell('years')).toBe(cell('level') === null ? null : years[String(cell('level'))]);
      expect(cell('visits')).toBe(Number(cell('inpatient')) + Number(cell('outpatient')));
      expect(cell('site')).toBe('north');
      expect(cell('parent')).toBe(String(cell('code'))[0]);
      expect(Math.abs(Number(cell('fahrenheit')) - 32 - 1.8 * Number(cell('celsius')))).toBeLessThanOrEqual(
        0.15,
      );
    }
  });

  it('streams the rows that it samples', async () => {
    const parts: Table[] = [];
    for await (const block of model.stream(9000, { rng: Rng.create(5) }, testContext())) parts.push(block);
    const whole = await draw(9000);
    expect(parts.reduce((sum, part) => sum + part.rows, 0)).toBe(9000);
    expect(parts[0]!.cell('free', 0)).toBe(whole.cell('free', 0));
    expect(parts.at(-1)!.cell('visits', parts.at(-1)!.rows - 1)).toBe(whole.cell('visits', 8999));
  });

  it('takes determined columns as given, and turns relations round', async () => {
    const all = async (name: string, value: Cell): Promise<void> => {
      const drawn = await draw(60, { [name]: value });
      expect(new Set(Array.from({ length: 60 }, (_, i) => drawn.cell(name, i)))).toEqual(new Set([value]));
    };
    await all('level', 'tertiary');
    await all('years', 10);
    await all('site', 'north');
    await all('parent', 'B');
    const codes = await draw(200, { parent: 'B' });
    expect(new Set(Array.from({ length: 200 }, (_, i) => codes.cell('code', i)))).toEqual(
      new Set(['B1', 'B2', 'B3']),
    );
  });

  it('explains what cannot be given', async () => {
    for (const [given, code] of [
      [{ level: 'tertiary', years: 6 }, 'GIVEN_IMPOSSIBLE'],
      [{ site: 'south' }, 'GIVEN_IMPOSSIBLE'],
      [{ parent: 'Q' }, 'GIVEN_IMPOSSIBLE'],
      [{ visits: 3 }, 'GIVEN_DETERMINED'],
    ] as const) {
      const error = await draw(5, given).catch((e: unknown) => e);
      expect(error).toBeInstanceOf(UserError);
      expect((error as UserError).code).toBe(code);
    }
  });
});
