import { expect, test } from 'vitest';
import { openProgress } from '../../src/cli/open-progress.ts';
import { displayWidth } from '../../src/reporters/display-width.ts';
import { createPhaseSpend } from '../../src/reporters/phase-spend.ts';
import { progressLine } from '../../src/reporters/progress-bar.ts';
import { fc } from '../laws.ts';

test('a bar is as full as the work is done, and guesses what is left once it can', () => {
  const line = (done: number, elapsedMs: number) =>
    progressLine({ label: 'testing', done, total: 40, elapsedMs }, 80);
  expect(line(0, 10)).toBe(`testing ${'░'.repeat(24)} 0/40`);
  expect(line(10, 3000)).toBe(`testing ${'█'.repeat(6)}${'░'.repeat(18)} 10/40 · 9.0 s left`);
  expect(line(40, 9000)).toBe(`testing ${'█'.repeat(24)} 40/40`);
});

test('whatever is worked on, the line stays one line, harmless and within the terminal', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      fc.nat(2000),
      fc.nat(1000),
      fc.integer({ min: 1, max: 120 }),
      (at, done, total, columns) => {
        const line = progressLine({ label: 'testing', done, total, elapsedMs: 500, at }, columns);
        expect(displayWidth(line)).toBeLessThanOrEqual(columns);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: controls are what must not be there.
        expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
      },
    ),
  );
});

test('nothing is drawn on a pipe, on a dumb terminal, for --json or --quiet', () => {
  const drawn: string[] = [];
  const terminal = {
    env: {},
    columns: 80,
    stderrIsTerminal: true,
    stderr: (text: string) => drawn.push(text),
  };
  const work = { label: 'testing', total: 3 };
  const run = (values: object, changed: object): void => {
    const bar = openProgress(work, values as never, { ...terminal, ...changed } as never);
    for (let nth = 0; nth < 3; nth += 1) bar.step();
    bar.above(() => drawn.push('above'));
    bar.end();
  };
  run({}, { stderrIsTerminal: false });
  run({}, { env: { TERM: 'dumb' } });
  run({ json: true }, {});
  run({ quiet: true }, {});
  expect(drawn).toEqual(['above', 'above', 'above', 'above']);
});

test('what stays is written above the bar, and the bar goes away', async () => {
  const drawn: string[] = [];
  const terminal = {
    env: {},
    columns: 80,
    stderrIsTerminal: true,
    stderr: (text: string) => drawn.push(text),
  };
  const bar = openProgress({ label: 'testing', total: 3 }, {}, terminal as never);
  await new Promise(resolve => setTimeout(resolve, 350));
  bar.step(1, 'one');
  bar.above(() => drawn.push('a result\n'));
  bar.end();
  expect(drawn).toEqual([
    expect.stringMatching(/^.testing █{8}░{16} 1\/3 .* · one/s),
    '\r\x1b[K',
    'a result\n',
  ]);
});

test('a phase has spent what all inside it has spent, and says when a price is not known', () => {
  const spend = createPhaseSpend();
  const usage = { inputTokens: 100, outputTokens: 20, cachedInputTokens: 0 };
  const started = (phase: string) =>
    spend.take({ at: 1, type: 'phase.started', phase, kind: 'role', visit: 1 });
  const ended = (phase: string, costMicroUsd: number | null) =>
    spend.take({
      at: 1,
      type: 'model.ended',
      key: phase,
      phase,
      role: 'a',
      outcome: 'answered',
      text: '',
      toolCalls: 0,
      usage,
      costMicroUsd,
      ms: 1,
    });
  for (const phase of ['build', 'build/write', 'build/write.0', 'other']) started(phase);
  ended('build/write.0', 1500);
  ended('build/write', 500);
  expect(spend.close('build/write.0')).toBe('120 tokens, $0.0015');
  expect(spend.close('build/write')).toBe('240 tokens, $0.0020');
  ended('build', null);
  expect(spend.close('build')).toBe('360 tokens, price unknown');
  expect([spend.close('other'), spend.close('other')]).toEqual(['', '']);
});
