import type { ActEffect, Effect } from '../../../src/model/effect.ts';
import type { Fact } from '../../../src/model/fact.ts';
import type { Program } from '../../../src/model/program.ts';
import type { RunEvent } from '../../../src/model/run-event.ts';
import type { RunState } from '../../../src/runtime/run-state.ts';
import { law } from './law.ts';
import { expectBudget, expectCall, expectOwners, type Promises } from './laws-of-effects.ts';
import { createPlaceLaws } from './laws-of-places.ts';

/** Watches one run and throws at the first thing that no run may do; it reads the program and never asks a decider. */
export interface LawKeeper {
  /** After each fact: the state, and all that was wished for. */
  readonly see: (fact: Fact, state: RunState, effects: readonly Effect[]) => void;
  /** Whether a provider told of tokens that nobody can have used. */
  readonly sawAbsurdUsage: () => boolean;
  /** When the run has ended. */
  readonly close: (state: RunState) => void;
}

/** Laws of effects, budgets, phases, ways between them, conversations and delegations, for one run. */
export function keepLaws(program: Program): LawKeeper {
  const places = createPlaceLaws(program);
  const open = new Map<string, ActEffect>();
  const answered = new Set<string>();
  const promises: Promises = { program, allowed: new Map(), asked: new Map(), absurd: false };
  let ended = false;
  let waits = false;
  let settled = false;
  const takeEvent = (event: RunEvent): void => {
    law(!ended, 'nothing is told after the end of a run');
    ended = event.type === 'run.ended';
    places.see(event);
  };
  const takeAct = (act: ActEffect, state: RunState): void => {
    law(!ended, `an effect after the end: ${act.key}`);
    law(!answered.has(act.key), `the effect ${act.key} was wished for twice`);
    law(!open.has(act.key), `the effect ${act.key} is open and was wished for again`);
    const isRemembered = act.type.startsWith('memory.') && !settled;
    law(!waits || act.type === 'timer.start' || isRemembered, `${act.key} went out of a run that waits`);
    open.set(act.key, act);
    expectCall(act, state, promises);
  };
  return {
    see: (fact, state, effects) => {
      if (fact.type === 'run.resumed') waits = false;
      if ('key' in fact && open.delete(fact.key)) answered.add(fact.key);
      noteAnswer(fact, promises);
      for (const effect of effects) {
        if (effect.type === 'event.publish') takeEvent(effect.event);
        else if (effect.type === 'effect.cancel')
          takeCancel(effect.key, {
            open,
            answered,
            isAgain: fact.type === 'run.resumed' || fact.type === 'tool.uncertain',
          });
        else takeAct(effect, state);
      }
      waits = state.suspension !== undefined;
      settled = state.suspension?.settled === true;
      const keys = Object.keys(state.acts);
      law(
        keys.length === open.size && keys.every(key => open.has(key)),
        'the executor is not told of all acts',
      );
      for (const act of state.blocked) {
        law(
          act.type !== 'model.call' || state.terms[act.model] !== undefined,
          `${act.key} asks a model of another run`,
        );
      }
      expectOwners(state);
      expectBudget(state, promises.absurd);
    },
    sawAbsurdUsage: () => promises.absurd,
    close: state => {
      law(ended, 'a run that has an end tells of it');
      const left = [...Object.keys(state.open), ...[...open.keys()].filter(key => !key.startsWith('run/'))];
      law(left.length === 0, `an ended run has open work: ${left.join(', ')}`);
      law(state.blocked.length === 0, 'an ended run has blocked effects');
      places.close();
    },
  };
}

/** What is in doubt, or what a resume cannot afford at once, is withdrawn and may be wished for again later. */
function takeCancel(
  key: string,
  known: {
    readonly open: Map<string, ActEffect>;
    readonly answered: Set<string>;
    readonly isAgain: boolean;
  },
): void {
  law(known.open.delete(key), `${key} was cancelled and is not open`);
  if (!known.isAgain) known.answered.add(key);
}

function noteAnswer(fact: Fact, promises: Promises): void {
  if (fact.type === 'person.answered') {
    const ask = promises.asked.get(fact.key);
    if (ask?.question.kind === 'approval' && fact.choice === 'allow')
      promises.allowed.set(ask.id, ask.question.args);
  }
  if (fact.type !== 'model.answered' && fact.type !== 'model.failed') return;
  if ((fact.usage?.inputTokens ?? 0) > 1_000_000_000) promises.absurd = true;
}
