import type { JsonObject, JsonValue } from '../model/json.ts';
import type { PromptFile } from '../model/prompt-file.ts';
import { hashOf } from './server-identity.ts';

/** Finds the partial of a name; undefined when there is none. */
export type PartialOf = (name: string) => PromptFile | undefined;

/**
 * The version of a prompt: the sha256, in hex, of its canonical form. That is the front matter by value, so that the order of
 * its keys, comments and quotes do not count, but keys that are not sent do; the body, in which only the ends of lines do not;
 * and the hash of each partial that the body puts in. A partial that is not there has none, which counts too; one in which
 * partials go round in a circle is made of all that it reaches. Every partial is looked at a few times, however often it is
 * put in. Pure.
 */
export function promptHash(prompt: PromptFile, partialOf: PartialOf): string {
  return hashOf(canonical(prompt, { partialOf, known: new Map(), circles: new Map() }));
}

interface Hashing {
  readonly partialOf: PartialOf;
  readonly known: Map<string, string | null>;
  /** Whether partials go round in a circle somewhere in this one. */
  readonly circles: Map<string, boolean>;
}

function canonical({ written, body, includes }: PromptFile, state: Hashing): JsonObject {
  const rows = includes.map(name => [name, partialHash(name, state)] as const);
  return { front: written, body, partials: Object.fromEntries(rows) };
}

function partialHash(name: string, state: Hashing): string | null {
  const found = state.known.get(name);
  if (found !== undefined) return found;
  const partial = state.partialOf(name);
  const hash = partial === undefined ? null : hashInside(name, partial, state);
  state.known.set(name, hash);
  return hash;
}

function hashInside(name: string, partial: PromptFile, state: Hashing): string {
  if (!hasCircle(name, state, new Set())) return hashOf(canonical(partial, state));
  return hashOf({ name, circle: Object.fromEntries(reached(name, state.partialOf)) });
}

/** `open` are the partials around this one. */
function hasCircle(name: string, state: Hashing, open: Set<string>): boolean {
  if (open.has(name)) return true;
  const known = state.circles.get(name);
  if (known !== undefined) return known;
  open.add(name);
  const found = (state.partialOf(name)?.includes ?? []).some(inner => hasCircle(inner, state, open));
  open.delete(name);
  state.circles.set(name, found);
  return found;
}

/** All partials that one reaches, itself too, by name, each without those inside it. */
function reached(name: string, partialOf: PartialOf): ReadonlyMap<string, JsonValue> {
  const found = new Map<string, JsonValue>();
  const waiting = [name];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (found.has(next)) continue;
    const partial = partialOf(next);
    found.set(next, partial === undefined ? null : { front: partial.written, body: partial.body });
    waiting.push(...(partial?.includes ?? []));
  }
  return found;
}
