import { join, resolve } from 'node:path';
import { type PromptUse, sumUses } from '../../model/prompt-figures.ts';
import { promptNameOf, promptVersion } from '../../model/prompt-file.ts';
import type { PromptMoment } from '../../model/prompt-versions.ts';
import { workspaceOf } from '../workspace.ts';
import type { FoundVersion } from './find-version.ts';
import type { PlacedPrompt } from './hash-trees.ts';
import type { PromptHistory } from './prompt-history.ts';
import { type LabelRow, labelsOf } from './prompt-labels.ts';
import type { PromptRef } from './prompt-ref.ts';
import { stemOf } from './prompt-ref.ts';
import type { PromptPlaces, PromptStore } from './prompt-store.ts';
import { promptUses } from './prompt-uses.ts';
import { committedAt } from './prompts-at.ts';
import type { VersionRow } from './version-rows.ts';

/** The name of a version by the name of its file: `merge.short@3f2a9c1b`. Pure. */
export function versionOf(file: string, hash: string): string {
  return promptVersion(promptNameOf(file) ?? { name: stemOf(file) }, hash);
}

/** What a found version is, with its labels. */
export async function momentOf(version: FoundVersion): Promise<PromptMoment> {
  const { store, ref, prompt } = version;
  const history = await store.history();
  if ('problem' in history) return bareMoment(store, ref, prompt);
  const labels = (await labelsOf(history, [ref.file])).get(ref.file) ?? [];
  if (version.row !== undefined) return rowMoment(version.row, { ref, history, labels });
  const committed = await committedAt(history, ref.file);
  const row = history.lineage(ref.file).find(one => one.prompt?.hash === prompt.hash);
  if (committed?.hash === prompt.hash && row !== undefined) return rowMoment(row, { ref, history, labels });
  const bare = bareMoment(store, ref, prompt);
  return { ...bare, path: history.pathOf(ref.file), labels: namesOf(labels, prompt.hash) };
}

/** The life of a prompt, newest first: what is not committed, then every change that git knows; with what runs came to. */
export async function momentsOf(
  store: PromptStore,
  ref: PromptRef,
  places: PromptPlaces,
): Promise<{ readonly moments: readonly PromptMoment[]; readonly unreadRuns: number }> {
  const working = store.placedFile(ref.file);
  const history = await store.history();
  const moments: PromptMoment[] = [];
  const stems = new Set([ref.stem]);
  if ('problem' in history) {
    if (working !== undefined) moments.push(bareMoment(store, ref, working));
  } else {
    const labels = (await labelsOf(history, [ref.file])).get(ref.file) ?? [];
    const committed = await committedAt(history, ref.file);
    if (working !== undefined && working.hash !== committed?.hash) {
      moments.push({
        ...bareMoment(store, ref, working),
        path: history.pathOf(ref.file),
        labels: namesOf(labels, working.hash),
      });
    }
    const lineage = history.lineage(ref.file);
    moments.push(...lineage.map(row => rowMoment(row, { ref, history, labels })));
    for (const row of lineage) stems.add(stemOf(history.pathAt(row)));
  }
  const { uses, unread } = await promptUses(places);
  const own = Map.groupBy(
    uses.filter(({ stem }) => stems.has(stem)),
    ({ hash }) => hash,
  );
  const behindWorking = moments[0]?.state === 'uncommitted' ? 1 : 0;
  moments.splice(behindWorking, 0, ...ranMoments(moments, uses, { store, ref, places }));
  const told = new Set<string>();
  const counted = moments.map(moment => {
    if (moment.hash !== undefined && told.has(moment.hash)) return { ...moment, repeated: true as const };
    if (moment.hash !== undefined) told.add(moment.hash);
    return withUses(moment, own);
  });
  return { moments: counted, unreadRuns: unread };
}

interface Asked {
  readonly store: PromptStore;
  readonly ref: PromptRef;
  readonly places: PromptPlaces;
}

/** Versions that runs had and git never did, the last used first. */
function ranMoments(
  known: readonly PromptMoment[],
  uses: readonly PromptUse[],
  asked: Asked,
): readonly PromptMoment[] {
  const hashes = new Set(known.map(({ hash }) => hash));
  const lost = ownUses(uses, asked).filter(({ hash }) => !hashes.has(hash));
  const newestFirst = lost.toSorted((left, right) => right.startedAt - left.startedAt);
  const { folder } = asked.store;
  return [...new Set(newestFirst.map(({ hash }) => hash))].map(hash => ({
    state: 'ran',
    version: versionOf(asked.ref.file, hash),
    hash,
    path: `${folder.shown}/${asked.ref.file}`,
    labels: [],
  }));
}

/** The uses of the very file that is meant; another folder may have a prompt of the same name. Pure. */
export function ownUses(uses: readonly PromptUse[], { store, ref, places }: Asked): readonly PromptUse[] {
  const workspace = workspaceOf(places.values, places.terminal);
  const own = join(store.folder.path, ref.file);
  return uses.filter(({ file }) => resolve(workspace, file) === own);
}

function withUses(moment: PromptMoment, uses: ReadonlyMap<string, readonly PromptUse[]>): PromptMoment {
  if (moment.hash === undefined) return moment;
  const own = uses.get(moment.hash) ?? [];
  return { ...moment, figures: sumUses(own), uses: own };
}

/** Without git nothing is known but what it is. */
function bareMoment(store: PromptStore, { file }: PromptRef, { hash }: PlacedPrompt): PromptMoment {
  return {
    state: 'uncommitted',
    version: versionOf(file, hash),
    hash,
    path: `${store.folder.shown}/${file}`,
    labels: [],
  };
}

interface Known {
  readonly ref: PromptRef;
  readonly history: PromptHistory;
  readonly labels: readonly LabelRow[];
}

function rowMoment(row: VersionRow, { ref, history, labels }: Known): PromptMoment {
  const { prompt, commit, date, author, subject, from, to, elsewhere } = row;
  const renamed = {
    ...(from === undefined ? {} : { renamedFrom: from }),
    ...(to === undefined ? {} : { renamedTo: to }),
  };
  const path = history.pathAt(row);
  const about = { commit, date, author, subject, path, ...renamed, ...(elsewhere ? { elsewhere } : {}) };
  if (prompt === undefined) return { state: 'gone', ...about, labels: [] };
  const { hash } = prompt;
  return {
    state: 'committed',
    version: versionOf(ref.file, hash),
    hash,
    ...about,
    labels: namesOf(labels, hash),
  };
}

function namesOf(labels: readonly LabelRow[], hash: string): readonly string[] {
  return labels.flatMap(({ label, prompt }) => (prompt?.hash === hash ? [label] : []));
}
