import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { crew, reviewCrew } from '../e2e/crew-process.ts';

test('crew graph prints XState JSON, Mermaid and SVG, by format or by the ending of the file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'crew-graph-'));
  const machine = JSON.parse((await crew(['graph', reviewCrew()])).stdout);
  expect(machine.initial).toBe('collect');
  expect((await crew(['graph', reviewCrew(), '--format', 'mermaid'])).stdout).toMatch(/^stateDiagram-v2\n/);
  const file = join(folder, 'review.svg');
  expect(await crew(['graph', reviewCrew(), '-o', file])).toMatchObject({ code: 0, stdout: '' });
  expect(readFileSync(file, 'utf8')).toMatch(/^<svg .*[\s\S]*correctness_reviewer[\s\S]*<\/svg>\n$/);
});

test('crew graph says which formats there are', async () => {
  const { code, stderr } = await crew(['graph', reviewCrew(), '--format', 'png']);
  expect(code).toBe(2);
  expect(stderr).toContain('expected one of xstate, mermaid, svg');
});

test.each(['crew', 'sop', 'event', 'review', 'findings', 'judgement', 'script', 'stubs'])(
  'crew schema %s prints a JSON Schema of draft 2020-12',
  async name => {
    const { code, stdout } = await crew(['schema', name]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ $schema: 'https://json-schema.org/draft/2020-12/schema' });
  },
);

test('crew schema lists what there is, and suggests what was meant', async () => {
  expect((await crew(['schema'])).stdout).toMatch(/^sop +Standard operating procedure$/m);
  const { code, stderr } = await crew(['schema', 'crw']);
  expect(code).toBe(2);
  expect(stderr).toContain('`crew`');
});
