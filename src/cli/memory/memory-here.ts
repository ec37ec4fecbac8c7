import { existsSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { CrewError } from '../../model/crew-error.ts';
import { type CommandCall, textFlag } from '../command.ts';
import { loadEmptyStore, loadRedactor } from '../wire-memory.ts';
import { chooseMemory } from './choose-memory.ts';
import type { MemoryVerb } from './memory-verb.ts';
import { openMemory } from './open-memory.ts';

/** What a verb needs of the memory beside its notes. */
export interface MemoryNeeds {
  /** `read`: it searches with the vectors that are there, whoever made them; `anew`: it makes them. */
  readonly vectors?: 'read' | 'anew';
  /** It may be the first to write. */
  readonly writes?: boolean;
}

/** The flag that names a memory that is not that of this workspace. */
export const STORE_FLAG = {
  store: {
    type: 'string',
    value: 'PLACE',
    help: 'the memory at this place, as `memory.store` of a crew names it, instead of that of this workspace',
  },
} as const;

/** Lets a verb work on the memory of this workspace, or on that of `--store`; one that was never made is empty. Fails with MEMORY_*. */
export async function withMemoryHere(
  call: CommandCall,
  verb: MemoryVerb,
  { vectors, writes = false }: MemoryNeeds = {},
): Promise<number> {
  const { values, terminal } = call;
  const named = textFlag(values, 'store');
  const asked = textFlag(values, 'embedder');
  const chosen = await chooseMemory(
    {
      ...(named === undefined ? {} : { store: named, byPerson: true }),
      ...(asked === undefined ? {} : { embedder: asked }),
    },
    { values, terminal },
  );
  const choice = vectors === undefined ? { ...chosen, embedder: 'none' } : chosen;
  const isMissing = !writes && isAbsolute(choice.place) && !existsSync(choice.place);
  if (isMissing && named !== undefined) {
    throw new CrewError('MEMORY_NOT_FOUND', `there is no memory in \`${choice.place}\``, {
      hint: '`crew memory stats` without `--store` says where that of this workspace is.',
    });
  }
  const empty = isMissing ? { store: { ...(await loadEmptyStore()), place: choice.place } } : {};
  const onProgress = (text: string): void => terminal.stderr(`${text}\n`);
  // Whoever makes vectors fails with it.
  const onNotice = vectors === 'anew' ? () => undefined : onProgress;
  const { createRedactor, secretValues } = await loadRedactor();
  const redact = createRedactor(secretValues(terminal.env, []));
  const purpose = vectors === undefined ? {} : { vectors };
  const { memory, release } = await openMemory({
    choice,
    env: terminal.env,
    redact,
    onNotice,
    onProgress,
    ...purpose,
    ...empty,
  });
  try {
    return await verb(call, memory);
  } finally {
    await release();
  }
}
