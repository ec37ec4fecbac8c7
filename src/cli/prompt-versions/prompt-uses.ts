import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CrewError } from '../../model/crew-error.ts';
import { addSpend, type PromptUse } from '../../model/prompt-figures.ts';
import type { UsedPrompt } from '../../model/prompt-file.ts';
import type { RunRecord } from '../../model/run-record.ts';
import type { Engine, RunHeader } from '../../ports/engine.ts';
import type { FoldStep } from '../../runtime/records/fold-run.ts';
import { readRecordedRun } from '../recorded-run.ts';
import { replaceFile } from '../trust-store.ts';
import { loadRecordReaders } from '../wire.ts';
import { hasJournal, openExistingEngine, stateDirOf } from '../workspace.ts';
import { stemOf } from './prompt-ref.ts';
import type { PromptPlaces } from './prompt-store.ts';
import { usedPrompts } from './require-locked.ts';

/** What the runs of a workspace did with prompts. */
export interface RecordedUses {
  readonly uses: readonly PromptUse[];
  /** Runs that cannot be read, such as those of another version of the program. */
  readonly unread: number;
}

/** What is kept of runs that are over, so that they are folded once. */
const FORMAT = 2;

/** Reads which prompts the runs of a workspace used, and what came of it. No run there is no use. */
export async function promptUses({ values, terminal }: PromptPlaces): Promise<RecordedUses> {
  if (!hasJournal(values, terminal)) return { uses: [], unread: 0 };
  const file = join(stateDirOf(values, terminal), 'cache', 'prompt-uses.jsonl');
  const kept = readKept(file);
  const engine = await openExistingEngine(values, terminal);
  try {
    const uses: PromptUse[] = [];
    const over: (readonly [string, readonly PromptUse[]])[] = [];
    let unread = 0;
    for (const header of engine.list()) {
      const found = kept.get(header.runId) ?? (await usesOf(engine, header));
      if (found === undefined) unread += 1;
      else if (header.status !== 'open') over.push([header.runId, found]);
      uses.push(...(found ?? []));
    }
    if (over.some(([runId]) => !kept.has(runId))) keep(file, over);
    return { uses, unread };
  } finally {
    engine.close();
  }
}

function readKept(file: string): ReadonlyMap<string, readonly PromptUse[]> {
  if (!existsSync(file)) return new Map();
  try {
    const [head = '', ...lines] = readFileSync(file, 'utf8').split('\n');
    if (head !== String(FORMAT)) return new Map();
    return new Map(lines.filter(Boolean).map(line => JSON.parse(line) as [string, PromptUse[]]));
  } catch {
    // Half of a file: the journal has it all.
    return new Map();
  }
}

function keep(file: string, rows: readonly (readonly [string, readonly PromptUse[]])[]): void {
  try {
    replaceFile(file, [FORMAT, ...rows.map(row => JSON.stringify(row)), ''].join('\n'), 0o600);
  } catch (error) {
    // Without it the runs are read again the next time.
    if (!(error instanceof CrewError)) throw error;
  }
}

/** Undefined for a run that cannot be read. Only a run that used a prompt is folded. */
async function usesOf(engine: Engine, { runId }: RunHeader): Promise<readonly PromptUse[] | undefined> {
  try {
    if (usedPrompts(engine.follow(runId).program).length === 0) return [];
    const { run, steps } = await readRecordedRun(engine, runId);
    const { readRecord } = await loadRecordReaders();
    return usesIn(readRecord(run, steps), steps);
  } catch (error) {
    if (error instanceof CrewError) return undefined;
    throw error;
  }
}

function usesIn(record: RunRecord, steps: readonly FoldStep[]): readonly PromptUse[] {
  const byVersion = Map.groupBy(record.prompts ?? [], used => `${stemOf(used.file)}\0${used.hash}`);
  return [...byVersion.values()].flatMap(rows => {
    const [first] = rows;
    return first === undefined ? [] : [measure(first, rows, { record, steps })];
  });
}

