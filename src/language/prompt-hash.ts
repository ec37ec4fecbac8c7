import type { JsonObject } from '../model/json.ts';
import type { PromptFile } from '../model/prompt-file.ts';
import { hashOf } from './server-identity.ts';

/** Finds the partial of a name; undefined when there is none. */
export type PartialOf = (name: string) => PromptFile | undefined;

/**
 * The version of a prompt: the sha256, in hex, of its canonical form. That is the front matter by value, so that the order of
 * its keys, comments and quotes do not count; the body, in which only the ends of lines do not; and the hash of each partial
 * that the body puts in. A partial that is not there, or that puts itself in, has none, which counts too. Pure.
 */
export function promptHash(prompt: PromptFile, partialOf: PartialOf): string {
  return hashOf(canonicalPrompt(prompt, partialOf));
}

/** What the hash of a prompt is made of, as a value. Pure. */
function canonicalPrompt(prompt: PromptFile, partialOf: PartialOf): JsonObject {
  return canonical(prompt, { partialOf, open: [], known: new Map() });
}

interface Hashing {
  readonly partialOf: PartialOf;
  /** The partials that are being hashed, outermost first. */
  readonly open: readonly string[];
  readonly known: Map<string, string>;
}

function canonical({ written, body, includes }: PromptFile, state: Hashing): JsonObject {
  const rows = includes.map(name => [name, partialHash(name, state)] as const);
  return { front: written, body, partials: Object.fromEntries(rows) };
}

function partialHash(name: string, state: Hashing): string | null {
  const { partialOf, open, known } = state;
  const found = known.get(name);
  if (found !== undefined) return found;
  const partial = open.includes(name) ? undefined : partialOf(name);
  if (partial === undefined) return null;
  const hash = hashOf(canonical(partial, { ...state, open: [...open, name] }));
  // Inside a cycle a hash depends on where one came in, so only one from outside is kept.
  if (open.length === 0) known.set(name, hash);
  return hash;
}
