import { CrewError } from '../../model/crew-error.ts';
import { sanitizeText } from '../../reporters/sanitize.ts';
import { moveTag, type RefTarget } from '../../tools/git/refs.ts';
import { sameNamed } from '../../tools/git/same-named.ts';
import type { CommandCall } from '../command.ts';
import { type FoundVersion, versionIn } from './find-version.ts';
import { folderTag, plainTag } from './label-tags.ts';
import type { PromptHistory } from './prompt-history.ts';
import { labelsOf } from './prompt-labels.ts';
import { COMMITTED, labelProblem, type PromptRef, parsePromptRef } from './prompt-ref.ts';
import { type PromptStore, storeOf } from './prompt-store.ts';
import { versionOf } from './version-moments.ts';

/**
 * `crew prompt tag NAME LABEL [REF]`: puts the git tag `prompt/NAME/LABEL` on the commit in which the prompt became that
 * version, or moves it there; where several folders have a prompt of that name, it is `prompt/FOLDER/NAME/LABEL`. Without REF
 * it is what is committed, which must be what stands in the working tree.
 */
export async function tagPrompt({ positionals, values, terminal }: CommandCall): Promise<number> {
  const [name, label, wanted, ...rest] = positionals;
  if (name === undefined || label === undefined || rest.length > 0) {
    throw new CrewError('USAGE', 'expected `crew prompt tag PROMPT LABEL [REF]`');
  }
  const problem = labelProblem(label);
  if (problem !== undefined) throw new CrewError('USAGE', `\`${label}\` cannot be a label: ${problem}`);
  const ref = parsePromptRef(name);
  if (ref.version !== undefined || ref.back > 0) {
    throw new CrewError('USAGE', `expected a prompt without a version, and found \`${name}\``);
  }
  const store = await storeOf(ref, { values, terminal });
  const history = await store.history();
  if ('problem' in history)
    throw new CrewError('NOT_A_REPOSITORY', `labels are tags of git: ${history.problem}`);
  const found = await versionIn(store, versionRef(ref, wanted ?? COMMITTED));
  if (wanted === undefined) refuseUncommitted(store, found);
  const wantedCommit = found.row?.commit ?? found.place?.commit;
  if (wantedCommit === undefined) {
    const message = `\`${versionOf(ref.file, found.prompt.hash)}\` is not committed, and a label stands on a commit`;
    throw new CrewError('PROMPT_UNCOMMITTED', message);
  }
  const moved = await moveLabel(history, { ref, label, found, commit: wantedCommit });
  if (values.json === true) {
    terminal.stdout(`${JSON.stringify({ version: 1, ...moved }, null, 2)}\n`);
    return 0;
  }
  const { tag, from, to, commit } = moved;
  const stands = `${to} (commit ${commit.slice(0, 8)})`;
  const said = !moved.moved
    ? `\`${tag}\` stands on ${stands} already`
    : moved.movedFrom === null
      ? `\`${tag}\` stands on ${stands} now`
      : `\`${tag}\` moved from ${from ?? `commit ${moved.movedFrom.slice(0, 8)}, which has not this prompt,`} to ${stands}`;
  terminal.stdout(`${sanitizeText(said, { keepNewlines: false })}\n`);
  if (moved.lostNote !== null) {
    const look = `\`git cat-file -p ${moved.lostNote.slice(0, 8)}\``;
    terminal.stderr(`! the note of the tag did not move with it; ${look} shows it\n`);
  }
  if (moved.moved && values.quiet !== true) {
    const force = moved.movedFrom === null ? '' : ' --force';
    terminal.stderr(`  \`git push${force} origin refs/tags/${tag}\` gives it to others\n`);
  }
  return 0;
}

/** What was given for a version of a prompt: a whole reference, or only what stands behind its `@`. Pure. */
export function versionRef(ref: PromptRef, wanted: string): PromptRef {
  const whole = wholeRef(wanted);
  if (whole?.file === ref.file) return whole;
  if (wanted.includes('@')) {
    throw new CrewError('USAGE', `expected a version of \`${ref.stem}\`, and found \`${wanted}\``);
  }
  const folder = ref.folder === undefined ? '' : `${ref.folder}/`;
  return parsePromptRef(`${folder}${ref.stem}@${wanted}`);
}

/** Undefined for what is none, such as a label alone. */
function wholeRef(text: string): PromptRef | undefined {
  try {
    return parsePromptRef(text);
  } catch (error) {
    if (error instanceof CrewError) return undefined;
    throw error;
  }
}

function refuseUncommitted(store: PromptStore, { ref, prompt }: FoundVersion): void {
  const working = store.placedFile(ref.file);
  if (working === undefined || working.hash === prompt.hash) return;
  const [here, there] = [versionOf(ref.file, working.hash), versionOf(ref.file, prompt.hash)];
  throw new CrewError(
    'PROMPT_UNCOMMITTED',
    `the working tree has ${here}, which is not committed; \`${COMMITTED}\` as REF labels ${there}`,
  );
}

interface Moving {
  readonly ref: PromptRef;
  readonly label: string;
  readonly found: FoundVersion;
  readonly commit: string;
}

/** What stands where now, for people and programs. */
interface MovedLabel {
  readonly tag: string;
  /** The version that the label stood on; null where there was none, or none of this prompt. */
  readonly from: string | null;
  readonly movedFrom: string | null;
  /** The object of the tag that it was, where that had a note of its own; the tag is one without now. */
  readonly lostNote: string | null;
  /** False where the label stood there already. */
  readonly moved: boolean;
  readonly to: string;
  readonly commit: string;
}

async function moveLabel(history: PromptHistory, { ref, label, found, commit }: Moving): Promise<MovedLabel> {
  const path = history.pathOf(ref.file);
  const rows = (await labelsOf(history, [ref.file])).get(ref.file) ?? [];
  const workspace = history.state.top;
  const place = { workspace, signal: new AbortController().signal };
  const isShared = (await sameNamed(place, ref.file)).some(other => other !== path);
  const tag = isShared
    ? folderTag(path, label)
    : (history.labels(path).get(label)?.tag ?? plainTag(path, label));
  const before = history.state.refs.get(`refs/tags/${tag}`);
  const old = rows.find(row => row.tag === tag)?.prompt;
  // One with a note of its own stands on a commit, too, and stays as it is.
  const moved = before?.commit !== commit;
  if (moved) await moveTag(place, { tag, to: commit, from: before?.object });
  return {
    tag,
    from: old === undefined ? null : versionOf(ref.file, old.hash),
    lostNote: moved && hasNote(before) ? (before?.object ?? null) : null,
    movedFrom: moved ? (before?.commit ?? before?.object ?? null) : null,
    moved,
    to: versionOf(ref.file, found.prompt.hash),
    commit,
  };
}

function hasNote(target: RefTarget | undefined): boolean {
  return target?.commit !== undefined && target.object !== target.commit;
}
