import type { OpenMemory } from '../../memory/open-memory.ts';
import type { MemoryProvenance } from '../../model/memory.ts';
import { noPositionals } from '../positionals.ts';
import { loadTidying } from '../wire-memory.ts';
import { realWorld } from '../world.ts';
import { byPerson } from './by-person.ts';
import { type MemoryVerb, printJson } from './memory-verb.ts';

const DAY_MS = 86_400_000;
/** How long a run may tidy when it is over; what is left is for those that come later. */
const MOST_MS = 1000;

/** `crew memory tidy`: what runs have done for them once a day. */
export const tidyMemory: MemoryVerb = async (call, memory) => {
  noPositionals(call.positionals);
  const { consolidate, scopesOf } = await loadTidying();
  const { id: _id, at: _at, ...by } = byPerson();
  const done = await consolidate(memory, await scopesOf(memory.store), by);
  await memory.store.flush();
  const { expired, superseded, waiting, archived } = done;
  if (call.values.json === true) printJson(call, { expired, superseded, waiting, archived });
  call.terminal.stderr(
    `${expired.length} expired, ${superseded.length} gave way to others, ${archived.length} archived as unused, ${waiting.length} wait for \`crew memory release\`.\n`,
  );
  return 0;
};

/**
 * Tidies a memory after a run, once a day whoever comes first: what nobody needs any more is not looked through for ever. After
 * a second it ends, and the next run goes on from there.
 */
export async function tidyDaily(memory: OpenMemory): Promise<void> {
  const day = Math.floor(memory.now() / DAY_MS);
  const turn = `tidied:${day}`;
  if ((await memory.store.bump(turn, 1)) !== 1) return;
  const end = realWorld.monotonic() + MOST_MS;
  const { consolidate, scopesOf } = await loadTidying();
  const scopes = await scopesOf(memory.store);
  const isOver = (): boolean => realWorld.monotonic() >= end;
  const { isWhole } = await consolidate(memory, scopes, byRule(memory), { isOver });
  if (!isWhole) await memory.store.bump(turn, -(await memory.store.bump(turn, 0)));
}

/** Holds what a run wrote against what others wrote meanwhile, at its end. */
export async function settleWritten(memory: OpenMemory): Promise<void> {
  const { settleRun } = await loadTidying();
  await settleRun(memory, byRule(memory));
}

function byRule({ run }: OpenMemory): MemoryProvenance {
  return { runId: run?.runId ?? '', phase: '', role: '', key: '', author: 'rule' };
}
