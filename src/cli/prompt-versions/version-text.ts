import { CrewError } from '../../model/crew-error.ts';
import { promptFileName } from '../../model/prompt-file.ts';
import type { FoundVersion } from './find-version.ts';
import { folderOf } from './version-rows.ts';

/** The text of the file of a version, as it is on disk or in git. Fails with TOOL_FAILED when git has lost it. */
export async function versionText({ store, ref, prompt, isWorking }: FoundVersion): Promise<string> {
  if (isWorking) return store.working().get(ref.file) ?? '';
  const history = await store.history();
  if ('problem' in history) throw new CrewError('PROMPT_UNKNOWN', history.problem);
  return (await history.texts([prompt.blob])).get(prompt.blob) ?? '';
}

/** The texts of the partials that a version puts in, as they were then, by file name; what was not there is left out. */
export async function partialTexts(version: FoundVersion): Promise<ReadonlyMap<string, string>> {
  const { store, prompt, row, place, isWorking } = version;
  const files = Object.keys(prompt.partials).map(name => promptFileName({ name, partial: true }));
  if (files.length === 0) return new Map();
  if (isWorking) return only(files, store.working());
  const history = await store.history();
  if ('problem' in history) return new Map();
  const at = row === undefined ? place : { commit: row.commit, path: history.pathAt(row) };
  if (at === undefined) return new Map();
  const placed = (await history.placedAt([at.commit], folderOf(at.path))).get(at.commit);
  const blobs = new Map(files.map(file => [file, placed?.get(file)?.blob] as const));
  const texts = await history.texts([...new Set([...blobs.values()].flatMap(blob => blob ?? []))]);
  return only(files, new Map([...blobs].map(([file, blob]) => [file, texts.get(blob ?? '')])));
}

function only(
  files: readonly string[],
  texts: ReadonlyMap<string, string | undefined>,
): ReadonlyMap<string, string> {
  return new Map(
    files.flatMap(file => {
      const text = texts.get(file);
      return text === undefined ? [] : [[file, text] as const];
    }),
  );
}
