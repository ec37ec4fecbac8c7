import { beforeAll, describe, expect, test } from 'vitest';
import { formatRunRecord } from '../../src/reporters/show-text.ts';
import { foldRun } from '../../src/runtime/records/fold-run.ts';
import { readRecord } from '../../src/runtime/records/read-record.ts';
import { startView, takeEvent } from '../../src/tui/view-model.ts';
import { type CrewRun, runCrew } from '../runtime/run-crew.ts';
import { SETUP } from '../tui/story.ts';
import { renderRun } from './html/render-run.ts';

const YAML = `roles: { writer: { goal: Write. }, critic: { goal: Judge. } }
start: draft
phases:
  draft:
    role: writer
    task: Write.
    reflect: { evaluator: { role: critic, task: "Judge {{ draft }}" }, trials: 3 }
    next: done
  done: { end: success, result: "{{ draft }}" }
`;
const CURVE = '0.2 → 0.9 → 0.5 · none passed, kept trial 2 with 0.9, the first had 0.2';

let run: CrewRun;
beforeAll(async () => {
  const scores = [0.2, 0.9, 0.5];
  run = await runCrew({
    yaml: YAML,
    replies: ({ origin }) =>
      origin.role === 'critic'
        ? { json: { passed: false, score: scores.shift() ?? 0, feedback: 'no' } }
        : { text: 'something' },
  });
});

describe('how the trials went, with the first score beside the kept one, is told', () => {
  test('by `crew show`', () => {
    const { program, facts } = run;
    const record = readRecord({ runId: 'run1', program, facts }, [...foldRun(program, facts)]);
    expect(record.trials).toEqual([{ phase: 'draft', scores: [0.2, 0.9, 0.5], passed: false, kept: 2 }]);
    const text = formatRunRecord(record, { columns: 120, color: false, now: 0, next: [] } as never);
    expect(text).toMatch(new RegExp(`Trials\\n  draft +${CURVE.replaceAll('.', '\\.')}\\n`));
  });

  test('on the page', async () => {
    expect(await renderRun(run)).toContain(CURVE);
  });

  test('in the dashboard, while the phase works and after its last trial', () => {
    const last = run.events.findLastIndex(({ type }) => type === 'trial.judged');
    const second = run.events.slice(0, last).findLastIndex(({ type }) => type === 'trial.judged');
    const noteAfter = (count: number) =>
      run.events
        .slice(0, count + 1)
        .reduce(takeEvent, startView(SETUP))
        .phases.get('draft')?.note;
    expect(noteAfter(second)).toBe('trials 0.2 → 0.9');
    expect(noteAfter(last)).toBe(`trials ${CURVE}`);
  });
});
