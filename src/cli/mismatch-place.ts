import type { SourceMap } from '../model/crew.ts';
import type { SourceRange } from '../model/diagnostic.ts';
import type { ActEffect } from '../model/effect.ts';
import type { JsonObject } from '../model/json.ts';
import { messageText } from '../model/message.ts';
import type { Program } from '../model/program.ts';
import type { Difference } from '../runtime/records/compare-runs.ts';

/**
 * The line of the crew file that a difference comes from, as near as its source map knows: the task, argument, goal,
 * tool grant or timeout that was changed, else the phase. Undefined when nothing of the phase is in the file. Pure.
 */
export function mismatchPlace(
  { recorded, now, waits }: Difference,
  program: { readonly old: Program; readonly edited: Program },
): SourceRange | undefined {
  const { edited } = program;
  if (waits !== undefined) return firstOf(edited.sourceMap, ['budget']);
  const wish = now ?? recorded;
  if (wish === undefined) return undefined;
  const place = placeOf(wish, edited);
  const pair = recorded !== undefined && now !== undefined && recorded.key === now.key;
  const fields = pair && !place.inside ? changedFields(recorded, now, program) : [];
  const paths = fields.map(field => (field.startsWith('^') ? field.slice(1) : `${place.path}.${field}`));
  return firstOf(edited.sourceMap, [
    ...paths,
    ...(place.inside ? [`${place.path}.crew`] : []),
    place.path,
    place.phase,
  ]);
}

/** Where the work of a wish is written: `phases.merge`, `phases.inspect.parallel.security`, `phases.explain.do`. */
function placeOf({ key }: ActEffect, program: Program) {
  const [path = '', ...rest] = key.split(':');
  const dot = path.indexOf('.');
  const name = dot === -1 ? path : path.slice(0, dot);
  const phase = `phases.${name}`;
  // The keys of a procedure inside begin with the key of the crew phase and a slash.
  const inside = rest.length > 2;
  const part = dot === -1 ? '' : path.slice(dot + 1);
  const kind = program.phases[name]?.kind;
  if (part === '') return { phase, path: phase, inside };
  if (kind === 'parallel') return { phase, path: `${phase}.parallel.${part}`, inside };
  return { phase, path: kind === 'each' ? `${phase}.do` : `${phase}.inner`, inside };
}

/** What was changed, most likely first; `^` begins a path from the top of the file. */
function changedFields(
  recorded: ActEffect,
  now: ActEffect,
  { old, edited }: { readonly old: Program; readonly edited: Program },
): readonly string[] {
  if (recorded.type === 'tool.call' && now.type === 'tool.call') {
    if (recorded.tool !== now.tool) return ['tool'];
    return [...changedKeys(recorded.args, now.args).map(key => `with.${key}`), 'with'];
  }
  if (now.type === 'person.ask') return ['human'];
  if (now.type === 'timer.start') return [now.key.startsWith('run/') ? '^budget.time' : 'timeout'];
  if (recorded.type !== 'model.call' || now.type !== 'model.call') return [];
  const textOf = (call: typeof now, from: string) =>
    call.messages
      .filter(message => message.from === from)
      .map(messageText)
      .join('\n');
  const role = `^roles.${now.origin.role}`;
  if (textOf(recorded, 'system') !== textOf(now, 'system')) {
    const before = old.roles.find(({ name }) => name === now.origin.role);
    const after = edited.roles.find(({ name }) => name === now.origin.role);
    if (before?.goal !== after?.goal) return [`${role}.goal`];
    if (before?.backstory !== after?.backstory) return [`${role}.backstory`, role];
    if (old.goal !== edited.goal) return ['^goal'];
  }
  if (JSON.stringify(recorded.tools) !== JSON.stringify(now.tools)) return [`${role}.tools`, role];
  if (JSON.stringify(recorded.output) !== JSON.stringify(now.output)) return ['output'];
  const step = /\/step-(\d+)\//.exec(now.key)?.[1];
  const steps = step === undefined ? [] : [`chain.${Number(step) - 1}.prompt_template`, 'chain'];
  return [...steps, 'task', 'ask', 'talk', 'manage'];
}

function changedKeys(before: JsonObject, after: JsonObject): readonly string[] {
  const keys = new Set([...Object.keys(after), ...Object.keys(before)]);
  return [...keys].filter(key => JSON.stringify(before[key]) !== JSON.stringify(after[key]));
}

function firstOf(sourceMap: SourceMap, paths: readonly string[]): SourceRange | undefined {
  const path = paths.find(candidate => Object.hasOwn(sourceMap, candidate));
  return path === undefined ? undefined : sourceMap[path];
}
