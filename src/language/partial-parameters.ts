/** One value that a tag gives to a partial, with the place of its expression in the text of the tag. */
export interface PartialParameter {
  readonly name: string;
  readonly value: string;
  readonly offset: number;
}

const NAME = /[\s,]*([A-Za-z_][\w-]*)\s*:\s*/y;

/** Reads what stands behind the name of a partial: `, name: value, …`. Undefined when it is something else. Linear; pure. */
export function readParameters(rest: string): readonly PartialParameter[] | undefined {
  const found: PartialParameter[] = [];
  let at = 0;
  while (rest.slice(at).trim() !== '') {
    NAME.lastIndex = at;
    const match = NAME.exec(rest);
    const [whole, name] = match ?? [];
    if (whole === undefined || name === undefined) return undefined;
    const start = at + whole.length;
    const end = endOfValue(rest, start);
    const value = rest.slice(start, end).trimEnd();
    if (value === '') return undefined;
    found.push({ name, value, offset: start });
    at = end;
  }
  return found;
}

/** The comma or the end behind a value; commas in quotes belong to it. */
function endOfValue(text: string, from: number): number {
  let at = from;
  while (at < text.length && text.charAt(at) !== ',') {
    const character = text.charAt(at);
    const quoted = character === '"' || character === "'" ? text.indexOf(character, at + 1) : -1;
    at = quoted === -1 ? at + 1 : quoted + 1;
  }
  return at;
}
