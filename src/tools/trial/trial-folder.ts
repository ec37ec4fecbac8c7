import { mkdir, realpath, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { CrewError } from '../../model/crew-error.ts';
import type { JsonValue } from '../../model/json.ts';
import { removeFolder } from '../change/remove-folder.ts';
import { ownFolderName, sweepFolders } from '../sweep-folders.ts';
import { workspacePath } from '../workspace-path.ts';
import { copyInto } from './copy-into.ts';

const PREFIX = 'crew-trial-';

/** What a new folder for one trial holds. */
interface TrialContent {
  readonly workspace: string;
  readonly copy: readonly string[];
  readonly artifact: JsonValue;
  readonly artifactAs: string;
  readonly signal: AbortSignal;
  readonly notice: (text: string) => void;
}

/** Where a trial happens. */
export interface TrialFolder {
  /** All of it; made for this trial, and gone after it. */
  readonly home: string;
  /** Where its command runs. */
  readonly folder: string;
  /** For its temporary files. */
  readonly temporary: string;
}

/**
 * Gives `use` a new folder with copies of the workspace and the artifact as a file in it, and removes it afterwards, also when
 * `use` fails. Those of crashed processes are removed first. Fails with OUTSIDE_WORKSPACE when a path leads out, TOOL_FAILED when there is too much to copy.
 */
export async function withTrialFolder<T>(
  content: TrialContent,
  use: (trial: TrialFolder) => Promise<T>,
): Promise<T> {
  const { workspace, copy, artifact, artifactAs, signal, notice } = content;
  const parent = await realpath(tmpdir());
  await sweepFolders(parent, { prefix: PREFIX, notice });
  const home = join(parent, ownFolderName(PREFIX));
  const [folder, temporary] = [join(home, 'w'), join(home, 't')];
  await mkdir(home, { mode: 0o700 });
  try {
    await Promise.all([mkdir(folder), mkdir(temporary)]);
    await copyInto(folder, { workspace, paths: copy, signal });
    const file = await workspacePath(folder, artifactAs);
    if (file === folder) throw new CrewError('TOOL_ARGUMENTS', '`artifact_as` must name a file');
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, typeof artifact === 'string' ? artifact : `${JSON.stringify(artifact, null, 2)}\n`);
    return await use({ home, folder, temporary });
  } finally {
    await removeFolder(home).catch((error: Error) => notice(`a folder is left: ${error.message}`));
  }
}
