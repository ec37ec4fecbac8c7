import { lstatSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { CrewError } from '../../model/crew-error.ts';
import { promptFileName } from '../../model/prompt-file.ts';
import { sanitizeText } from '../../reporters/sanitize.ts';
import type { CommandCall } from '../command.ts';
import { replaceFile } from '../trust-store.ts';
import { versionIn } from './find-version.ts';
import { changedPartials } from './prompt-lock.ts';
import { parsePromptRef } from './prompt-ref.ts';
import { openStore, type PromptStore, storeOf } from './prompt-store.ts';
import { versionRef } from './tag-prompt.ts';
import { versionOf } from './version-moments.ts';
import { partialTexts, versionText } from './version-text.ts';

/**
 * `crew prompt rollback NAME REF`: writes the text of an earlier version into the working tree, as a change like any other;
 * nothing that is committed is touched. What is not committed is written over only with `--force`. Partials stay as they are,
 * since others put them in, too, unless `--partials` is given.
 */
export async function rollbackPrompt({ positionals, values, terminal }: CommandCall): Promise<number> {
  const [name, wanted, ...rest] = positionals;
  if (name === undefined || wanted === undefined || rest.length > 0) {
    throw new CrewError('USAGE', 'expected `crew prompt rollback PROMPT REF`');
  }
  const ref = parsePromptRef(name);
  if (ref.version !== undefined || ref.back > 0) {
    throw new CrewError('USAGE', `expected a prompt without a version, and found \`${name}\``);
  }
  const store = await storeOf(ref, { values, terminal });
  const found = await versionIn(store, versionRef(ref, wanted));
  const texts = new Map(values.partials === true ? await partialTexts(found) : []);
  texts.set(ref.file, await versionText(found));
  const changes = [...texts].filter(([file, text]) => !isSameText(store.working().get(file), text));
  if (values.force !== true)
    await refuseUncommitted(
      store,
      changes.map(([file]) => file),
    );
  for (const [file, text] of changes) writeText(store, file, text);
  const now = openStore(store.folder, { values, terminal }).placedFile(ref.file);
  const result = {
    name: ref.stem,
    wanted: versionOf(ref.file, found.prompt.hash),
    now: versionOf(ref.file, now?.hash ?? ''),
    written: changes.map(([file]) => `${store.folder.shown}/${file}`),
    otherPartials: now === undefined ? [] : changedPartials(found.prompt, now),
  };
  if (values.json === true) {
    terminal.stdout(`${JSON.stringify({ version: 1, ...result }, null, 2)}\n`);
    return 0;
  }
  if (found.note !== undefined) terminal.stderr(`! ${found.note}\n`);
  const lines = toldLines(result);
  terminal.stdout(lines.map(line => `${sanitizeText(line, { keepNewlines: false })}\n`).join(''));
  return 0;
}

interface RolledBack {
  readonly name: string;
  readonly wanted: string;
  readonly now: string;
  readonly written: readonly string[];
  readonly otherPartials: readonly string[];
}

function toldLines({ name, wanted, now, written, otherPartials }: RolledBack): readonly string[] {
  const first =
    written.length === 0
      ? `${name} has the text of ${wanted} already; nothing was written`
      : `${written.join(', ')} written: ${name} has the text of ${wanted} again; nothing is committed`;
  if (now === wanted) return [first];
  const names = otherPartials.map(partial => promptFileName({ name: partial, partial: true })).join(', ');
  return [first, `It is ${now}, since ${names} changed in between; \`--partials\` writes that back, too`];
}

/** The ends of lines are no difference. */
function isSameText(left: string | undefined, right: string): boolean {
  return left?.replaceAll('\r\n', '\n') === right.replaceAll('\r\n', '\n');
}

/** Git has what is committed; everything else would be lost. */
async function refuseUncommitted(store: PromptStore, files: readonly string[]): Promise<void> {
  const history = await store.history();
  const there = files.filter(file => store.working().has(file));
  if ('problem' in history || there.length === 0) return;
  const committed = await history.committed();
  const blobs = there.flatMap(file => committed.get(file)?.blob ?? []);
  const texts = await history.texts([...new Set(blobs)]);
  const edited = there.filter(file => {
    const blob = committed.get(file)?.blob;
    return !isSameText(store.working().get(file), texts.get(blob ?? '') ?? '\0');
  });
  if (edited.length === 0) return;
  const names = edited.map(file => `\`${store.folder.shown}/${file}\``).join(', ');
  throw new CrewError(
    'PROMPT_UNCOMMITTED',
    `${names} has changes that are not committed; \`--force\` writes over them`,
  );
}

function writeText(store: PromptStore, file: string, text: string): void {
  const path = join(store.folder.path, file);
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat?.isSymbolicLink() === true) {
    const message = `\`${store.folder.shown}/${file}\` is a link, and what it leads to is not written over`;
    throw new CrewError('FILE_UNWRITABLE', message);
  }
  const isCrlf = store.working().get(file)?.includes('\r\n') === true;
  const written = isCrlf ? text.replaceAll(/\r?\n/g, '\r\n') : text;
  // A folder that is gone comes back as any other folder of the project.
  mkdirSync(store.folder.path, { recursive: true });
  replaceFile(path, written, stat === undefined ? 0o644 : stat.mode & 0o777);
}
