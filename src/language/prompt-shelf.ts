import type { SourceRange } from '../model/diagnostic.ts';
import { type PromptName, promptFileName, promptNameOf } from '../model/prompt-file.ts';
import { resolveSourcePath } from '../model/source.ts';
import { suggest } from './closest.ts';
import type { DiagnosticCode } from './diagnostic-codes.ts';
import type { IncludeReader } from './includes.ts';
import { promptHash } from './prompt-hash.ts';
import { promptOutputHash } from './prompt-output.ts';
import { type ReadPrompt, readPromptFile } from './read-prompt-file.ts';
import { quote } from './report.ts';
import type { SourceFile } from './source-file.ts';

/** The prompt files of one folder, each read once. */
export interface PromptShelf {
  /** The prompt of a name; undefined when there is none, which was reported at `range`. */
  readonly find: (name: PromptName, range: SourceRange) => ReadPrompt | undefined;
  /** Whether there is a file of a name; false where folders cannot be looked into. Reads none. */
  readonly has: (name: PromptName) => boolean;
  /** The version of a prompt of this folder. */
  readonly hashOf: (read: ReadPrompt) => string;
  /** The hash of its output with the files that it refers to; undefined where it refers to none. */
  readonly outputOf: (read: ReadPrompt) => string | undefined;
  /** The files that were read so far. */
  readonly files: () => readonly SourceFile[];
}

/** Makes the shelf of a folder, whose path is as the other files are named. What is wrong with a file is reported once. */
export function createPromptShelf(folder: string, reader: IncludeReader): PromptShelf {
  const known = new Map<string, ReadPrompt | undefined>();
  let listed: ReadonlySet<string> | undefined;
  const read = (name: PromptName): ReadPrompt | undefined => {
    const path = resolveSourcePath(`${folder}/x`, promptFileName(name));
    if (!known.has(path)) known.set(path, readFrom(path, reader));
    return known.get(path);
  };
  return {
    find: (name, range) => {
      const found = read(name);
      if (found === undefined) reportMissing(name, { folder, range, reader });
      return found;
    },
    has: name => {
      listed ??= new Set(reader.listFolder?.(folder));
      return listed.has(promptFileName(name));
    },
    hashOf: ({ prompt }) => promptHash(prompt, name => read({ name, partial: true })?.prompt),
    outputOf: ({ prompt }) => promptOutputHash(prompt, reader.readSource),
    files: () => [...known.values()].flatMap(found => (found === undefined ? [] : [found.body.file])),
  };
}

function readFrom(path: string, reader: IncludeReader): ReadPrompt | undefined {
  const text = reader.readSource(path)?.replace(/^\uFEFF/, '');
  if (text === undefined) return undefined;
  reader.sources.set(path, text);
  const read = readPromptFile(path, text);
  for (const { code, ...finding } of read.diagnostics)
    reader.report({ ...finding, code: code as DiagnosticCode });
  return read;
}

function reportMissing(
  name: PromptName,
  { folder, range, reader }: { folder: string; range: SourceRange; reader: IncludeReader },
): void {
  const file = promptFileName(name);
  const listed = reader.listFolder?.(folder) ?? [];
  const others = listed.flatMap(path => promptNameOf(path) ?? []);
  const what = name.partial ? 'partial' : name.variant === undefined ? 'prompt' : 'variant';
  const word = name.variant ?? name.name;
  const words = others
    .filter(({ partial }) => partial === name.partial)
    .filter(other => name.variant === undefined || other.name === name.name)
    .flatMap(other => (name.variant === undefined ? [other.name] : (other.variant ?? [])));
  const path = resolveSourcePath(`${folder}/x`, file);
  const message = `There is no ${what} ${quote(word)}: the file ${quote(path)} does not exist`;
  const hint = misnamed(file, listed) ?? variantHint(name, others) ?? suggest(word, [...new Set(words)]);
  reader.report({ code: 'prompt-not-found', range, message, hint });
}

/** A file that is meant, and is not named like a prompt file. */
function misnamed(file: string, listed: readonly string[]): string | undefined {
  const stem = file.slice(0, -'.prompt.md'.length);
  const spellings = [file, `${stem}.md`, `${stem}.prompt`, `${stem}.prompt.txt`, `${stem}.txt`];
  const found = listed.find(one => spellings.includes(one.toLowerCase()));
  return found === undefined ? undefined : `rename ${quote(found)} to ${quote(file)}`;
}

/** A prompt of which there are variants alone. */
function variantHint(
  { name, variant, partial }: PromptName,
  others: readonly PromptName[],
): string | undefined {
  if (partial || variant !== undefined) return undefined;
  const own = others.filter(other => !other.partial && other.name === name);
  const [first] = own.flatMap(other => other.variant ?? []);
  return first === undefined ? undefined : `there is \`variant: ${first}\``;
}
