import { readFile, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve } from 'node:path';

/** What nobody reads as a diff on a screen. */
const MOST_BYTES = 1_000_000;

/**
 * A file of the workspace as it is now, for a look at what a call would change; an empty text for one that is not there yet.
 * Undefined for what is outside, too large or no text.
 */
export async function editedFile(
  workspace: string,
  path: string,
): Promise<{ readonly path: string; readonly text: string } | undefined> {
  const place = resolve(workspace, path);
  const inside = relative(workspace, place);
  if (inside.startsWith('..') || isAbsolute(inside)) return undefined;
  try {
    const { size } = await stat(place);
    if (size > MOST_BYTES) return undefined;
    const text = await readFile(join(workspace, inside), 'utf8');
    return text.includes('\u0000') ? undefined : { path: inside, text };
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? { path: inside, text: '' } : undefined;
  }
}
