import { renderTemplate } from '../../expressions/template-evaluate.ts';
import { inlinePartials } from '../../language/inline-partials.ts';
import { createPromptShelf } from '../../language/prompt-shelf.ts';
import { CrewError } from '../../model/crew-error.ts';
import type { JsonObject } from '../../model/json.ts';
import { type PromptUse, sumUses } from '../../model/prompt-figures.ts';
import type { PromptFile } from '../../model/prompt-file.ts';
import { promptNameOf } from '../../model/prompt-file.ts';
import type { ComparedPartial, ComparedSample, ComparedVersion } from '../../model/prompt-versions.ts';
import { wordDiff } from '../../model/word-diff.ts';
import type { CommandCall } from '../command.ts';
import { loadVersionsText } from '../wire-views.ts';
import { type FoundVersion, findVersion, versionIn } from './find-version.ts';
import { COMMITTED, parsePromptRef, stemOf } from './prompt-ref.ts';
import { type PromptPlaces, storeOf } from './prompt-store.ts';
import { promptUses } from './prompt-uses.ts';
import { momentOf, versionOf } from './version-moments.ts';
import { partialTexts, versionText } from './version-text.ts';

/**
 * `crew prompt diff A [B]`: two versions side by side: the words that differ, what the samples of the newer one become with
 * both, and what runs came to. Without B it is what stands in the working tree against A; of a name alone, against what is
 * committed, or, where that is the same, what is committed against the version before.
 */
export async function diffPrompts({ positionals, values, terminal }: CommandCall): Promise<number> {
  const [first, second, ...rest] = positionals;
  if (first === undefined || rest.length > 0) {
    throw new CrewError('USAGE', 'expected one or two versions: `crew prompt diff REF [REF]`');
  }
  const places = { values, terminal };
  const [before, after] = await bothSides(first, second, places);
  const { uses } = await promptUses(places);
  const [left, right] = [await sideOf(before, uses), await sideOf(after, uses)];
  const partials = await comparePartials(before, after);
  const samples = await compareSamples(before, after);
  if (values.json === true) {
    const found = {
      version: 1,
      before: left,
      after: right,
      isSame: left.hash === right.hash,
      changes: wordDiff(left.text, right.text),
      partials: partials.map(withChanges),
      samples: samples.map(withChanges),
    };
    terminal.stdout(`${JSON.stringify(found, null, 2)}\n`);
    return 0;
  }
  for (const { note } of [before, after]) if (note !== undefined) terminal.stderr(`! ${note}\n`);
  const { formatPromptDiff } = await loadVersionsText();
  terminal.stdout(formatPromptDiff([left, right], { partials, samples }, { color: terminal.stdoutColor }));
  return 0;
}

/** The words that differ: what is `same` and `out` gives the text before, what is `same` and `in` the one after. */
function withChanges<Compared extends { readonly before: string; readonly after: string }>(
  compared: Compared,
) {
  return { ...compared, changes: wordDiff(compared.before, compared.after) };
}

type Sides = readonly [FoundVersion, FoundVersion];

async function bothSides(first: string, second: string | undefined, places: PromptPlaces): Promise<Sides> {
  if (second !== undefined) return [await findVersion(first, places), await findVersion(second, places)];
  const ref = parsePromptRef(first);
  const store = await storeOf(ref, places);
  const plain = { ...ref, text: ref.stem, back: 0 };
  const { version: _version, ...working } = plain;
  if (ref.version !== undefined || ref.back > 0) {
    return [await versionIn(store, ref), await versionIn(store, working)];
  }
  const now = await versionIn(store, working);
  const committed = await versionIn(store, { ...plain, version: COMMITTED });
  if (committed.prompt.hash !== now.prompt.hash) return [committed, now];
  const history = await store.history();
  const lineage = 'lineage' in history ? history.lineage(ref.file) : [];
  const hashes = new Set(lineage.flatMap(({ prompt, elsewhere }) => (elsewhere ? [] : (prompt?.hash ?? []))));
  if (hashes.size < 2) {
    const version = versionOf(ref.file, now.prompt.hash);
    throw new CrewError(
      'PROMPT_UNKNOWN',
      `\`${ref.stem}\` has only one version, \`${version}\`: there is no other to compare`,
    );
  }
  return [await versionIn(store, { ...plain, text: `${ref.stem}^`, version: COMMITTED, back: 1 }), now];
}

async function sideOf(found: FoundVersion, uses: readonly PromptUse[]): Promise<ComparedVersion> {
  const { prompt, ref } = found;
  const moment = await momentOf(found);
  const from =
    moment.commit === undefined
      ? 'working tree'
      : `${moment.date?.slice(0, 10) ?? ''} ${moment.commit.slice(0, 8)}`;
  return {
    version: versionOf(ref.file, prompt.hash),
    hash: prompt.hash,
    from,
    text: (await versionText(found)).replaceAll('\r\n', '\n'),
    figures: sumUses(uses.filter(({ hash }) => hash === prompt.hash)),
  };
}

async function comparePartials(
  before: FoundVersion,
  after: FoundVersion,
): Promise<readonly ComparedPartial[]> {
  const [left, right] = [await partialTexts(before), await partialTexts(after)];
  const files = [...new Set([...left.keys(), ...right.keys()])].toSorted();
  const textIn = (texts: ReadonlyMap<string, string>, file: string): string =>
    (texts.get(file) ?? '').replaceAll('\r\n', '\n');
  return files
    .map(file => ({ name: stemOf(file), before: textIn(left, file), after: textIn(right, file) }))
    .filter(partial => partial.before !== partial.after);
}

/** A prompt with its partials in place, and its front matter. */
interface WholePrompt {
  readonly head: PromptFile['head'];
  readonly text: string;
}

async function wholePrompt(found: FoundVersion): Promise<WholePrompt> {
  const texts = new Map(await partialTexts(found));
  texts.set(found.ref.file, await versionText(found));
  const readSource = (path: string): string | undefined => texts.get(path.slice(path.lastIndexOf('/') + 1));
  const reader = { readSource, sources: new Map<string, string>(), report: () => undefined };
  const shelf = createPromptShelf('prompts', reader);
  const nowhere = { file: found.ref.file, start: ORIGIN, end: ORIGIN };
  const name = promptNameOf(found.ref.file);
  const read = name === undefined ? undefined : shelf.find(name, nowhere);
  if (read === undefined) return { head: {}, text: '' };
  return { head: read.prompt.head, text: inlinePartials(read, { shelf, report: () => undefined }).text };
}

const ORIGIN = { offset: 0, line: 1, column: 1 };

/** The samples are those of the later version, or of the earlier one where it has none. */
async function compareSamples(before: FoundVersion, after: FoundVersion): Promise<readonly ComparedSample[]> {
  const [left, right] = [await wholePrompt(before), await wholePrompt(after)];
  const samples = right.head.samples ?? left.head.samples ?? [];
  return samples.map(sample => ({
    inputs: JSON.stringify(sample),
    before: rendered(left, sample),
    after: rendered(right, sample),
  }));
}

/** An older version may read what the sample has not: that is said in the text's place. */
function rendered({ head, text }: WholePrompt, sample: JsonObject): string {
  const defaults = (head.input ?? []).filter(({ required }) => !required);
  const scope = {
    ...Object.fromEntries(defaults.map(({ name, default: value = null }) => [name, value])),
    ...sample,
  };
  try {
    return renderTemplate(text, scope);
  } catch (error) {
    if (!(error instanceof CrewError)) throw error;
    return `(cannot be rendered: ${error.message})`;
  }
}
