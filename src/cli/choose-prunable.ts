import { CrewError } from '../model/crew-error.ts';
import type { RunHeader, RunStatus } from '../ports/engine.ts';
import { type FlagValues, textFlag } from './command.ts';

/** Which runs may be taken away. */
export interface PruneChoice {
  /** Only runs that were started longer ago, in milliseconds. */
  readonly olderThanMs: number;
  readonly statuses: ReadonlySet<RunStatus>;
  /** So many of the newest that the other rules choose from are kept. */
  readonly keep: number;
}

const UNITS = new Map([
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
  ['w', 7 * 86_400_000],
]);
const FINISHED = ['success', 'failure', 'error'] as const satisfies readonly RunStatus[];
const DEFAULT_AGE_MS = 30 * 86_400_000;

/**
 * Reads `--older-than`, `--status`, `--keep` and `--open`. Without `--status` and `--keep` only runs older than 30 days
 * are meant. Runs that are open are never meant without `--open`. Fails with USAGE. Pure.
 */
export function readPruneChoice(values: FlagValues): PruneChoice {
  const [age, keep, status] = ['older-than', 'keep', 'status'].map(name => textFlag(values, name));
  const chosen = status === undefined ? FINISHED : status.split(',').map(word => readStatus(word.trim()));
  const defaultAge = keep === undefined && status === undefined ? DEFAULT_AGE_MS : 0;
  return {
    olderThanMs: age === undefined ? defaultAge : readAge(age),
    statuses: new Set<RunStatus>(values.open === true ? [...chosen, 'open'] : chosen),
    keep: keep === undefined ? 0 : readCount(keep),
  };
}

/** The runs that a choice means, newest first; never one that is worked on. `runs` are newest first too. Pure. */
export function choosePrunable(
  runs: readonly RunHeader[],
  { olderThanMs, statuses, keep }: PruneChoice,
  now: number,
): readonly RunHeader[] {
  return runs
    .filter(({ status, active }) => statuses.has(status) && !active)
    .slice(keep)
    .filter(({ createdAt }) => createdAt <= now - olderThanMs);
}

function readStatus(word: string): RunStatus {
  const status = FINISHED.find(each => each === word);
  if (status !== undefined) return status;
  const open = word === 'open' ? '; open runs are chosen by `--open`' : '';
  throw new CrewError('USAGE', `\`--status ${word}\` is not known; expected ${FINISHED.join(', ')}${open}`);
}

function readAge(text: string): number {
  const match = /^(\d+(?:\.\d+)?)([smhdw])$/.exec(text);
  const unit = UNITS.get(match?.[2] ?? '');
  if (match && unit !== undefined) return Number(match[1]) * unit;
  throw new CrewError(
    'USAGE',
    `\`--older-than ${text}\` cannot be read; write an age such as 30d, 12h or 2w`,
  );
}

function readCount(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new CrewError('USAGE', `\`--keep ${text}\` cannot be read; write a number of runs`);
}
