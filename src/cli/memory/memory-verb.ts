import type { OpenMemory } from '../../memory/open-memory.ts';
import { jsonText } from '../../reporters/json-text.ts';
import type { CommandCall } from '../command.ts';

/** One of the things that `crew memory` and `crew lessons` do; `positionals` are those after the verb. */
export type MemoryVerb = (call: CommandCall, memory: OpenMemory) => Promise<number>;

/** Prints the one JSON document of a command; what a terminal would obey is escaped in it. */
export function printJson({ terminal }: CommandCall, document: object): void {
  terminal.stdout(`${jsonText({ version: 1, ...document }, 2)}\n`);
}

/** How what is remembered is shown: how wide lines may be, and when. */
export interface Layout {
  readonly color: boolean;
  readonly columns: number;
  readonly now: number;
}

/** How a verb shows what is remembered. */
export function layoutOf({ terminal }: CommandCall, { now }: Pick<OpenMemory, 'now'>): Layout {
  const columns = terminal.stdoutIsTerminal ? terminal.columns : Number.POSITIVE_INFINITY;
  return { color: terminal.stdoutColor, columns, now: now() };
}