function measure(
  used: UsedPrompt,
  rows: readonly UsedPrompt[],
  { record, steps }: { readonly record: RunRecord; readonly steps: readonly FoldStep[] },
): PromptUse {
  const scopes = rows.map(row => scopeOf(row, record));
  const isPhase = (phase: string): boolean => scopes.some(scope => scope.phase?.(phase) === true);
  const visits = record.path.filter(({ phase }) => isPhase(phase));
  return {
    runId: record.runId,
    crew: record.crew,
    startedAt: record.startedAt,
    status: record.status,
    hash: used.hash,
    stem: stemOf(used.file),
    file: used.file,
    at: rows.map(({ at }) => at),
    visits: {
      completed: visits.filter(({ outcome }) => outcome === 'completed').length,
      failed: visits.filter(({ outcome }) => outcome === 'failed').length,
    },
    trials: trialsOf(steps, isPhase),
    spend: spendOf(scopes, record),
  };
}

/** The part of a run that a prompt speaks to: phases and what is inside them, a role, or, when it is neither, all of it. */
interface Scope {
  readonly phase?: (phase: string) => boolean;
  readonly role?: string;
}

/** Words of the file that are not in the paths of phases. */
const STRUCTURE = new Set(['parallel', 'do', 'inner', 'chain']);

function scopeOf({ at }: UsedPrompt, record: RunRecord): Scope {
  const [, crew = '', place = ''] = /^(.*\/)?(.*)$/s.exec(at) ?? [];
  const [kind, ...path] = place.split('.');
  if (kind === 'roles') return { role: path[0] ?? '' };
  if (kind !== 'phases' && crew === '') return {};
  if (kind !== 'phases') return { phase: phase => isInside(phase, crew.slice(0, -1)) };
  const words = path.filter(word => !STRUCTURE.has(word));
  const known = [...record.path.map(({ phase }) => phase), ...record.spend.byPhase.map(({ name }) => name)];
  for (let length = words.length; length > 1; length -= 1) {
    const inner = `${crew}${words.slice(0, length).join('.')}`;
    if (known.some(phase => isInside(phase, inner))) return { phase: phase => isInside(phase, inner) };
  }
  return { phase: phase => isInside(phase, `${crew}${words[0] ?? ''}`) };
}

function isInside(phase: string, place: string): boolean {
  return phase === place || (phase.startsWith(place) && /^[./[]/.test(phase.slice(place.length)));
}

/** By phase as the run's own sums have it; what a role says is counted by its calls, which may lie in the same phases. */
function spendOf(scopes: readonly Scope[], { spend, calls }: RunRecord): PromptUse['spend'] {
  if (scopes.some(({ phase, role }) => phase === undefined && role === undefined)) return spend.total;
  const isPhase = (name: string): boolean => scopes.some(({ phase }) => phase?.(name) === true);
  const roles = new Set(scopes.flatMap(({ role }) => role ?? []));
  if (roles.size === 0) return addSpend(spend.byPhase.filter(({ name }) => isPhase(name)));
  const isOnlyRoles = scopes.every(({ role }) => role !== undefined);
  if (isOnlyRoles) return addSpend(spend.byRole.filter(({ name }) => roles.has(name)));
  const own = calls.filter(({ phase, role }) => isPhase(phase) || roles.has(role));
  return addSpend(
    own.flatMap(({ usage, costMicroUsd = null }) =>
      usage === undefined ? [] : [{ calls: 1, toolCalls: 0, usage, costMicroUsd }],
    ),
  );
}

function trialsOf(steps: readonly FoldStep[], isPhase: (phase: string) => boolean): PromptUse['trials'] {
  const judged = steps
    .flatMap(({ effects }) => effects)
    .flatMap(effect => (effect.type === 'event.publish' ? [effect.event] : []))
    .flatMap(event => (event.type === 'trial.judged' && isPhase(event.phase) ? [event] : []));
  return {
    judged: judged.length,
    passed: judged.filter(({ passed }) => passed).length,
    scores: judged.flatMap(({ score }) => score ?? []),
  };
}
