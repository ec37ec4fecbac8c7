import type { JsonObject, JsonSchema, JsonValue } from '../../model/json.ts';
import type { MemoryScope, NewNote, Trust } from '../../model/memory.ts';
import type { RecalledNote } from '../../model/recall.ts';
import { buildFocalQuestionsPrompt, FOCAL_QUESTIONS } from '../../prompts/focal-questions-prompt.ts';
import { buildInsightsPrompt, MAX_INSIGHTS } from '../../prompts/insights-prompt.ts';
import { MIN_EVIDENCE } from '../memory-limits.ts';

/** How many of the latest notes are looked at. */
export const LATEST_NOTES = 100;
/** How many notes are found for each question. */
const NOTES_A_QUESTION = 30;

/** What of a note is kept while insights are drawn. */
type Shown = Pick<RecalledNote, 'id' | 'text' | 'trust'>;

/** How far the drawing of insights is. Plain JSON. */
export type InsightsState =
  | { readonly at: 'questions'; readonly scope: MemoryScope }
  | { readonly at: 'recall'; readonly scope: MemoryScope; readonly questions: readonly string[] }
  | { readonly at: 'insights'; readonly scope: MemoryScope; readonly shown: readonly Shown[] }
  | {
      readonly at: 'done';
      readonly scope: MemoryScope;
      readonly notes: readonly NewNote[];
      /** What was taken for no insight, and why. */
      readonly dropped: readonly string[];
    };

/** What is wanted next: an answer of a model in a schema, notes for each of some questions, or nothing more. */
type InsightsWish =
  | { readonly want: 'model'; readonly prompt: string; readonly output: JsonSchema }
  | { readonly want: 'notes'; readonly queries: readonly string[]; readonly limit: number }
  | { readonly want: 'nothing' };

/** A state with what it waits for. */
export interface InsightsStep {
  readonly state: InsightsState;
  readonly wish: InsightsWish;
}

/** What came back: the answer of the model, or the notes that were found for each query, in their order. */
export type InsightsAnswer =
  | { readonly model: JsonValue }
  | { readonly notes: readonly (readonly RecalledNote[])[] };

const QUESTIONS_SCHEMA = {
  type: 'object',
  properties: { questions: { type: 'array', items: { type: 'string' }, maxItems: FOCAL_QUESTIONS } },
  required: ['questions'],
  additionalProperties: false,
} as const satisfies JsonSchema;

const INSIGHTS_SCHEMA = {
  type: 'object',
  properties: {
    insights: {
      type: 'array',
      maxItems: MAX_INSIGHTS,
      items: {
        type: 'object',
        properties: {
          text: { type: 'string' },
          because: { type: 'array', items: { type: 'integer' } },
          importance: { type: 'integer', minimum: 1, maximum: 10 },
        },
        required: ['text', 'because', 'importance'],
        additionalProperties: false,
      },
    },
  },
  required: ['insights'],
  additionalProperties: false,
} as const satisfies JsonSchema;

/**
 * Begins to draw insights of a scope out of its latest notes, newest first: asks which questions they raise. With fewer than two
 * notes nothing can follow, and it is done. Pure.
 */
export function startInsights(scope: MemoryScope, latest: readonly RecalledNote[]): InsightsStep {
  if (latest.length < MIN_EVIDENCE) return done(scope, [], []);
  const prompt = buildFocalQuestionsPrompt(latest.slice(0, LATEST_NOTES).map(({ text }) => text));
  return {
    state: { at: 'questions', scope },
    wish: { want: 'model', prompt, output: QUESTIONS_SCHEMA },
  };
}

/**
 * The next step, after what was wished for has come: questions → notes for each → insights → done. An insight that does not
 * name two notes of those that were shown is dropped; its trust is the least of its evidence. An answer of another shape
 * counts as none, and ends it without insights. Pure.
 */
