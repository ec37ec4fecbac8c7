import { existsSync, mkdirSync, mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { libraryTerminal } from '../../../src/cli/library-terminal.ts';
import { lookBefore } from '../../../src/cli/memory/look-before.ts';
import type { MemoryBlock } from '../../../src/model/memory.ts';
import { recallsBefore } from '../../../src/runtime/render-calls.ts';
import { openLanceStore } from '../../../src/stores/lancedb/open-lance-store.ts';
import { compileText } from '../../runtime/run-crew.ts';

const CREW = `memory: { embedder: none, blocks: { taste: { value: None., level: user }, house: { value: Quiet., level: crew } } }
roles: { keeper: { goal: Keep., memory: true } }
start: keep
phases:
  keep: { role: keeper, task: Keep., next: done }
  done: { end: success }
`;

const BY = { runId: '', phase: '', role: '', key: '', author: 'person' } as const;
const TASTE: MemoryBlock = {
  ...{ scope: 'user', label: 'taste', value: 'Salty.', limit: 2000, description: '', readOnly: false },
  ...{ version: 1, trust: 3, updatedAt: 0, updatedBy: BY },
};

function look(workspace: string, home: string) {
  const program = compileText(CREW);
  const terminal = libraryTerminal(workspace, { HOME: home });
  const at = { path: 'keep', inputs: {}, artifacts: {}, locals: {}, models: {}, terms: {} };
  return lookBefore(program, recallsBefore({ program, ...at }), { values: {}, terminal });
}

test('what is one person’s own is seen where the project has no memory yet, and none is made', async () => {
  const [workspace = '', home = ''] = ['work', 'home'].map(name =>
    mkdtempSync(join(tmpdir(), `crewfile-${name}-`)),
  );
  const own = join(home, '.config/crew/memory');
  const store = await openLanceStore({ place: own, redactedPlace: own, env: {} });
  await store.putBlock(TASTE, 0);
  await store.close();
  const seen = await look(workspace, home);
  const blocks = seen?.recalled.get('keep')?.roles.flatMap(one => one.blocks);
  expect(seen?.state).toBe('new');
  expect(blocks?.map(({ label, value, version }) => ({ label, value, version }))).toEqual([
    { label: 'taste', value: 'Salty.', version: 1 },
    { label: 'house', value: 'Quiet.', version: 0 },
  ]);
  expect(existsSync(join(workspace, '.crew/memory'))).toBe(false);
});

test('an empty folder is no memory, and stays empty', async () => {
  const [workspace = '', home = ''] = ['work', 'home'].map(name =>
    mkdtempSync(join(tmpdir(), `crewfile-${name}-`)),
  );
  const places = [join(workspace, '.crew/memory'), join(home, '.config/crew/memory')];
  for (const place of places) mkdirSync(place, { recursive: true });
  expect((await look(workspace, home))?.state).toBe('new');
  expect(places.flatMap(place => readdirSync(place))).toEqual([]);
});
