import { expect, test } from 'vitest';
import { stepsOfPhase } from '../../../src/cli/record-of-phase.ts';
import { isAbout, reasonsOf } from '../../../src/cli/run-reasons.ts';
import { formatShares } from '../../../src/reporters/shares-text.ts';
import { formatReasons } from '../../../src/reporters/why-text.ts';
import { foldRun } from '../../../src/runtime/records/fold-run.ts';
import { readShares } from '../../../src/runtime/records/read-shares.ts';
import { createRememberingRuns, learner, learningCrew } from '../../runtime/memory-crew.ts';

const CREW = learningCrew();
const TWO_PHASES = CREW.replace('next: done }', 'next: thank }').replace(
  'next: done\n',
  'next: thank\n  thank: { role: writer, task: Say thanks., next: done }\n',
);

/** The second run of a crew, whose first one learned a lesson, with ids that were made in the first. */
async function secondRun(yaml: string) {
  const runs = createRememberingRuns();
  await runs.run({ yaml, inputs: { about: 'yes' }, replies: learner });
  const { program, facts } = await runs.run({ yaml, inputs: { about: 'yes' }, replies: learner });
  const steps = [...foldRun(program, facts)];
  const notes = await runs.store.find({ scopes: 'all' }, { limit: 100, order: 'oldest' });
  const idOf = (kind: string) => notes.find(note => note.kind === kind && note.runId === 'run1')?.id ?? '-';
  return { program, steps, lesson: idOf('lesson'), observation: idOf('observation') };
}

test('why a run went as it did names the lessons and notes that its work began with', async () => {
  const { program, steps, lesson, observation } = await secondRun(CREW);
  const reasons = steps.flatMap(({ seq, effects }) => reasonsOf(program, seq, effects));
  const text = formatReasons(reasons, { color: false, startedAt: 0 });
  expect(text).toContain(`draft: uses the lesson ${lesson}\n`);
  expect(text).toContain('Say the word yes.\n');
  expect(text).toMatch(new RegExp(`draft: writer is reminded of .*\\n +observation ${observation}: `));
  expect(text.indexOf('uses the lesson')).toBeLessThan(text.indexOf('trial 1 passed'));
  expect(reasons.filter(reason => isAbout(reason, 'draft')).map(({ event }) => event.type)).toContain(
    'lesson.used',
  );
});

test('a run that is reminded of nothing has no paragraph about it', async () => {
  const { run } = createRememberingRuns();
  const { program, facts } = await run({ yaml: CREW, inputs: { about: 'yes' }, replies: learner });
  const reasons = [...foldRun(program, facts)].flatMap(({ seq, effects }) =>
    reasonsOf(program, seq, effects),
  );
  expect(formatReasons(reasons, { color: false, startedAt: 0 })).not.toMatch(/reminded|lesson /);
});

test('what a run read names what it was reminded of, in all and for one phase', async () => {
  const { steps, lesson, observation } = await secondRun(TWO_PHASES);
  const shown = (part: Parameters<typeof readShares>[0]) =>
    formatShares(readShares(part), { color: false, columns: Number.POSITIVE_INFINITY, perCall: false });
  const whole = shown(steps);
  expect(whole).toContain('reminded 2 times');
  expect(whole).toMatch(new RegExp(`draft +lesson +${lesson} +Say the word yes\\.`));
  expect(whole).toMatch(new RegExp(`draft writer +observation +${observation} +`));
  expect(whole).toMatch(/thank writer +observation +/);
  const draft = shown(stepsOfPhase(steps, 'draft'));
  expect(draft).toContain('reminded once');
  expect(draft).toContain(lesson);
  expect(draft).toContain('draft writer');
  expect(draft).not.toContain('thank writer');
});
