import { describe, expect, it } from 'vitest';
import { importanceByRule } from '../../src/memory/stream/importance.ts';
import { type InsightsStep, nextInsights, startInsights } from '../../src/memory/stream/insights.ts';
import { askImportance, withRatings } from '../../src/memory/stream/rated-importance.ts';
import type { JsonValue } from '../../src/model/json.ts';
import type { NewNote, Trust } from '../../src/model/memory.ts';
import type { RecalledNote } from '../../src/model/recall.ts';
import { fc } from '../laws.ts';

const shown = (id: string, trust: Trust = 2): RecalledNote => ({
  ...{
    id,
    kind: 'observation',
    text: `what ${id} says`,
    gist: '',
    scope: 'crew:demo',
    runId: 'r',
    phase: '',
  },
  ...{ role: 'fixer', createdAt: 0, trust, score: 1, parts: {} },
});
const LATEST = [shown('a'), shown('b'), shown('c', 1), shown('d', 3)];

/** The step at which a model is asked what follows from `LATEST`. */
function asked(): InsightsStep {
  const questions = nextInsights(startInsights('crew:demo', LATEST).state, {
    model: { questions: ['Why?', 'Who?'] },
  });
  return nextInsights(questions.state, { notes: [LATEST.slice(0, 3), LATEST.slice(1)] });
}
const drawn = (insights: JsonValue) => {
  const { state } = nextInsights(asked().state, { model: { insights } });
  if (state.at !== 'done') throw new Error(`expected an end, found ${state.at}`);
  return state;
};

describe('insights', () => {
  it('begin with the questions that the latest notes raise', () => {
    const { wish } = startInsights('crew:demo', LATEST);
    expect(wish).toMatchObject({ want: 'model', output: { required: ['questions'] } });
    expect(wish.want === 'model' ? wish.prompt : '').toContain('1. what a says\n2. what b says');
  });

  it('go on with notes for each question', () => {
    const { state } = startInsights('crew:demo', LATEST);
    const answer = { questions: ['Why?', ' Why? ', '', 'Who?', 7, 'When?', 'Where?'] };
    expect(nextInsights(state, { model: answer }).wish).toEqual({
      ...{ want: 'notes', queries: ['Why?', 'Who?', 'When?'], limit: 30 },
    });
  });

  it('show each note once, however often it was found', () => {
    const { wish } = asked();
    const lines = (wish.want === 'model' ? wish.prompt : '').match(/^\d+\. what/gm);
    expect(lines).toEqual(['1. what', '2. what', '3. what', '4. what']);
  });

  it('name their evidence, and are trusted as little as the least of it', () => {
    const { notes } = drawn([
      { text: ' Builds break on Mondays. ', because: [1, 3, 3], importance: 8 },
      { text: 'All is well.', because: [2, 4], importance: 99 },
    ]);
    expect(notes).toEqual([
      {
        ...{
          key: 'insight 1',
          scope: 'crew:demo',
          kind: 'insight',
          text: 'Builds break on Mondays.',
          trust: 1,
        },
        ...{ importance: 0.8, sources: ['note:a', 'note:c'], evidence: ['a', 'c'] },
      },
      {
        ...{ key: 'insight 2', scope: 'crew:demo', kind: 'insight', text: 'All is well.', trust: 2 },
        ...{ sources: ['note:b', 'note:d'], evidence: ['b', 'd'] },
      },
    ]);
  });

  it.each([
    ['one note', { text: 'So.', because: [1] }],
    ['one note twice', { text: 'So.', because: [2, 2] }],
    ['notes that were not shown', { text: 'So.', because: [1, 5, 0, -1, 1.5, 'a'] }],
    ['nothing', { text: 'So.' }],
    ['no text', { text: '  ', because: [1, 2] }],
  ])('that name %s are dropped', (_name, insight) => {
    const { notes, dropped } = drawn([insight]);
    expect(notes).toEqual([]);
    expect(dropped).toHaveLength(1);
  });

  it('end where nothing can follow', () => {
    expect(startInsights('crew:demo', [shown('a')]).state).toMatchObject({ at: 'done', notes: [] });
    const { state } = startInsights('crew:demo', LATEST);
    expect(nextInsights(state, { model: { questions: [] } }).state).toMatchObject({ at: 'done', notes: [] });
    const recall = nextInsights(state, { model: { questions: ['Why?'] } }).state;
    expect(nextInsights(recall, { notes: [[shown('a')], [shown('a')]] }).state).toMatchObject({ at: 'done' });
  });

  it('end with any answer at all, and never fail', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (first, second) => {
        const questions = nextInsights(startInsights('crew:demo', LATEST).state, {
          model: first as JsonValue,
        });
        if (questions.state.at === 'recall') return;
        expect(questions.state.at).toBe('done');
        const { state } = nextInsights(asked().state, { model: second as JsonValue });
        expect(state.at).toBe('done');
      }),
    );
  });

  it('are plain JSON at each step', () => {
    for (const step of [startInsights('crew:demo', LATEST), asked()]) {
      expect(JSON.parse(JSON.stringify(step))).toEqual(step);
    }
  });
});

describe('importance', () => {
  const note = (more: Partial<NewNote>): NewNote => ({
    ...{ key: 'k', scope: 'project', kind: 'observation', text: 'x', trust: 2, sources: [], ...more },
  });

  it.each([
    [note({ outcome: 'fail' }), 0.8],
    [note({ sources: ['tool:git.diff'] }), 0.2],
    [note({ sources: ['tool:git.diff', 'user'] }), 0.4],
    [note({ sources: ['tool:change.check'], outcome: 'fail' }), 0.8],
    [note({ kind: 'decision' }), 0.7],
    [note({ kind: 'plan' }), 0.5],
  ])('by rule of %j is %d', (given, expected) => {
    expect(importanceByRule(given)).toBe(expected);
  });

  it('by a model is a tenth of its rating; what is beside the scale is left to the rule', () => {
    const notes = [note({}), note({}), note({})];
    expect(askImportance(notes).prompt).toContain('1. x\n2. x\n3. x');
    const rated = withRatings(notes, { ratings: [7, 11, 1] });
    expect(rated.map(({ importance }) => importance)).toEqual([0.7, undefined, 0.1]);
  });

  it.each([{ ratings: [1] }, { ratings: 'high' }, null, [], 'x'])('is not taken out of %j', answer => {
    const notes = [note({}), note({})];
    expect(withRatings(notes, answer)).toEqual(notes);
  });
});
