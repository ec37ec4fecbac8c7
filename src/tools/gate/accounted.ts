import type { JsonObject } from '../../model/json.ts';
import type { Tool } from '../../ports/tool.ts';
import { gateVerdict } from './gate-verdict.ts';
import { inShort, itemsArgument, ownText, ownTexts } from './items-argument.ts';
import { GATE_ACCOUNTED } from './specs.ts';

/** The shortest abbreviation that git takes. */
const SHORTEST_ID = 4;

/** One place of the notes that names a commit. */
interface Mention {
  readonly id: string;
  readonly where: string;
}

/**
 * `gate.accounted`: every commit is named exactly once, by an entry of the notes or with a reason among the ignored
 * ones; ids may be abbreviated. No commit at all passes when the notes name none. The order of everything is free.
 * Fails with TOOL_ARGUMENTS. Deterministic; changes nothing.
 */
export const gateAccounted: Tool = {
  spec: GATE_ACCOUNTED,
  async call(args) {
    const given = itemsArgument(args, 'commits');
    const commits = given.filter(commit => idOf(commit) !== '');
    const entries = [
      ...itemsArgument(args, 'sections').flatMap(section => itemsArgument(section, 'entries')),
      ...itemsArgument(args, 'entries'),
    ];
    const ignored = itemsArgument(args, 'ignored');
    const mentions = [
      ...entries.flatMap(entry =>
        ownTexts(entry, 'commits').map(id => ({ id, where: inShort(ownText(entry, 'text')) })),
      ),
      ...ignored.map(item => ({ id: idOf(item), where: 'the ignored commits' })),
    ];
    const counted = countMentions(commits, mentions);
    const reasons = [
      ...(commits.length < given.length ? ['some of the commits have no id'] : []),
      ...entryProblems(entries),
      ...ignored
        .filter(item => ownText(item, 'reason') === '')
        .map(item => `the commit ${idOf(item)} is ignored without a reason`),
      ...counted.missing.map(commit => `the commit ${nameOf(commit)} is not accounted for`),
      ...counted.repeated.map(
        ({ commit, where }) => `the commit ${nameOf(commit)} is named more than once: ${where.join(', ')}`,
      ),
      ...counted.unknown.map(({ id, where }) => `${where} names ${inShort(id)}, which is no commit of these`),
      ...counted.ambiguous.map(({ id, where }) => `${where} names ${id}, which is short for several commits`),
    ];
    return gateVerdict(reasons, {
      checked: commits.length,
      missing: counted.missing.map(idOf),
      unknown: [...new Set(counted.unknown.map(({ id }) => id))],
    });
  },
};

interface Counted {
  readonly missing: readonly JsonObject[];
  readonly repeated: readonly { readonly commit: JsonObject; readonly where: readonly string[] }[];
  readonly unknown: readonly Mention[];
  readonly ambiguous: readonly Mention[];
}

function countMentions(commits: readonly JsonObject[], mentions: readonly Mention[]): Counted {
  const byId = new Map(commits.map(commit => [idOf(commit), commit]));
  const found = new Map<string, string[]>([...byId.keys()].map(id => [id, []]));
  const unknown: Mention[] = [];
  const ambiguous: Mention[] = [];
  for (const mention of mentions) {
    const matches = resolveId(mention.id.trim().toLowerCase(), found);
    if (matches.length === 0) unknown.push(mention);
    else if (matches.length > 1) ambiguous.push(mention);
    else found.get(matches[0] ?? '')?.push(mention.where);
  }
  const named = [...byId].map(([id, commit]) => ({ commit, where: (found.get(id) ?? []).toSorted() }));
  return {
    missing: named.filter(({ where }) => where.length === 0).map(({ commit }) => commit),
    repeated: named.filter(({ where }) => where.length > 1),
    unknown: sorted(unknown),
    ambiguous: sorted(ambiguous),
  };
}

/** The full ids that an id may stand for. */
function resolveId(id: string, known: ReadonlyMap<string, unknown>): readonly string[] {
  if (known.has(id)) return [id];
  if (id.length < SHORTEST_ID || !/^[0-9a-f]+$/.test(id)) return [];
  return [...known.keys()].filter(full => full.startsWith(id));
}

function sorted(mentions: readonly Mention[]): readonly Mention[] {
  return mentions.toSorted((a, b) => (`${a.id} ${a.where}` < `${b.id} ${b.where}` ? -1 : 1));
}

function entryProblems(entries: readonly JsonObject[]): readonly string[] {
  return entries.flatMap((entry, index) => [
    ...(ownText(entry, 'text') === '' ? [`entry ${index + 1} says nothing`] : []),
    ...(ownTexts(entry, 'commits').length === 0
      ? [`entry ${index + 1}, ${inShort(ownText(entry, 'text'))}, names no commit`]
      : []),
  ]);
}

function idOf(item: JsonObject): string {
  return (ownText(item, 'id') || ownText(item, 'sha')).toLowerCase();
}

function nameOf(commit: JsonObject): string {
  return `${idOf(commit).slice(0, 12)} ${inShort(ownText(commit, 'subject'))}`;
}
