import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { crew, reviewCrew } from '../e2e/crew-process.ts';

const LOOP = `version: 1
crew: loop
goal: Go round.
roles: { writer: { goal: Write. } }
start: draft
phases:
  draft: { role: writer, task: Write., max_visits: 3, on_limit: lost, next: judge }
  judge:
    role: writer
    task: "Judge {{ draft }}"
    output: { type: object, required: [ok], properties: { ok: { type: boolean } } }
    next: [{ when: judge.ok, to: done }, { to: draft }]
  done: { end: success, result: "{{ draft }}" }
  lost: { end: failure }
`;

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'crew-plan-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

describe('crew plan', () => {
  test('shows the bound of every phase and of the run, and why', async () => {
    const from = folderWith({ 'loop.crew.yaml': LOOP });
    const { code, stdout } = await crew(['plan', 'loop.crew.yaml'], { from });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^draft +3 +9 +0/m);
    expect(stdout).toMatch(/^at most +18 +0/m);
    expect(stdout).toContain('draft: 3 visits: `max_visits`');
    expect(stdout).toContain('judge: 3 visits: `max_visits` of the phases on its cycle');
  });

  test('needs no key, takes the model as a run would, and says what it costs', async () => {
    const from = folderWith({ 'loop.crew.yaml': LOOP });
    const flags = ['--model', 'anthropic:claude-haiku-4-5', '--json'];
    const { stdout } = await crew(['plan', 'loop.crew.yaml', ...flags], { from });
    const plan = JSON.parse(stdout);
    expect(plan.models).toMatchObject([
      { use: 'anthropic:claude-haiku-4-5', contextTokens: 200_000, priceKnown: true },
    ]);
    expect(plan.total.outputTokens).toBe(42 * 8_192);
    expect(plan.total.costMicroUsd).toBeGreaterThan(0);
    const more = await crew(['plan', 'loop.crew.yaml', ...flags, '--answer-tokens', '10k'], { from });
    expect(JSON.parse(more.stdout).total.outputTokens).toBe(42 * 10_000);
  });

  test('says which window the author declares, and counts with none', async () => {
    const models = 'models: { default: { use: "openai:my-model", context: 8k } }\n';
    const from = folderWith({ 'loop.crew.yaml': LOOP.replace('roles:', `${models}roles:`) });
    const { stdout } = await crew(['plan', 'loop.crew.yaml'], { from });
    expect(stdout).toContain('context window unknown, 8,000 as declared');
    const json = await crew(['plan', 'loop.crew.yaml', '--json'], { from });
    expect(JSON.parse(json.stdout).models[0]).toMatchObject({
      contextTokens: null,
      declaredContextTokens: 8_000,
    });
  });

  test('says that a price is not known', async () => {
    const from = folderWith({ 'loop.crew.yaml': LOOP });
    const { stdout } = await crew(['plan', 'loop.crew.yaml', '--model', 'openai:my-model'], { from });
    expect(stdout).toMatch(/^at most .* unknown /m);
    expect(stdout).toContain('the price of its model is not known');
  });

  test('walks with stubs, and stops where there is none', async () => {
    const stubs =
      'version: 1\nartifacts: { draft: a text }\nvisits:\n  judge: [{ artifact: { ok: false } }, { artifact: { ok: true } }]\n';
    const from = folderWith({ 'loop.crew.yaml': LOOP, 'stubs.yaml': stubs, 'few.yaml': 'version: 1\n' });
    const walked = await crew(['plan', 'loop.crew.yaml', '--stubs', 'stubs.yaml'], { from });
    expect(walked.code).toBe(0);
    expect(walked.stdout.match(/^\d+\. +(\w+)/gm)?.map(line => line.replace(/^\d+\. +/, ''))).toEqual([
      'draft',
      'judge',
      'draft',
      'judge',
      'done',
    ]);
    const stopped = await crew(['plan', 'loop.crew.yaml', '--stubs', 'few.yaml'], { from });
    expect(stopped.code).toBe(1);
    expect(stopped.stdout).toContain('The walk stops at draft');
  });

  test('a stub for a phase that does not exist is refused', async () => {
    const from = folderWith({
      'loop.crew.yaml': LOOP,
      'stubs.yaml': 'version: 1\nartifacts: { jugde: {} }\n',
    });
    const { code, stderr } = await crew(['plan', 'loop.crew.yaml', '--stubs', 'stubs.yaml'], { from });
    expect(code).toBe(2);
    expect(stderr).toContain('did you mean `judge`');
  });

  test('counts what a crew in a phase does, with its own tools', async () => {
    const inner =
      'version: 1\ncrew: inner\ngoal: g\nroles: { reader: { goal: Read., tools: [own] } }\ntools: { own: builtin:files }\nstart: read\nphases:\n  read: { role: reader, task: Read., max_turns: 2, next: done }\n  done: { end: success }\n';
    const outer =
      'version: 1\ncrew: outer\ngoal: g\nstart: sub\nphases:\n  sub: { crew: inner.crew.yaml, max_visits: 2, on_limit: done, next: [{ when: visit == 5, to: done }, { to: sub }] }\n  done: { end: success }\n';
    const from = folderWith({ 'inner.crew.yaml': inner, 'outer.crew.yaml': outer });
    const { stdout, stderr } = await crew(['plan', 'outer.crew.yaml', '--json'], { from });
    expect(stderr).not.toContain('error');
    expect(JSON.parse(stdout).total).toMatchObject({
      calls: 2 * 4,
      undisturbedCalls: 2 * 2,
      toolCalls: 2 * 6,
    });
  });

  test('a cycle without a bound is an error that names the place', async () => {
    const from = folderWith({ 'loop.crew.yaml': LOOP.replace('max_visits: 3, on_limit: lost, ', '') });
    const { code, stderr } = await crew(['plan', 'loop.crew.yaml'], { from });
    expect(code).toBe(2);
    expect(stderr).toContain('error[unbounded-cycle]');
    expect(stderr).toContain('loop.crew.yaml:7');
  });
});

describe('a run whose plan lies above its budget', () => {
  const small = LOOP.replace('start:', 'budget: { calls: 17 }\nstart:');

  test('is refused before it exists', async () => {
    const from = folderWith({ 'loop.crew.yaml': small });
    const { code, stderr } = await crew(['run', 'loop.crew.yaml'], { from });
    expect(code).toBe(4);
    expect(stderr).toContain(
      'error[PLAN_OVER_BUDGET]: the run may need up to 18 model calls, `budget.calls` is 17',
    );
    expect(readdirSync(from)).toEqual(['loop.crew.yaml']);
  });

  test('runs when that is allowed, or when the budget fits', async () => {
    const from = folderWith({ 'loop.crew.yaml': small });
    expect((await crew(['run', 'loop.crew.yaml', '--allow-over-plan'], { from })).code).not.toBe(4);
    expect((await crew(['run', 'loop.crew.yaml', '--max-calls', '18'], { from })).code).not.toBe(4);
  });
});

test.each(['offline', 'anthropic:claude-sonnet-4-5', 'openai:gpt-5-mini'])(
  'the shipped code review may be started with %s: its counts lie within its budget',
  async model => {
    const { stdout } = await crew(['plan', reviewCrew(), '--model', model, '--json']);
    const plan = JSON.parse(stdout);
    expect(plan.excess.filter((each: { refused: boolean }) => each.refused)).toEqual([]);
    expect(plan.total.calls).toBeGreaterThan(10);
  },
);
