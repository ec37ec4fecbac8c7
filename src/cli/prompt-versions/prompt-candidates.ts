import { promptNameOf } from '../../model/prompt-file.ts';
import type { Candidate } from '../completion/complete-words.ts';
import { labelNames, labelsOf } from './prompt-labels.ts';
import { parsePromptRef, stemOf } from './prompt-ref.ts';
import { openStores, type PromptPlaces, storeOf } from './prompt-store.ts';
import { versionOf } from './version-moments.ts';

/** The prompts of the workspace that a shell may offer; starts no git. */
export function promptCandidates(places: PromptPlaces): readonly Candidate[] {
  const stores = openStores(places);
  return stores.flatMap(({ folder, working }) =>
    [...working().keys()].filter(isPrompt).map(file => ({ value: stemOf(file), about: folder.shown })),
  );
}

function isPrompt(file: string): boolean {
  return promptNameOf(file) !== undefined;
}

/** The labels and versions of one prompt that a shell may offer, as they are written behind its name. */
export async function versionCandidates(name: string, places: PromptPlaces): Promise<readonly Candidate[]> {
  const ref = parsePromptRef(name);
  const store = await storeOf(ref, places);
  const history = await store.history();
  if ('problem' in history) return [];
  const labels = (await labelsOf(history, [ref.file])).get(ref.file) ?? [];
  const labelled = labels.map(({ label, prompt }) => ({
    value: `${ref.stem}@${label}`,
    about: prompt === undefined ? 'lost' : versionOf(ref.file, prompt.hash),
  }));
  const seen = new Set<string>();
  const versions = history.lineage(ref.file).flatMap(({ prompt, date, subject }) => {
    if (prompt === undefined || seen.has(prompt.hash)) return [];
    seen.add(prompt.hash);
    return [{ value: versionOf(ref.file, prompt.hash), about: `${date.slice(0, 10)} ${subject}` }];
  });
  return [...labelled, ...versions];
}

/** The labels that a prompt and those beside it have, its own first, as they are written alone. */
export async function labelCandidates(name: string, places: PromptPlaces): Promise<readonly Candidate[]> {
  const ref = parsePromptRef(name);
  const store = await storeOf(ref, places);
  const history = await store.history();
  if ('problem' in history) return [];
  const own = labelNames(history, ref.file);
  const others = [...store.working().keys()].flatMap(file => labelNames(history, file));
  return [...new Set([...own, ...others])].map(value => ({
    value,
    about: own.includes(value) ? 'moves it' : 'of other prompts',
  }));
}
