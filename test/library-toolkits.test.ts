import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { compileCrew, loadCrew, runCrew, type Tool } from '../src/index.ts';

const CREW = `version: 1
crew: toolkit
goal: Count.
tools:
  mine:
    module: ../tools/mine.ts
    tools:
      count:
        description: Counts the words of a text.
        input: { type: object, required: [text], properties: { text: { type: string } } }
        output: { type: object, required: [words], properties: { words: { type: integer } } }
budget: { calls: 1, tool_calls: 4 }
start: count
phases:
  count: { tool: mine.count, with: { text: one two }, next: inner }
  inner: { crew: inner.sop.yaml, next: done }
  done: { end: success, result: { outer: "{{ count }}", inner: "{{ inner }}" } }
`;
const INNER = `version: 1
sop: inner
start: count
phases:
  count: { tool: mine.count, with: { text: one two three }, next: done }
  done: { end: success, result: "{{ count }}" }
`;
const MODULE = `let calls = 0;
export function count({ text }: { text: string }) {
  calls += 1;
  return { words: text.split(' ').length, calls };
}
`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crew-library-'));
  for (const [name, text] of [
    ['crews/toolkit.crew.yaml', CREW],
    ['crews/inner.sop.yaml', INNER],
    ['tools/mine.ts', MODULE],
  ] as const) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a library run finds the module from where the crew was read; a procedure in a phase shares its thread', async () => {
  const program = await compileCrew(await loadCrew('crews/toolkit.crew.yaml', { cwd: folder }));
  expect(program.folder).toBe(folder);
  const outcome = await runCrew({ program, workspace: folder, allow: ['mine.*'] });
  expect(outcome).toMatchObject({
    outcome: 'success',
    result: { outer: { words: 2, calls: 1 }, inner: { words: 3, calls: 2 } },
  });
  const again = await runCrew({
    path: join(folder, 'crews/toolkit.crew.yaml'),
    workspace: folder,
    allow: ['mine.*'],
  });
  expect(again).toMatchObject({ outcome: 'success', result: { outer: { words: 2, calls: 1 } } });
});

test('a tool of the caller stands in for that of a module, which is never read', async () => {
  const program = await compileCrew(await loadCrew('crews/toolkit.crew.yaml', { cwd: folder }));
  rmSync(join(folder, 'tools'), { recursive: true });
  const spec = { name: 'mine.count', description: 'Counts.', inputSchema: {}, readOnly: true };
  const fake: Tool = { spec, call: async () => ({ words: 7 }) };
  const outcome = await runCrew({ program, workspace: folder, allow: ['mine.*'], tools: [fake] });
  expect(outcome).toMatchObject({ outcome: 'success', result: { outer: { words: 7 }, inner: { words: 7 } } });
});
