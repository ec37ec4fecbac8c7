import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { crew } from '../e2e/crew-process.ts';

const CREW = `version: 1
crew: pots
goal: Try.
roles: { writer: { goal: Write., budget: { calls: 3 } } }
start: first
phases:
  first: { role: writer, task: Write., budget: { calls: 1 }, max_visits: 2, on_limit: done, next: second }
  second: { role: writer, task: Write., max_visits: 2, on_limit: done, next: first }
  done: { end: success, result: ok }
`;

test('a phase, then a role, holds a run with exit code 4, names its line, and goes on with more', async () => {
  const from = mkdtempSync(join(tmpdir(), 'crew-pots-'));
  writeFileSync(join(from, 'pots.crew.yaml'), CREW);
  const held = await crew(['run', 'pots.crew.yaml', '--model', 'offline', '--json'], { from });
  expect(held.code, held.stderr).toBe(4);
  expect(held.stderr).toContain('`phases.first.budget.calls` is 1');
  const { runId } = JSON.parse(held.stdout);
  const still = await crew(['resume', runId, '--json'], { from });
  expect(still.code).toBe(4);
  const role = await crew(['resume', runId, '--max-calls', '3', '--json'], { from });
  expect(role.code).toBe(4);
  expect(role.stderr).toMatch(
    /the next model call would be number 4; `(roles\.writer\.)?budget\.calls` is 3/,
  );
  const done = await crew(['resume', runId, '--max-calls', '9', '--json'], { from });
  expect(done.code).toBe(0);
  expect(JSON.parse(done.stdout)).toMatchObject({ outcome: 'success', result: 'ok', spend: { calls: 4 } });
});
