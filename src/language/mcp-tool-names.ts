import { hashOf } from './server-identity.ts';

const LONGEST = 64;
const FITS = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;

/**
 * The names that crews call the tools of a server by, all different: its own where the language can say it, else one with
 * `_` for every other character, a letter in front and at most 64 characters. Where several tools would get a name, or one
 * has it already, digits of the hash of their own names are put behind it. Depends on the set of names only. Pure.
 */
export function mcpToolNames(names: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map(names.filter(name => FITS.test(name)).map(name => [name, name]));
  const taken = new Set(found.keys());
  const others = names.filter(name => !found.has(name)).toSorted();
  const plain = others.map(rewrite);
  for (const [index, name] of others.entries()) {
    const wanted = plain[index] ?? '';
    const alone = !taken.has(wanted) && plain.indexOf(wanted) === plain.lastIndexOf(wanted);
    const ours = alone ? wanted : withDigits(wanted, name, taken);
    taken.add(ours);
    found.set(name, ours);
  }
  return found;
}

function rewrite(name: string): string {
  const plain = [...name].map(letter => (/[A-Za-z0-9_-]/.test(letter) ? letter : '_')).join('');
  const named = /^[A-Za-z]/.test(plain) ? plain : `tool_${plain}`;
  return named.slice(0, LONGEST);
}

/** Whoever chooses names so that some digits are taken only makes the name longer. */
function withDigits(wanted: string, name: string, taken: ReadonlySet<string>): string {
  const digits = hashOf({ name });
  for (let count = 8; ; count += 8) {
    const ours = `${wanted.slice(0, Math.max(1, LONGEST - 1 - count))}_${digits.slice(0, count)}`;
    if (!taken.has(ours) || count > LONGEST) return ours;
  }
}
