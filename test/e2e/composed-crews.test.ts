import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { crew, crewProgram } from './crew-process.ts';

const INNER = `version: 1
crew: sign
goal: Have a person sign.
inputs: { text: { type: string } }
start: ask
phases:
  ask: { human: "Sign?\\n\\n{{ inputs.text }}", choices: [sign, refuse], next: done }
  done: { end: success, result: { said: "{{ ask.choice }}" } }
`;

function outer(): string {
  const args = JSON.stringify([crewProgram(), 'serve', 'inner.crew.yaml']);
  return `version: 1
crew: outer
goal: Let another crew sign.
roles: { writer: { goal: Write. } }
tools:
  inner: { mcp: { command: ${JSON.stringify(process.execPath)}, args: ${args} } }
budget: { calls: 8, tool_calls: 8 }
start: draft
phases:
  draft: { role: writer, task: Write., next: sign }
  sign: { tool: inner.sign, with: { text: "{{ draft }}" }, next: done, on_error: told }
  done: { end: success, result: "{{ sign.result.said }}" }
  told: { end: failure, result: "{{ run.error.message }}" }
`;
}

/** Both runs are in the one journal of the workspace. */
async function runs(folder: string) {
  const { stdout } = await crew(['ps', '--json'], { from: folder });
  const rows = (
    JSON.parse(stdout) as { readonly runs: readonly { runId: string; crew: string; status: string }[] }
  ).runs;
  return new Map(rows.map(row => [row.crew, row]));
}

test('a crew calls a crew that asks a person: both are in one journal, and the inner one waits for its answer', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'crew-composed-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'inner.crew.yaml'), INNER);
  writeFileSync(join(folder, 'outer.crew.yaml'), outer());
  const from = { from: folder, env: { HOME: folder } };
  const accepted = await crew(['tools', 'accept', 'outer.crew.yaml', '--yes'], from);
  expect(accepted.code, accepted.stderr).toBe(0);
  const flags = ['--trust', '--allow', 'inner.sign', '--model', 'offline', '--no-input'];
  const first = await crew(['run', 'outer.crew.yaml', ...flags], from);
  expect(first.code).toBe(1);
  const waiting = await runs(folder);
  expect(waiting.get('sign')).toMatchObject({ status: 'open' });
  const inner = waiting.get('sign')?.runId ?? '';
  expect(first.stdout).toContain(`run ${inner} waits`);
  expect(first.stdout).toContain(`crew answer ${inner} --question`);
  const answered = await crew(['answer', inner, 'sign'], from);
  expect(answered.code, answered.stderr).toBe(0);
  expect(answered.stdout).toContain('sign');
  expect((await runs(folder)).get('sign')).toMatchObject({ status: 'success' });
});
