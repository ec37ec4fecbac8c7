import type { ParseArgsOptionDescriptor } from 'node:util';

/** One flag, as `parseArgs` reads it, with what help says about it. */
interface Flag extends ParseArgsOptionDescriptor {
  readonly value?: string;
  readonly help: string;
  /** A switch that what stands behind an equals sign is no value of, but the next word: `--x=Y` is `--x Y`. */
  readonly takesWord?: true;
  /** Left out of help: for tests of this program alone. */
  readonly hidden?: true;
}

export type Flags = { readonly [name: string]: Flag };

/** The values that were given for flags; a flag that was not given is absent. */
export type FlagValues = { readonly [name: string]: string | boolean | (string | boolean)[] | undefined };

/** The terminal or pipe that the program talks to, and where it was called. */
export interface Terminal {
  readonly cwd: string;
  readonly env: { readonly [name: string]: string | undefined };
  readonly version: string;
  readonly columns: number;
  /** How many rows the terminal shows; absent where nothing scrolls away. */
  readonly rows?: number | undefined;
  /** Somebody can be asked: there is a terminal to read from and one to show the question on. */
  readonly interactive: boolean;
  /** Shows a prompt and reads one line; undefined at the end of input or when the signal aborts. */
  readonly readLine: (prompt: string, signal: AbortSignal) => Promise<string | undefined>;
  readonly stdoutIsTerminal: boolean;
  readonly stderrIsTerminal: boolean;
  readonly stdoutColor: boolean;
  readonly stderrColor: boolean;
  /** Data goes to stdout, everything else to stderr. */
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
}

/** One call of a command: its arguments without its own name, its flags, and where it was called. */
export interface CommandCall {
  readonly positionals: readonly string[];
  readonly values: FlagValues;
  readonly terminal: Terminal;
  /** All commands, for one that speaks of them. */
  readonly commands: readonly Command[];
}

/** One of the things that a command does, by the word after its name; `flags` are those of the command that it takes. */
export interface Verb {
  readonly name: string;
  readonly usage: string;
  readonly summary: string;
  readonly flags?: readonly string[];
  /** What flags are to this verb, by their names, where it is not what they are to the others. */
  readonly help?: { readonly [flag: string]: string };
}

/** One command: a row of `commands.ts`. `run` returns the exit code or fails with a `CrewError`. */
export interface Command {
  readonly name: string;
  readonly usage: string;
  readonly summary: string;
  readonly flags: Flags;
  /** Absent where the command does one thing. */
  readonly verbs?: readonly Verb[];
  /** Left out of help and of suggestions: for measuring this program alone. */
  readonly hidden?: true;
  /** With `--json` the failure that stops it is a document on standard output as well: `{ version, error: { code, message } }`. */
  readonly failsInJson?: true;
  run(call: CommandCall): Promise<number>;
}

/** Commands that people look for together. */
export interface CommandGroup {
  readonly title: string;
  readonly commands: readonly Command[];
}

/** A flag's single text; undefined when it was not given. Pure. */
export function textFlag(values: FlagValues, name: string): string | undefined {
  const value = values[name];
  return typeof value === 'string' ? value : undefined;
}

/** All texts of a flag that may be given several times, in order. Pure. */
export function textFlags(values: FlagValues, name: string): readonly string[] {
  const value = values[name];
  return Array.isArray(value) ? value.filter(item => typeof item === 'string') : [];
}
