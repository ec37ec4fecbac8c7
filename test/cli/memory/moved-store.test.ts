import { existsSync, mkdtempSync, renameSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openRunMemory } from '../../../src/cli/memory/run-memory.ts';
import { openLanceStore } from '../../../src/stores/lancedb/open-lance-store.ts';
import { compileText } from '../../runtime/run-crew.ts';

const CREW = `memory: {}
roles: { keeper: { goal: Keep., memory: true } }
start: keep
phases:
  keep: { role: keeper, task: Keep., next: done }
  done: { end: success }
`;

test('a run whose store was moved away says so, and makes no empty one in its place', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'crewfile-moved-'));
  const place = join(folder, 'memory');
  const made = await openLanceStore({ place, redactedPlace: place, env: {} });
  const store = await made.identity();
  await made.close();
  renameSync(place, join(folder, 'away'));
  const run = openRunMemory({
    ...{ runId: 'mine', program: compileText(CREW), env: {}, onNotice: () => undefined },
    memory: { place, embedder: 'none', store },
  });
  await expect(run.door()).rejects.toThrow(
    `expected the memory ${store} at ${place}, where the run began, found none`,
  );
  expect(existsSync(place)).toBe(false);
  await run.close();
  renameSync(join(folder, 'away'), place);
  await run.door();
  await run.close();
});
