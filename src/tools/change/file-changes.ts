import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CrewError } from '../../model/crew-error.ts';
import type { JsonObject, JsonValue } from '../../model/json.ts';
import { flagArgument, textArgument } from '../arguments.ts';
import { changedPath } from './changed-path.ts';

const MAX_TOTAL_LENGTH = 700_000;

/** What becomes of one file; `content` null takes it away. `path` is as it was asked for. */
export interface FileChange {
  readonly path: string;
  readonly content: string | null;
}

/** The list argument `name` as file changes; empty when it is not there. Fails with TOOL_ARGUMENTS. Pure. */
export function fileChangesArgument(args: JsonObject, name: string): readonly FileChange[] {
  const value = Object.hasOwn(args, name) ? args[name] : [];
  if (!Array.isArray(value)) throw new CrewError('TOOL_ARGUMENTS', `expected \`${name}\` to be a list`);
  return value.map((item: JsonValue, at) => fileChange(item, `${name}[${at}]`));
}

function fileChange(item: JsonValue, place: string): FileChange {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) {
    throw new CrewError('TOOL_ARGUMENTS', `expected \`${place}\` to be an object`);
  }
  const object = item as JsonObject;
  const path = textArgument(object, 'path');
  const isDeletion = flagArgument(object, 'delete');
  const hasContent = typeof object.content === 'string';
  if (isDeletion === hasContent) {
    throw new CrewError(
      'TOOL_ARGUMENTS',
      `expected \`${place}\` (\`${path}\`) to have either \`content\` or \`delete: true\``,
    );
  }
  return { path, content: isDeletion ? null : textArgument(object, 'content') };
}

/**
 * Writes changes into a checkout and gives the paths that were written, below it, with slashes. Nothing is written when
 * a path is not allowed. Fails with TOOL_ARGUMENTS when a file stands twice, is a folder or is to be deleted and not
 * there, or when all contents together are longer than 700,000 characters; with OUTSIDE_WORKSPACE as `changedPath`.
 */
export async function writeFileChanges(
  folder: string,
  changes: readonly FileChange[],
): Promise<readonly string[]> {
  requireTotalLength(changes);
  const targets = new Map<string, { readonly path: string; readonly change: FileChange }>();
  for (const change of changes) {
    const { real, path } = await changedPath(folder, change.path);
    if (targets.has(real)) throw new CrewError('TOOL_ARGUMENTS', `\`${path}\` is written twice`);
    targets.set(real, { path, change });
  }
  for (const [real, { change }] of targets) await writeOne(real, change);
  return [...targets.values()].map(({ path }) => path);
}

function requireTotalLength(changes: readonly FileChange[]): void {
  const total = changes.reduce((sum, { content }) => sum + (content?.length ?? 0), 0);
  if (total <= MAX_TOTAL_LENGTH) return;
  throw new CrewError(
    'TOOL_ARGUMENTS',
    `expected at most ${MAX_TOTAL_LENGTH} characters in all files, found ${total}`,
  );
}

async function writeOne(real: string, { path, content }: FileChange): Promise<void> {
  try {
    if (content === null) {
      if (!(await stat(real)).isFile()) throw new CrewError('TOOL_ARGUMENTS', `\`${path}\` is not a file`);
      await rm(real);
      return;
    }
    await mkdir(dirname(real), { recursive: true });
    await writeFile(real, content);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined || !WRONG_PATHS.has(code)) throw error;
    const wanted = content === null ? 'deleted' : 'written';
    throw new CrewError('TOOL_ARGUMENTS', `\`${path}\` cannot be ${wanted}: ${code}`, { cause: error });
  }
}

const WRONG_PATHS: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'EISDIR', 'EEXIST', 'ENAMETOOLONG']);
