/** A tag that puts a partial in: where it stands in the body, its name, and what it gives the partial, as written. */
export interface PartialTag {
  readonly offset: number;
  readonly length: number;
  readonly tag: 'render' | 'include';
  /** Absent when it is no quoted text, so that it is not known before a run. */
  readonly name?: string;
  /** Where the name stands, or what is there in its place. */
  readonly nameOffset: number;
  readonly nameLength: number;
  /** What stands behind the name, such as `, finding: item`, with its place. */
  readonly rest: string;
  readonly restOffset: number;
  /** `{%-` and `-%}`, which take white space away. */
  readonly trimsLeft: boolean;
  readonly trimsRight: boolean;
}

const NAMED = /^(\s*)(?:"([^"]*)"|'([^']*)')/;
const END_OF_RAW = /\{%-?\s*endraw\s*-?%\}/g;

/** Lists the tags of a Liquid text that put partials in, in order, without those inside `raw` and `comment`. Linear; pure. */
export function listPartialTags(body: string): readonly PartialTag[] {
  const found: PartialTag[] = [];
  let commented = false;
  let at = nextOpening(body, 0);
  while (at !== -1) {
    const isTag = body.charAt(at + 1) === '%';
    const end = closingOf(body, at + 2, isTag ? '%}' : '}}');
    if (end === -1) return found;
    let behind = end;
    if (isTag) {
      const [word = ''] = /^-?\s*(\w+)/.exec(body.slice(at + 2, Math.min(end, at + 64)))?.slice(1) ?? [];
      if (commented) commented = word !== 'endcomment';
      else if (word === 'comment') commented = true;
      else if (word === 'raw') behind = endOfRaw(body, end);
      else if (word === 'render' || word === 'include') found.push(tagOf(body, at, end, word));
    }
    at = behind === -1 ? -1 : nextOpening(body, behind);
  }
  return found;
}

function nextOpening(text: string, from: number): number {
  for (let at = text.indexOf('{', from); at !== -1; at = text.indexOf('{', at + 1)) {
    const next = text.charAt(at + 1);
    if (next === '%' || next === '{') return at;
  }
  return -1;
}

/** Behind the closing mark; what stands in quotes closes nothing. */
function closingOf(text: string, from: number, mark: string): number {
  let at = from;
  while (at < text.length) {
    const character = text.charAt(at);
    if (text.startsWith(mark, at)) return at + mark.length;
    const quoted = character === '"' || character === "'" ? text.indexOf(character, at + 1) : -1;
    at = quoted === -1 ? at + 1 : quoted + 1;
  }
  return -1;
}

function endOfRaw(text: string, from: number): number {
  END_OF_RAW.lastIndex = from;
  const match = END_OF_RAW.exec(text);
  return match === null ? -1 : match.index + match[0].length;
}

function tagOf(body: string, offset: number, end: number, tag: PartialTag['tag']): PartialTag {
  const start = body.indexOf(tag, offset) + tag.length;
  const trimsRight = body.charAt(end - 3) === '-';
  const inside = body.slice(start, end - (trimsRight ? 3 : 2));
  const named = NAMED.exec(inside);
  const blank = named?.[1]?.length ?? inside.length - inside.trimStart().length;
  const behind = named === null ? inside.length : named[0].length;
  const quoted = inside.slice(blank, behind).trimEnd();
  const name = named?.[2] ?? named?.[3];
  return {
    offset,
    length: end - offset,
    tag,
    ...(name === undefined ? {} : { name }),
    nameOffset: start + blank,
    nameLength: Math.max(1, quoted.length),
    rest: inside.slice(behind),
    restOffset: start + behind,
    trimsLeft: body.charAt(offset + 2) === '-',
    trimsRight,
  };
}
