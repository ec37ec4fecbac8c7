import type { Budget } from '../../../src/model/crew.ts';
import type {
  ActEffect,
  ModelCallEffect,
  PersonAskEffect,
  ToolCallEffect,
} from '../../../src/model/effect.ts';
import type { JsonObject } from '../../../src/model/json.ts';
import { messageToolCalls } from '../../../src/model/message.ts';
import type { Program } from '../../../src/model/program.ts';
import type { Charge } from '../../../src/policy/budget.ts';
import type { RunState } from '../../../src/runtime/run-state.ts';
import { law } from './law.ts';

/** What people have allowed and been asked so far. `absurd`: a provider told of tokens that nobody can have used. */
export interface Promises {
  readonly program: Program;
  /** Arguments by the key of the call. */
  readonly allowed: Map<string, JsonObject>;
  readonly asked: Map<string, PersonAskEffect>;
  absurd: boolean;
}

/** An act that goes out is one that may: a request that a provider takes, a tool that nobody need be asked about. */
export function expectCall(act: ActEffect, state: RunState, promises: Promises): void {
  if (act.type === 'person.ask') promises.asked.set(act.key, act);
  if (act.type === 'tool.call') expectLeave(act, state, promises);
  if (act.type !== 'model.call') return;
  law(state.terms[act.model] !== undefined, `the model ${act.model} is none of this run`);
  expectThread(act);
}

function expectLeave(act: ToolCallEffect, state: RunState, { program, allowed }: Promises): void {
  const inside = (act.crew ?? '').split('/').filter(part => part !== '');
  const own = inside.reduce<Program | undefined>((at, part) => at?.crews?.[part], program);
  const spec = own?.tools.find(({ name }) => name === act.tool);
  law(spec !== undefined, `the tool ${act.tool} is none of this crew`);
  const granted = state.grants.some(grant => grant === act.tool || grant === `${act.tool.split('.')[0]}.*`);
  // What the crew remembers can be taken back, so it needs no leave.
  const isOwn = spec.memory !== undefined && spec.source === undefined;
  if ((spec.readOnly && spec.source !== 'module') || isOwn || granted) return;
  law(allowed.has(act.key), `nobody allowed ${act.key}`);
  law(
    JSON.stringify(allowed.get(act.key)) === JSON.stringify(act.args),
    `other arguments were allowed: ${act.key}`,
  );
}

/**
 * Each call of a tool is answered in the next message, in order; it is always somebody else who spoke last, but for a warning
 * that the context fills up.
 */
function expectThread({ key, messages: sent }: ModelCallEffect): void {
  const warned = sent.length > 1 && sent.at(-1)?.from === 'system';
  const messages = warned ? sent.slice(0, -1) : sent;
  law(
    messages.at(-1)?.from === 'user' || messages.at(-1)?.from === 'tool',
    `${key}: the model has the last word`,
  );
  for (const [index, message] of messages.entries()) {
    law(message.parts.length > 0, `${key}: message ${index} is empty`);
    if (message.from !== 'assistant') continue;
    const calls = messageToolCalls(message);
    if (calls.length === 0) continue;
    const next = messages[index + 1];
    const results = next?.from === 'tool' ? next.parts : [];
    const ids = results.map(part => (part.type === 'tool-result' ? part.callId : '?'));
    law(
      ids.length === calls.length && calls.every(({ id }, nth) => id === ids[nth]),
      `${key}: calls without answers`,
    );
  }
}

/** What follows the id of the work whose own effect it is: visit, attempt and a name. */
const OWN_KEY = /^\d+(?::\d+)?\/[^:]+$/;

/** Open effects belong to work that is open, parts to open phases, reservations to open effects. */
export function expectOwners({ acts, approvals, open, ledger, procedures }: RunState): void {
  for (const key of Object.keys(acts)) {
    if (key.startsWith('run/')) continue;
    const owner = Object.values(open).find(
      ({ id }) => key.startsWith(`${id}:`) && OWN_KEY.test(key.slice(id.length + 1)),
    );
    law(owner !== undefined, `${key} belongs to no open work`);
    law(
      key.startsWith(owner.key) || key.startsWith(`${owner.id}:${owner.visit}/`),
      `${key} is not of this attempt`,
    );
  }
  for (const { id, path, procedure } of Object.values(open)) {
    law(procedures[procedure] !== undefined, `${id} works in a procedure that is over`);
    const dot = path.indexOf('.');
    if (dot !== -1) law(open[`${procedure}${path.slice(0, dot)}`] !== undefined, `${id} outlived its phase`);
  }
  for (const key of Object.keys(ledger.reserved)) {
    law(acts[key] !== undefined || approvals[key]?.inDoubt === true, `${key} is reserved for nothing`);
  }
}

/** What was spent and what is set aside stay under every ceiling; tokens only where they are counted truly. */
export function expectBudget({ ledger }: RunState, absurd: boolean): void {
  const rows = Object.entries(ledger.reserved);
  expectWithin(ledger.limits, [ledger.spent, ...rows.map(([, charge]) => charge)], absurd);
  for (const [id, { limits, spent }] of Object.entries(ledger.pots)) {
    const own = rows.flatMap(([, charge]) => (charge.pots.includes(id) ? [charge] : []));
    expectWithin(limits, [spent, ...own], absurd);
  }
}

function expectWithin(limits: Budget, charges: readonly Charge[], absurd: boolean): void {
  const sum = (of: (charge: Charge) => number): number =>
    charges.reduce((total, charge) => total + of(charge), 0);
  const within = (limit: number | undefined, of: (charge: Charge) => number): boolean =>
    limit === undefined || sum(of) <= limit;
  law(
    within(limits.calls, ({ calls }) => calls),
    'more calls than the budget has',
  );
  law(
    within(limits.toolCalls, ({ toolCalls }) => toolCalls),
    'more tool calls than the budget has',
  );
  if (absurd) return;
  law(
    within(limits.tokens, ({ usage }) => usage.inputTokens + usage.outputTokens),
    'more tokens than the budget has',
  );
  law(
    within(limits.costMicroUsd, ({ costMicroUsd }) => costMicroUsd ?? 0),
    'more money than the budget has',
  );
}
