import type { OpenMemory } from '../../memory/open-memory.ts';
import type { MemoryProvenance } from '../../model/memory.ts';
import { noPositionals } from '../positionals.ts';
import { loadTidying } from '../wire-memory.ts';
import { byPerson } from './by-person.ts';
import { type MemoryVerb, printJson } from './memory-verb.ts';

const DAY_MS = 86_400_000;
/** Who ends a run does not wait for minutes because thousands of notes were imported. */
const SETTLED_A_DAY = 300;

/** `crew memory tidy`: what runs have done for them once a day. */
export const tidyMemory: MemoryVerb = async (call, memory) => {
  noPositionals(call.positionals);
  const { consolidate, scopesOf } = await loadTidying();
  const { id: _id, at: _at, ...by } = byPerson();
  const done = await consolidate(memory, await scopesOf(memory.store), by);
  await memory.store.flush();
  if (call.values.json === true) printJson(call, { ...done });
  const { expired, superseded, waiting, archived } = done;
  call.terminal.stderr(
    `${expired.length} expired, ${superseded.length} gave way to others, ${archived.length} archived as unused, ${waiting.length} wait for \`crew memory release\`.\n`,
  );
  return 0;
};

/** Tidies a memory after a run, once a day whoever comes first: what nobody needs any more is not looked through for ever. */
export async function tidyDaily(memory: OpenMemory): Promise<void> {
  const day = Math.floor(memory.now() / DAY_MS);
  if ((await memory.store.bump(`tidied:${day}`, 1)) !== 1) return;
  const { consolidate, scopesOf } = await loadTidying();
  const scopes = await scopesOf(memory.store);
  await consolidate(memory, scopes, byRule(memory), { settleAtMost: SETTLED_A_DAY });
}

/** Holds what a run wrote against what others wrote meanwhile, at its end. */
export async function settleWritten(memory: OpenMemory): Promise<void> {
  const { settleRun } = await loadTidying();
  await settleRun(memory, byRule(memory));
}

function byRule({ run }: OpenMemory): MemoryProvenance {
  return { runId: run?.runId ?? '', phase: '', role: '', key: '', author: 'rule' };
}
