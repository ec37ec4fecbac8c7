import type { JsonObject } from '../../model/json.ts';
import { cutPatch } from './cut-patch.ts';
import { readEntries } from './read-diff.ts';
import type { Repository } from './repository.ts';
import type { DiffEntry } from './split-diff.ts';

const MAX_LISTED_FILES = 2000;
const MAX_READ_BYTES = 32 * 1024 * 1024;

/** Default for the length of the patch in a result. */
export const DEFAULT_MAX_PATCH_BYTES = 120_000;

/** The part of a result that describes a change; see `CHANGE_PROPERTIES` in specs.ts. */
export interface ChangeArtifact extends JsonObject {
  readonly files: readonly JsonObject[];
  readonly files_changed: number;
  readonly added: number;
  readonly removed: number;
  readonly patch: string;
  readonly truncated: boolean;
  readonly notices: readonly string[];
}

/**
 * Describes a change in a size that fits into a prompt: exact counts, at most 2,000 listed files, and a patch that is
 * cut fairly to `maxPatchBytes`. Fails as `readDiff` does.
 */
export async function changeArtifact(options: {
  readonly repository: Repository;
  readonly range: { readonly base: string; readonly head: string | null };
  readonly paths: readonly string[];
  readonly maxPatchBytes: number;
  readonly notices: readonly string[];
}): Promise<ChangeArtifact> {
  const { repository, range, paths, maxPatchBytes } = options;
  const limits = { maxFileBytes: maxPatchBytes, maxTotalBytes: Math.max(maxPatchBytes, MAX_READ_BYTES) };
  const entries = await readEntries({ repository, range, paths, limits });
  const { patch, truncated, omitted } = cutPatch(entries, maxPatchBytes);
  const notices = [...options.notices];
  if (truncated) {
    notices.push(
      `the patch is cut to ${maxPatchBytes} bytes, but only as text for models: ${omitted.size} of ${entries.length} files are not whole in it; static reviewers read the files themselves and see all of the change`,
    );
  }
  if (entries.length > MAX_LISTED_FILES) {
    notices.push(`the first ${MAX_LISTED_FILES} of ${entries.length} changed files are listed`);
  }
  return {
    files: entries.slice(0, MAX_LISTED_FILES).map(entry => fileRow(entry, omitted.get(entry.path))),
    files_changed: entries.length,
    added: entries.reduce((sum, entry) => sum + entry.added, 0),
    removed: entries.reduce((sum, entry) => sum + entry.removed, 0),
    patch,
    truncated,
    notices,
  };
}

function fileRow(entry: DiffEntry, omitted: string | undefined): JsonObject {
  return {
    path: entry.path,
    ...(entry.oldPath === undefined ? {} : { old_path: entry.oldPath }),
    status: entry.status,
    binary: entry.binary,
    added: entry.added,
    removed: entry.removed,
    ...(omitted === undefined ? {} : { omitted }),
  };
}