export function nextInsights(state: InsightsState, answer: InsightsAnswer): InsightsStep {
  const { scope } = state;
  if (state.at === 'questions' && 'model' in answer) {
    const questions = readQuestions(answer.model);
    if (questions.length === 0) return done(scope, [], ['no question was asked']);
    return {
      state: { at: 'recall', scope, questions },
      wish: { want: 'notes', queries: questions, limit: NOTES_A_QUESTION },
    };
  }
  if (state.at === 'recall' && 'notes' in answer) {
    const found = new Map(answer.notes.flat().map(note => [note.id, note]));
    const shown = [...found.values()].map(({ id, text, trust }): Shown => ({ id, text, trust }));
    if (shown.length < MIN_EVIDENCE) return done(scope, [], ['too few notes were found']);
    const statements = shown.map(({ text }) => text);
    const prompt = buildInsightsPrompt({ questions: state.questions, statements });
    return {
      state: { at: 'insights', scope, shown },
      wish: { want: 'model', prompt, output: INSIGHTS_SCHEMA },
    };
  }
  if (state.at === 'insights' && 'model' in answer) return readInsights(scope, state.shown, answer.model);
  return { state, wish: { want: 'nothing' } };
}

function done(scope: MemoryScope, notes: readonly NewNote[], dropped: readonly string[]): InsightsStep {
  return { state: { at: 'done', scope, notes, dropped }, wish: { want: 'nothing' } };
}

function readQuestions(answer: JsonValue): readonly string[] {
  const questions = listIn(answer, 'questions').filter(question => typeof question === 'string');
  return [...new Set(questions.map(question => question.trim()))]
    .filter(question => question !== '')
    .slice(0, FOCAL_QUESTIONS);
}

function readInsights(scope: MemoryScope, shown: readonly Shown[], answer: JsonValue): InsightsStep {
  const notes: NewNote[] = [];
  const dropped: string[] = [];
  for (const insight of listIn(answer, 'insights').slice(0, MAX_INSIGHTS)) {
    const text = fieldOf(insight, 'text');
    if (typeof text !== 'string' || text.trim() === '') {
      dropped.push('an insight without a text');
      continue;
    }
    const named = new Set(listIn(insight, 'because').map(number => shown[Number(number) - 1]));
    const evidence = [...named].filter(note => note !== undefined);
    if (evidence.length < MIN_EVIDENCE) {
      dropped.push(
        `"${text.trim()}" names ${evidence.length} of the notes that were shown, not ${MIN_EVIDENCE}`,
      );
      continue;
    }
    notes.push(
      insightOf({
        key: `insight ${notes.length + 1}`,
        scope,
        text,
        evidence,
        rated: fieldOf(insight, 'importance'),
      }),
    );
  }
  return done(scope, notes, dropped);
}

function insightOf(of: {
  readonly key: string;
  readonly scope: MemoryScope;
  readonly text: string;
  readonly evidence: readonly Shown[];
  readonly rated: JsonValue | undefined;
}): NewNote {
  const ids = of.evidence.map(({ id }) => id);
  const trust = of.evidence.reduce((least: Trust, note) => (note.trust < least ? note.trust : least), 2);
  const rated = typeof of.rated === 'number' && of.rated >= 1 && of.rated <= 10 ? of.rated / 10 : undefined;
  return {
    ...{ key: of.key, scope: of.scope, kind: 'insight', text: of.text.trim(), trust },
    ...(rated === undefined ? {} : { importance: rated }),
    sources: ids.map(id => `note:${id}`),
    evidence: ids,
  };
}

function listIn(value: JsonValue, name: string): readonly JsonValue[] {
  const list = fieldOf(value, name);
  return Array.isArray(list) ? (list as readonly JsonValue[]) : [];
}

function fieldOf(value: JsonValue, name: string): JsonValue | undefined {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return undefined;
  return Object.hasOwn(value, name) ? (value as JsonObject)[name] : undefined;
}
