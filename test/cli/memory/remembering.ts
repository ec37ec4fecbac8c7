import type { CommandCall, FlagValues } from '../../../src/cli/command.ts';
import type { OpenMemory } from '../../../src/memory/open-memory.ts';
import type { MemoryBlock, MemoryNote } from '../../../src/model/memory.ts';
import { createInMemoryStore } from '../../../src/stores/in-memory.ts';
import { noteOf } from '../../contracts/memory-notes.ts';

const BY = { runId: 'run1', phase: 'fix', role: 'fixer', key: 'fix:1:1/remember', author: 'rule' };

/** A note with everything in it; what is given goes over it. */
export function note(id: string, given: Partial<MemoryNote> = {}): MemoryNote {
  return noteOf(id, {
    ...BY,
    scope: 'crew:house',
    crew: 'house',
    gist: `gist of ${id}`,
    sources: ['model'],
    createdAt: 1_800_000_000_000,
    lastUsedAt: 1_800_000_000_000,
    ...given,
  });
}

/** A block of the crew `house`. */
export function block(label: string, value: string, given: Partial<MemoryBlock> = {}): MemoryBlock {
  return {
    scope: 'crew:house',
    label,
    value,
    limit: 200,
    description: 'what holds here',
    readOnly: false,
    version: 1,
    trust: 3,
    updatedAt: 1_800_000_000_000,
    updatedBy: BY,
    ...given,
  };
}

/** A memory of this process with these notes and blocks. */
export async function memoryWith(
  notes: readonly MemoryNote[],
  blocks: readonly MemoryBlock[] = [],
): Promise<OpenMemory> {
  const store = createInMemoryStore();
  await store.put(notes.map(each => ({ note: each })));
  for (const each of blocks) await store.putBlock(each, 0);
  return {
    store,
    settings: { scoring: 'hybrid', weights: {}, halfLifeMs: 1000 },
    now: () => 1_800_000_000_000,
    redact: text => text,
  };
}

/** A call of a verb, with what it printed. */
export function callOf(
  positionals: readonly string[],
  values: FlagValues = {},
): { readonly call: CommandCall; readonly out: () => string; readonly said: () => string } {
  const out: string[] = [];
  const said: string[] = [];
  const call: CommandCall = {
    positionals,
    values,
    commands: [],
    terminal: {
      cwd: process.cwd(),
      env: {},
      version: '0',
      columns: 80,
      interactive: false,
      readLine: async () => undefined,
      stdoutIsTerminal: false,
      stderrIsTerminal: false,
      stdoutColor: false,
      stderrColor: false,
      stdout: text => out.push(text),
      stderr: text => said.push(text),
    },
  };
  return { call, out: () => out.join(''), said: () => said.join('') };
}
