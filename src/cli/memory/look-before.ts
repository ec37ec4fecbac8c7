import { isAbsolute, relative } from 'node:path';
import type { OpenMemory } from '../../memory/open-memory.ts';
import { CrewError } from '../../model/crew-error.ts';
import type { Program } from '../../model/program.ts';
import type { Recalled, RecalledRole, RecallRequest } from '../../model/recall.ts';
import type { FlagValues, Terminal } from '../command.ts';
import { loadMemoryLook, loadMemoryStore } from '../wire-memory.ts';
import { chooseRunMemory, declaredMemory, type MemoryChoice, wantsMemory } from './choose-memory.ts';
import { openMemory } from './open-memory.ts';

/** What a run that began now would be reminded of. */
export interface SeenMemory {
  /** `new`: none was made yet, so a run would begin with an empty one; `unread`: it is not known, and `why` says why. */
  readonly state: 'read' | 'new' | 'off' | 'unread';
  readonly place?: string;
  readonly version?: number;
  readonly why?: string;
  /** By the phase of its request. */
  readonly recalled: ReadonlyMap<string, Recalled>;
  /** What a run may be reminded of in another way, and why. */
  readonly remarks: readonly string[];
}

/** A place where nobody remembers anything has nothing to see. */
const NOTHING = { recalled: new Map<string, Recalled>(), remarks: [] } as const;

/**
 * What a run of a program that began now would be reminded of, one answer for each request; undefined for a crew that
 * remembers nothing, or without requests. Nothing is made and nothing written, no server is asked. Fails with USAGE or
 * CONFIG_INVALID; a memory that cannot be read is told of.
 */
export async function lookBefore(
  program: Program,
  requests: readonly RecallRequest[],
  where: { readonly values: FlagValues; readonly terminal: Terminal },
): Promise<SeenMemory | undefined> {
  const declared = declaredMemory(program);
  if (declared === undefined) return undefined;
  if (!(await wantsMemory(where.values, where.terminal))) return { state: 'off', ...NOTHING };
  if (requests.length === 0) return undefined;
  try {
    const choice = await chooseRunMemory(program, declared, where);
    if (!isAbsolute(choice.place)) {
      const why = `it is at ${choice.place}, and who only looks asks no server`;
      return { state: 'unread', place: choice.place, why, ...NOTHING };
    }
    return await look(choice, { program, requests, terminal: where.terminal });
  } catch (error) {
    if (!(error instanceof CrewError) || !error.code.startsWith('MEMORY_')) throw error;
    return { state: 'unread', why: `${error.code}: ${error.message}`, ...NOTHING };
  }
}

async function look(
  choice: MemoryChoice,
  asked: {
    readonly program: Program;
    readonly requests: readonly RecallRequest[];
    readonly terminal: Terminal;
  },
): Promise<SeenMemory> {
  const { program, requests, terminal } = asked;
  const [{ lookForWork }, { isStoreMade }] = await Promise.all([loadMemoryLook(), loadMemoryStore()]);
  const isMade = isStoreMade(choice.place);
  const { memory, release } = await openMemory({
    choice,
    declared: declaredMemory(program),
    env: terminal.env,
    redact: text => text,
    looks: true,
  });
  try {
    const recalled = new Map<string, Recalled>();
    for (const request of requests) recalled.set(request.phase, await lookForWork(memory, request));
    const remarks = [...recalled.values()].flatMap(one => one.remarks);
    return {
      state: isMade ? 'read' : 'new',
      place: relative(terminal.cwd, choice.place) || '.',
      version: await memory.store.version(),
      recalled,
      remarks: [...new Set([...remarks, ...(await withoutVectors(memory, choice))])],
    };
  } finally {
    await release();
  }
}

/** A run would give them vectors before it reads. */
async function withoutVectors(
  { store, wordsAlone }: OpenMemory,
  { embedder }: MemoryChoice,
): Promise<readonly string[]> {
  if (embedder === 'none' || wordsAlone?.() !== undefined) return [];
  const [one] = await store.unembedded(1);
  return one === undefined
    ? []
    : ['some notes have no vectors yet; a run gives them some as it begins, and may then find others'];
}

/** What roles are reminded of, as rendering takes it. Pure. */
export function recalledRoles({ recalled }: SeenMemory): ReadonlyMap<string, readonly RecalledRole[]> {
  return new Map([...recalled].map(([phase, { roles }]) => [phase, roles]));
}
