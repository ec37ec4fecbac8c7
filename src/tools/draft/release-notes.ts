import { CrewError } from '../../model/crew-error.ts';
import type { JsonObject, JsonValue } from '../../model/json.ts';
import type { Tool } from '../../ports/tool.ts';
import { DRAFT_RELEASE_NOTES } from './specs.ts';

/** Sections by the type of a commit; types that are not here are internal or unknown. */
const SECTION_OF_TYPE: ReadonlyMap<string, string> = new Map([
  ['feat', 'New'],
  ['feature', 'New'],
  ['fix', 'Fixed'],
  ['bugfix', 'Fixed'],
  ['perf', 'Faster'],
  ['security', 'Security'],
  ['deprecate', 'Deprecated'],
  ['remove', 'Removed'],
  ['revert', 'Taken back'],
  ['docs', 'Documentation'],
]);
const INTERNAL_TYPES = new Set(['build', 'chore', 'ci', 'refactor', 'release', 'style', 'test', 'tests']);
const BREAKING = 'Breaking changes';
const OTHER = 'Other changes';
const ORDER = [BREAKING, 'Security', ...new Set(SECTION_OF_TYPE.values()), OTHER];

interface Commit {
  readonly id: string;
  readonly subject: string;
  readonly body: string;
}

/** What becomes of a commit: an entry in a section, or nothing for a reason. */
type Fate = { readonly section: string; readonly text: string } | { readonly reason: string };

/**
 * `draft.release_notes`: commits grouped by the types of Conventional Commits 1.0.0, each of them exactly once in an entry
 * or ignored with a reason. A commit that is reverted by a later one is ignored with it. Fails with TOOL_ARGUMENTS.
 * Deterministic; reads nothing.
 */
export const draftReleaseNotes: Tool = {
  spec: DRAFT_RELEASE_NOTES,
  async call(args) {
    const commits = commitsArgument(args);
    const revoked = findReverts(commits);
    const sections = new Map<string, JsonObject[]>();
    const ignored: JsonObject[] = [];
    for (const commit of commits) {
      const reason = revoked.get(commit.id);
      const fate = reason === undefined ? fateOf(commit) : { reason };
      if ('reason' in fate) ignored.push({ sha: commit.id, reason: fate.reason });
      else {
        const entries = sections.get(fate.section) ?? [];
        sections.set(fate.section, [...entries, { text: fate.text, commits: [commit.id] }]);
      }
    }
    const listed = ORDER.flatMap(title => {
      const entries = sections.get(title);
      return entries === undefined ? [] : [{ title, entries }];
    });
    const counts = listed.map(({ title, entries }) => `${entries.length} under "${title}"`);
    return {
      summary: `${commits.length} commits: ${[...counts, `${ignored.length} ignored`].join(', ')}.`,
      sections: listed,
      ignored,
      notes: [
        'The commits were grouped by the types in their subjects and stand in their own words; no language model read or judged them.',
      ],
    };
  },
};

function commitsArgument(args: JsonObject): readonly Commit[] {
  const value = Object.hasOwn(args, 'commits') ? args.commits : undefined;
  const commits = Array.isArray(value) ? (value as readonly JsonValue[]).map(readCommit) : [undefined];
  if (commits.every(commit => commit !== undefined)) {
    return [...new Map(commits.map(commit => [commit.id, commit])).values()];
  }
  throw new CrewError(
    'TOOL_ARGUMENTS',
    'expected `commits` to be a list of objects with `id` and `subject`, found something else',
  );
}

function readCommit(value: JsonValue): Commit | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const { id, subject, body } = value as JsonObject;
  if (typeof id !== 'string' || id === '' || typeof subject !== 'string') return undefined;
  return { id, subject, body: typeof body === 'string' ? body : '' };
}

/** The commits that cancel each other, with the reason; the newest revert wins, so that a revert of a revert counts. */
function findReverts(commits: readonly Commit[]): ReadonlyMap<string, string> {
  const revoked = new Map<string, string>();
  for (const commit of commits) {
    const short = /\bThis reverts commit ([0-9a-f]{7,64})\b/i.exec(commit.body)?.[1]?.toLowerCase();
    const target = short === undefined ? undefined : commits.find(({ id }) => id.startsWith(short));
    if (target === undefined || target === commit || revoked.has(commit.id) || revoked.has(target.id))
      continue;
    revoked.set(commit.id, `takes back ${target.id.slice(0, 12)} of the same release`);
    revoked.set(target.id, `taken back by ${commit.id.slice(0, 12)} of the same release`);
  }
  return revoked;
}

function fateOf({ subject, body }: Commit): Fate {
  const breaking = /^BREAKING[ -]CHANGE: *(\S.*)$/m.exec(body)?.[1]?.trim();
  const typed = /^([a-z]{2,20})(?:\(([^()]{1,60})\))?(!)?: +(\S.*)$/i.exec(subject);
  const type = typed?.[1]?.toLowerCase() ?? '';
  const said = sentence(typed?.[4] ?? (subject.trim() === '' ? '(no subject)' : subject));
  const text = typed?.[2] === undefined ? said : `${typed[2]}: ${said}`;
  if (breaking !== undefined) return { section: BREAKING, text: `${text} (${breaking})` };
  if (typed?.[3] === '!') return { section: BREAKING, text };
  if (INTERNAL_TYPES.has(type)) return { reason: `internal by its type \`${type}\`` };
  if (/^Merge (?:branch|pull request|remote-tracking branch|tag|commit)\b/.test(subject)) {
    return { reason: 'a merge; what it brings is listed by itself' };
  }
  const section = SECTION_OF_TYPE.get(type);
  if (section !== undefined) return { section, text };
  if (/^Revert "/.test(subject)) return { section: 'Taken back', text: sentence(subject) };
  return { section: OTHER, text: sentence(subject.trim() === '' ? '(no subject)' : subject) };
}

function sentence(text: string): string {
  const [first = '', ...rest] = text.trim();
  return first.toUpperCase() + rest.join('');
}
