/** An option that was considered. `against` are the reasons that speak against it. */
export interface DecisionOption {
  readonly name: string;
  readonly chosen: boolean;
  readonly against: readonly string[];
}

/** What an architecture decision record says, as far as its form tells. */
export interface DecisionRecord {
  /** The number in the title, if it has one. */
  readonly number: number | undefined;
  readonly title: string;
  readonly status: string;
  /** The text of `context`, `decision` and `consequences`, for those that are there. */
  readonly parts: ReadonlyMap<string, string>;
  readonly options: readonly DecisionOption[];
  /** Targets of links that are neither web addresses nor places in the same page. */
  readonly links: readonly string[];
}

/** Headings of sections, as Nygard and MADR have them, by what they hold. */
const SECTIONS: ReadonlyMap<string, RegExp> = new Map([
  ['status', /^status$/],
  ['context', /^context\b|^problem\b/],
  ['options', /^(?:considered )?options\b|^alternatives\b|^pros and cons\b/],
  ['decision', /^decision$|^decision outcome$/],
  ['consequences', /^consequences\b|^positive consequences$|^negative consequences$/],
]);

const AGAINST = /^[-*+]?\s*\**(?:against|bad|cons?|rejected|drawback)\b\**[:,]?\**\s*(?:because\b)?(.*)$/i;

/**
 * Reads a decision record: `# 3. Title`, `Status: …` or a section of that name, sections such as `## Context`,
 * `## Options considered` with one `###` heading (or list item) for each option and lines that begin with `Against:` or
 * `Bad, because`, and `Chosen option: …` in `## Decision`. Fenced code is skipped. Pure.
 */
export function readDecisionRecord(text: string): DecisionRecord {
  const lines = withoutFences(text);
  const sections = readSections(lines);
  const heading =
    lines
      .find(line => /^# /.test(line))
      ?.slice(2)
      .trim() ?? '';
  const numbered = /^(?:adr[- ]?)?(\d{1,6})(?:\s*[.:)–—]| -)\s+(.*)$/i.exec(heading);
  const statusLine = lines.map(line => /^[-*]?\s*\**status\**\s*:\**\s*(.*)$/i.exec(line)?.[1]);
  const decision = sections.get('decision')?.join('\n') ?? '';
  return {
    number: numbered === null ? undefined : Number(numbered[1]),
    title: numbered === null ? heading : (numbered[2] ?? '').trim(),
    status: (statusLine.find(found => found !== undefined) ?? sections.get('status')?.join(' ') ?? '').trim(),
    parts: new Map(
      ['context', 'decision', 'consequences'].flatMap(name => {
        const found = sections.get(name);
        return found === undefined ? [] : [[name, found.join('\n').trim()]];
      }),
    ),
    options: readOptions(sections.get('options') ?? [], decision),
    links: readLinks(lines.join('\n')),
  };
}

function withoutFences(text: string): readonly string[] {
  let isCode = false;
  return text.split(/\r?\n/).filter(line => {
    const isFence = /^\s*(?:```|~~~)/.test(line);
    if (isFence) isCode = !isCode;
    return !isFence && !isCode;
  });
}

/** The lines of each known section, those of equally named ones after one another. */
function readSections(lines: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const sections = new Map<string, string[]>();
  let current: string[] = [];
  for (const line of lines) {
    const heading = /^## +(.*)$/.exec(line)?.[1]?.trim().toLowerCase();
    if (heading === undefined) {
      current.push(line);
      continue;
    }
    const known = [...SECTIONS].find(([, pattern]) => pattern.test(heading))?.[0];
    current = known === undefined ? [] : (sections.get(known) ?? []);
    if (known !== undefined) sections.set(known, current);
  }
  return sections;
}

function readOptions(lines: readonly string[], decision: string): readonly DecisionOption[] {
  const hasHeadings = lines.some(line => /^### /.test(line));
  const options: { readonly name: string; readonly against: string[] }[] = [];
  for (const line of lines) {
    const name = (hasHeadings ? /^### +(.*)$/ : /^[-*+] +(.*)$/).exec(line)?.[1];
    if (name !== undefined) options.push({ name: plainName(name), against: [] });
    const reason = name === undefined ? AGAINST.exec(line.trim())?.[1]?.trim() : undefined;
    if (reason !== undefined) options.at(-1)?.against.push(reason);
  }
  const chosen = chosenName(
    decision,
    options.map(({ name }) => name),
  );
  return options.map(option => ({ ...option, chosen: option.name === chosen }));
}

/** The longest name that stands behind `Chosen option:`, so that one name may begin with another. */
function chosenName(decision: string, names: readonly string[]): string | undefined {
  const said = /chosen option\**\s*:\**\s*(.*)$/im.exec(decision)?.[1];
  if (said === undefined) return undefined;
  const plain = plainName(said).toLowerCase();
  return names
    .filter(
      name =>
        name !== '' &&
        plain.startsWith(name.toLowerCase()) &&
        !/^[\p{L}\p{N}]/u.test(plain.slice(name.length)),
    )
    .sort((a, b) => b.length - a.length)[0];
}

/** A name without the emphasis, quotes, numbering and blanks around it. Pure. */
export function plainName(name: string): string {
  return name
    .trim()
    .replace(/^["“”„*_`]+|["“”*_`]+$/g, '')
    .replace(/^(?:option )?\d{1,2}[.:)] +/i, '')
    .trim();
}

function readLinks(text: string): readonly string[] {
  const inline = [...text.matchAll(/\]\(<?([^()<>\s]{1,500})/g)].map(match => match[1] ?? '');
  const references = [...text.matchAll(/^\[[^\]\n]{1,200}\]:\s*<?([^<>\s]{1,500})/gm)].map(
    match => match[1] ?? '',
  );
  return [...new Set([...inline, ...references])].filter(
    target => !/^(?:[a-z][a-z0-9+.-]*:|#|\/\/)/i.test(target),
  );
}
