import type { Dirent } from 'node:fs';
import { chmod, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

const OPTIONS = { recursive: true, force: true, maxRetries: 3, retryDelay: 50 } as const;

/** Removes a folder with all that is in it, also folders that were made read-only; links are not followed. */
export async function removeFolder(folder: string): Promise<void> {
  try {
    await rm(folder, OPTIONS);
  } catch {
    await makeWritable(folder);
    await rm(folder, OPTIONS);
  }
}

async function makeWritable(folder: string): Promise<void> {
  await chmod(folder, 0o700);
  const entries: readonly Dirent[] = await readdir(folder, { withFileTypes: true });
  for (const entry of entries) {
    if (entry.isDirectory()) await makeWritable(join(folder, entry.name));
  }
}
