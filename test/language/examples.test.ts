import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createMachine, initialTransition } from 'xstate';
import { compileCrew } from '../../src/compiler/compile-crew.ts';
import { loadCrew } from '../../src/language/load-crew.ts';
import { loadSop } from '../../src/language/load-sop.ts';
import { PHASE_KINDS } from '../../src/language/phase-kinds.ts';
import { BUILTIN_CATALOG } from '../../src/tools/catalog.ts';

const root = new URL('../../', import.meta.url);
const folders = ['examples/08-software-company', 'examples/09-phase-kinds'];

function listFiles(suffix: string): readonly string[] {
  const files = folders.flatMap(folder =>
    readdirSync(new URL(folder, root)).map(name => `${folder}/${name}`),
  );
  return files.filter(name => name.endsWith(suffix));
}

function readSource(path: string): string | undefined {
  const file = new URL(path, root);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

function load(path: string) {
  return loadCrew({ path, readSource, catalog: BUILTIN_CATALOG });
}

describe('an example crew', () => {
  test.each(listFiles('.crew.yaml'))('%s has no mistakes, and its machine starts in a plain XState', path => {
    const { crew, sourceMap, diagnostics } = load(path);
    expect(diagnostics).toEqual([]);
    if (crew === undefined) throw new Error('there is no crew');
    const { machine } = compileCrew(crew, { sourceMap, catalog: BUILTIN_CATALOG });
    const guard = (): boolean => true;
    const guards = Object.fromEntries(
      ['when', 'visit-left', 'turns-left', 'delegations-left', 'news'].map(name => [name, guard]),
    );
    const plain = createMachine(JSON.parse(JSON.stringify(machine)), { guards } as never);
    expect(initialTransition(plain)[0].status).toBe('active');
  });

  test.each(listFiles('.sop.yaml'))('the procedure %s has no mistakes', path => {
    expect(loadSop({ path, readSource, catalog: BUILTIN_CATALOG }).diagnostics).toEqual([]);
  });
});

test('the cookbook has a crew for each kind of phase', () => {
  const names = listFiles('.crew.yaml').map(path => path.split('/').at(-1)?.replace('.crew.yaml', ''));
  expect(names).toEqual(expect.arrayContaining(PHASE_KINDS.filter(kind => kind !== 'end')));
});

test('the software company takes at most 120 lines', () => {
  const files = ['crew', 'sop'].map(kind => readSource(`${folders[0]}/software-company.${kind}.yaml`) ?? '');
  const lines = files.flatMap(text => text.trimEnd().split('\n'));
  expect(lines.length).toBeLessThanOrEqual(120);
  expect(Math.max(...lines.map(line => line.length))).toBeLessThanOrEqual(120);
});
