import type { OpenMemory } from '../../memory/open-memory.ts';
import type { CommandCall } from '../command.ts';

/** One of the things that `crew memory` and `crew lessons` do; `positionals` are those after the verb. */
export type MemoryVerb = (call: CommandCall, memory: OpenMemory) => Promise<number>;

/** Prints the one JSON document of a command. */
export function printJson({ terminal }: CommandCall, document: object): void {
  terminal.stdout(`${JSON.stringify({ version: 1, ...document }, null, 2)}\n`);
}

/** How wide lines may be. */
export function layoutOf({ terminal }: CommandCall): { readonly color: boolean; readonly columns: number } {
  const columns = terminal.stdoutIsTerminal ? terminal.columns : Number.POSITIVE_INFINITY;
  return { color: terminal.stdoutColor, columns };
}
