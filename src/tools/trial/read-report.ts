import { open } from 'node:fs/promises';
import { decodeText } from '../file-content.ts';
import { workspacePath } from '../workspace-path.ts';

/**
 * The end of a file that a command wrote below a folder, at most `keepBytes`; undefined when there is none. What leads out of
 * the folder is OUTSIDE_WORKSPACE.
 */
export async function readReport(
  folder: string,
  path: string,
  keepBytes: number,
): Promise<{ readonly output: string; readonly truncated: boolean } | undefined> {
  const file = await open(await workspacePath(folder, path), 'r').catch(() => undefined);
  if (file === undefined) return undefined;
  try {
    const stats = await file.stat();
    if (!stats.isFile()) return undefined;
    const length = Math.min(stats.size, keepBytes);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, stats.size - length);
    return { output: decodeText(buffer.subarray(0, bytesRead)), truncated: stats.size > length };
  } finally {
    await file.close();
  }
}
