import { CrewError } from '../model/crew-error.ts';
import type { ModelCallEffect } from '../model/effect.ts';
import type { RunRecord } from '../model/run-record.ts';

/** The most keys that a message lists. */
const MAX_LISTED = 8;

/**
 * The model call that `wanted` means: its key, or the number of a turn when only one call of the record has that turn.
 * Fails with USAGE and the keys that there are. Pure.
 */
export function findPrompt(
  { runId, calls }: RunRecord,
  prompts: ReadonlyMap<string, ModelCallEffect>,
  wanted: string,
): ModelCallEffect {
  const fitting = calls.filter(({ key, turn }) => key === wanted || String(turn) === wanted);
  const exact = calls.find(({ key }) => key === wanted) ?? (fitting.length === 1 ? fitting[0] : undefined);
  const prompt = exact === undefined ? undefined : prompts.get(exact.key);
  if (prompt !== undefined) return prompt;
  const listed = fitting.length === 0 ? calls : fitting;
  const keys = listed.slice(0, MAX_LISTED).map(({ key }) => key);
  const more = listed.length > keys.length ? `, and ${listed.length - keys.length} more` : '';
  const known = keys.length === 0 ? 'there is none' : `there is ${keys.join(', ')}${more}`;
  const problem =
    fitting.length > 1
      ? `several model calls of run \`${runId}\` are turn ${wanted}`
      : `run \`${runId}\` has no model call \`${wanted}\` there`;
  const [own, ...others] = calls.filter(({ phase }) => phase === wanted);
  const hint =
    own === undefined || others.length > 0
      ? known
      : `say \`crew show ${runId} ${wanted} --prompt ${own.turn}\``;
  throw new CrewError('USAGE', `${problem}; ${hint}`);
}
