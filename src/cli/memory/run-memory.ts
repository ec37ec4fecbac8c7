import { ancestorsOf } from '../../memory/ancestors-of.ts';
import type { MemoryDoor } from '../../memory/memory-door.ts';
import type { OpenMemory } from '../../memory/open-memory.ts';
import { CrewError } from '../../model/crew-error.ts';
import type { Fact, RunMemory, WithoutMemory } from '../../model/fact.ts';
import type { Program } from '../../model/program.ts';
import type { MemoryStore } from '../../ports/memory-store.ts';
import type { FlagValues, Terminal } from '../command.ts';
import { secretsOf } from '../fact-redactor.ts';
import { loadRedactor, loadRunMemory } from '../wire-memory.ts';
import { chooseRunMemory, declaredMemory, wantsMemory } from './choose-memory.ts';
import { type OpenedMemory, openMemory } from './open-memory.ts';
import { settleWritten, tidyDaily } from './tidy.ts';

/** The memory that a new run begins with; its store stays open until the release. */
export interface BegunMemory {
  /** For `run.started`: which memory the run has, or that nobody wants the one of its crew. */
  readonly recorded: { readonly memory?: RunMemory; readonly withoutMemory?: WithoutMemory };
  readonly release: () => Promise<void>;
}

const NONE: BegunMemory = { recorded: {}, release: async () => undefined };

/**
 * Opens the memory of a run that is to begin, where its crew has one and it is wanted, and says which version it reads. Fails
 * with MEMORY_*, EMBEDDER_UNAVAILABLE, USAGE or CONFIG_INVALID, before the run exists.
 */
export async function beginMemory(
  program: Program,
  {
    values,
    terminal,
    quiet = false,
  }: { readonly values: FlagValues; readonly terminal: Terminal; readonly quiet?: boolean },
): Promise<BegunMemory> {
  const declared = declaredMemory(program);
  if (declared === undefined) return NONE;
  if (!(await wantsMemory(values, terminal))) return { ...NONE, recorded: { withoutMemory: 'stored' } };
  const choice = await chooseRunMemory(program, declared, { values, terminal });
  const { memory, release } = await openMemory({
    choice,
    declared,
    env: terminal.env,
    redact: text => text,
    // Of trouble, the run itself tells.
    onProgress: text => (quiet ? undefined : terminal.stderr(`${text}\n`)),
  });
  try {
    const pinned = declared.pinned ? { version: await memory.store.version() } : {};
    const store = await memory.store.identity();
    const { place, embedder } = choice;
    const recorded = { place, embedder, store, gathers: 'all', ruled: 'dropped', ...pinned } as const;
    return { recorded: { memory: recorded }, release };
  } catch (error) {
    await release();
    throw error;
  }
}

/** The memory of a run under way: its door for the executor, and what the tools of roles work on. Opened at its first use. */
export interface OpenRunMemory {
  readonly door: () => Promise<MemoryDoor>;
  /** For the tools of roles. */
  readonly open: () => Promise<OpenMemory>;
  readonly close: () => Promise<void>;
}

/** The memory that a recorded run says that it has. */
export function openRunMemory(options: {
  readonly runId: string;
  readonly program: Program;
  readonly memory: RunMemory;
  /** The facts that there were when its journal was opened; they say where a fork comes from. */
  readonly recorded?: readonly Fact[];
  readonly env: { readonly [name: string]: string | undefined };
  readonly onNotice: (text: string) => void;
  readonly store?: MemoryStore | undefined;
}): OpenRunMemory {
  const { runId, program, memory: run, recorded = [], env, onNotice, store } = options;
  let opened: Promise<OpenedMemory> | undefined;
  let mayHaveWritten = false;
  const open = async (): Promise<OpenMemory> => {
    opened ??= loadRedactor().then(({ createRedactor }) =>
      openMemory({
        choice: { place: run.place, embedder: run.embedder },
        declared: declaredMemory(program),
        env,
        // What is remembered stays, so also what only looks like a secret is taken out.
        redact: createRedactor(secretsOf(program, env)),
        run: { ...run, runId, ancestors: ancestorsOf(recorded) },
        onNotice,
        onProgress: onNotice,
        store,
      }),
    );
    // A place that comes back is tried again.
    opened.catch(() => {
      opened = undefined;
    });
    return (await opened).memory;
  };
  return {
    door: async () => {
      const [memory, { recallForWork, writeForWork }] = await Promise.all([open(), loadRunMemory()]);
      return {
        recall: (request, signal) => recallForWork(memory, request, signal),
        write: (effect, signal) => {
          mayHaveWritten = true;
          return writeForWork(memory, effect, signal);
        },
      };
    },
    open: () => {
      mayHaveWritten = true;
      return open();
    },
    close: async () => {
      const last = await opened?.catch(() => undefined);
      if (last === undefined) return;
      try {
        if (mayHaveWritten) await settleWritten(last.memory);
        if (store === undefined) await tidyDaily(last.memory);
      } catch (error) {
        if (!(error instanceof CrewError)) throw error;
        onNotice(`memory was not tidied, ${error.code}: ${error.message}`);
      } finally {
        await last.release();
      }
    },
  };
}
