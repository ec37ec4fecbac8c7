import { phaseTag } from '../../memory/lessons/tried-notes.ts';
import type { Effect, MemoryWriteEffect } from '../../model/effect.ts';
import { firstModelKey } from '../../model/fallback-key.ts';
import { MAX_NOTE_LENGTH } from '../../model/limits.ts';
import { type MemoryScope, scopeOfLevel } from '../../model/memory.ts';
import type { MemoryWrite } from '../../model/recall.ts';
import {
  type Decision,
  type Draft,
  type OpenWork,
  type Procedure,
  procedureOf,
  type RunEnd,
  type RunState,
} from '../run-state.ts';
import { crewMemoryOf } from './crew-memory-of.ts';

/** The most different decisions that a run keeps of itself. */
const MAX_KEPT = 200;
/** What a run remembered for itself alone can be looked at for so long, and be gone on with. */
const RUN_SCOPE_MS = 30 * 86_400_000;
const IMPORTANCE = 0.7;

/**
 * Keeps that a procedure went one way where it could have gone another: a guard that held, a loop at its limit, a way round a
 * failure, another try, another model, or that it `failed` to do what the phase was for. The same counts once more. Nothing is kept in runs without memory.
 */
export function noteDecision(
  draft: Draft,
  at: { readonly procedure: Procedure; readonly phase: string } & Pick<Decision, 'failed'>,
  what: string,
): void {
  const memory = crewMemoryOf(draft.state, at.procedure);
  if (memory === undefined) return;
  const { crew } = memory;
  const { phase, failed } = at;
  const { decisions = [] } = draft.state;
  const isSame = (one: Decision): boolean => one.crew === crew && one.phase === phase && one.what === what;
  const again = decisions.map(one => (isSame(one) ? { ...one, times: one.times + 1 } : one));
  const isNew = !decisions.some(isSame) && decisions.length < MAX_KEPT;
  draft.state = {
    ...draft.state,
    decisions: isNew ? [...decisions, { crew, phase, what, times: 1, ...(failed && { failed }) }] : again,
  };
}

/** Keeps what a step of a piece of work shows of its models and its trials. */
export function noteStep(draft: Draft, work: OpenWork, effects: readonly Effect[]): void {
  if (draft.state.memory === undefined) return;
  const isRuled = draft.state.open[work.id]?.ruled !== undefined;
  for (const effect of effects) {
    if (effect.type === 'model.call' && firstModelKey(effect.model) !== effect.model) {
      const use = draft.state.models[effect.model]?.use ?? effect.model;
      noteWorkDecision(draft, work, `asked ${use}, because the models before it had failed`);
    }
    if (effect.type === 'event.publish' && effect.event.type === 'trial.judged' && !isRuled) {
      const { trial, passed, kept } = effect.event;
      if (passed && trial > 1) noteWorkDecision(draft, work, `trial ${trial} passed`);
      if (kept !== undefined) {
        const at = { procedure: procedureOf(draft.state, work.procedure), phase: work.path };
        const what = `none of ${trial} trials passed, trial ${kept} was kept`;
        noteDecision(draft, { ...at, failed: true }, what);
      }
    }
  }
}

/** The same for a piece of work that is open. */
export function noteWorkDecision(draft: Draft, work: OpenWork, what: string): void {
  noteDecision(draft, { procedure: procedureOf(draft.state, work.procedure), phase: work.path }, what);
}

/**
 * What is remembered of a run as a whole when it ends: for each crew and phase how it was decided there, with how the run
 * came out, and that what was kept for the run alone may go. Written by rule, for those who decide next time. Pure.
 */
export function endWishes(state: RunState, end: RunEnd): readonly MemoryWriteEffect[] {
  const { memory, runId, decisions = [], program } = state;
  if (memory === undefined) return [];
  const outcome = end.outcome === 'success' ? 'pass' : 'fail';
  const expire: MemoryWrite = { op: 'expire', scope: `run:${runId}`, at: state.at + RUN_SCOPE_MS };
  const crews = [...new Set(decisions.map(({ crew }) => crew))];
  const wishes = crews.map(crew => {
    const scope = scopeOfLevel('crew', { crew, runId, role: '' });
    const own = decisions.filter(each => each.crew === crew);
    const phases = [...new Set(own.map(({ phase }) => phase))];
    const writes = phases.map((phase): MemoryWrite => {
      const rows = own.filter(each => each.phase === phase);
      return { op: 'note', note: decisionNote(rows, { scope, phase, outcome, end }) };
    });
    return { crew, writes };
  });
  const all = wishes.some(({ crew }) => crew === program.crew)
    ? wishes
    : [...wishes, { crew: program.crew, writes: [] }];
  return all.map(({ crew, writes }, index) => ({
    type: 'memory.write',
    key: `run/remember-${index + 1}`,
    crew,
    phase: '',
    role: '',
    author: 'rule',
    writes: crew === program.crew ? [...writes, expire] : writes,
  }));
}

function decisionNote(
  rows: readonly Decision[],
  about: {
    readonly scope: MemoryScope;
    readonly phase: string;
    readonly outcome: 'pass' | 'fail';
    readonly end: RunEnd;
  },
) {
  const { scope, phase, outcome, end } = about;
  const came =
    end.outcome === 'error'
      ? `The run failed at \`${end.phase}\` (${end.failure.code}).`
      : `The run ended as a ${end.outcome} at \`${end.phase}\`.`;
  const told = rows.map(({ what, times }) => `- ${what}${times === 1 ? '' : ` (${times} times)`}`);
  const text = `In \`${phase}\`:\n${told.join('\n')}\n${came}`;
  return {
    key: `decision-${phase}`,
    scope,
    kind: 'decision',
    text: text.slice(0, MAX_NOTE_LENGTH).toWellFormed(),
    gist: `\`${phase}\`: ${rows[0]?.what ?? ''}`.slice(0, 200).toWellFormed(),
    tags: [phaseTag(phase)],
    importance: IMPORTANCE,
    trust: 2,
    sources: ['rule'],
    outcome: rows.some(({ failed }) => failed) ? 'fail' : outcome,
  } as const;
}
