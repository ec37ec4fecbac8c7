import type { RefTarget } from '../../tools/git/refs.ts';
import { stemOf } from './prompt-ref.ts';
import { folderOf } from './version-rows.ts';

/** Where a label stands, and the name of its tag. */
export interface LabelTag extends RefTarget {
  readonly tag: string;
}

/** What stands for the top of the repository, which has no name. */
const TOP = '-';

/** The tag of a label, `prompt/NAME/LABEL`, for a name that one folder of the repository has. Pure. */
export function plainTag(path: string, label: string): string {
  return `prompt/${stemOf(path)}/${label}`;
}

/**
 * The tag of a label, `prompt/FOLDER/NAME/LABEL`, for a name that several folders have; characters that git does not take in
 * names are written as `%20`. Pure.
 */
export function folderTag(path: string, label: string): string {
  const folder = folderOf(path) || TOP;
  return `prompt/${folder.replaceAll(/[\0-\x20~^:?*[\\\x7f%]/g, encoded)}/${stemOf(path)}/${label}`;
}

/** The labels of a prompt by its path; a tag with its folder goes before one without. Pure. */
export function labelTags(refs: ReadonlyMap<string, RefTarget>, path: string): ReadonlyMap<string, LabelTag> {
  const found = new Map<string, LabelTag>();
  for (const prefix of [plainTag(path, ''), folderTag(path, '')]) {
    for (const [name, target] of refs) {
      const tag = name.slice('refs/tags/'.length);
      const label = tag.slice(prefix.length);
      if (!name.startsWith(`refs/tags/${prefix}`) || label.includes('/')) continue;
      found.set(label, { ...target, tag });
    }
  }
  return found;
}

function encoded(character: string): string {
  return `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
}
