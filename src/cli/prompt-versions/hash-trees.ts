import { promptHash } from '../../language/prompt-hash.ts';
import { type PromptFile, promptFileName } from '../../model/prompt-file.ts';
import { promptReader } from './front-once.ts';

/** A prompt as it stood in a folder at one time. */
export interface PlacedPrompt {
  /** The sha256 of its canonical form, in hex. */
  readonly hash: string;
  /** What the content of its file is known by: the id that git gives it. */
  readonly blob: string;
  /** All partials that it puts in, those inside partials too, by name, sorted; null for one that is not there. */
  readonly partials: { readonly [name: string]: string | null };
}

/** Gives the versions of all prompts of a folder, by file name, from the ids of its files. */
type HashTree = (tree: ReadonlyMap<string, string>) => ReadonlyMap<string, PlacedPrompt>;

/** The contents of prompt files, each looked at once. */
export interface PromptContents {
  has(blob: string): boolean;
  /** Takes a content in. What only its hash is needed of is not kept. */
  add(blob: string, text: string, isPartial: boolean): void;
  readonly hashTree: HashTree;
}

interface Content {
  /** Absent for what puts nothing in and is put in nowhere: its hash is enough. */
  readonly prompt?: PromptFile;
  readonly includes: readonly string[];
  readonly hash?: string;
}

const NO_PARTIALS = {};

/** Starts with no contents. A tree may be hashed when all its contents are there; one that is not counts as no file. */
export function promptContents(): PromptContents {
  const contents = new Map<string, Content>();
  const read = promptReader(promptFileName({ name: 'prompt', partial: false }));
  const known = new Map<string, PlacedPrompt>();
  const trees = new Map<ReadonlyMap<string, string>, ReadonlyMap<string, PlacedPrompt>>();
  return {
    has: blob => contents.has(blob),
    add: (blob, text, isPartial) => {
      const prompt = read(text);
      const { includes } = prompt;
      const hash = includes.length === 0 ? promptHash(prompt, () => undefined) : undefined;
      const isKept = isPartial || hash === undefined;
      contents.set(blob, {
        includes,
        ...(isKept ? { prompt } : {}),
        ...(hash === undefined ? {} : { hash }),
      });
    },
    hashTree: tree => {
      const found = trees.get(tree) ?? hashAll(tree, contents, known);
      trees.set(tree, found);
      return found;
    },
  };
}

function hashAll(
  tree: ReadonlyMap<string, string>,
  contents: ReadonlyMap<string, Content>,
  known: Map<string, PlacedPrompt>,
): ReadonlyMap<string, PlacedPrompt> {
  const blobOf = (partial: string): string | undefined => tree.get(partialFile(partial));
  const prompts = new Map<string, PlacedPrompt>();
  for (const [file, blob] of tree) {
    const content = contents.get(blob);
    if (content === undefined) continue;
    const inside = partialsInside(content, name => contents.get(blobOf(name) ?? ''));
    const key = [blob, ...inside.map(name => `${name}:${blobOf(name) ?? ''}`)].join(' ');
    const placed = known.get(key) ?? place({ blob, content, inside });
    known.set(key, placed);
    prompts.set(file, placed);
  }
  return prompts;

  function place({ blob, content, inside }: Placing): PlacedPrompt {
    const partialOf = (name: string): PromptFile | undefined => contents.get(blobOf(name) ?? '')?.prompt;
    const hashOf = ({ hash, prompt }: Content): string =>
      hash ?? (prompt === undefined ? '' : promptHash(prompt, partialOf));
    const rows = inside.map(name => {
      const partial = contents.get(blobOf(name) ?? '');
      return [name, partial === undefined ? null : hashOf(partial)] as const;
    });
    return {
      hash: hashOf(content),
      blob,
      partials: rows.length === 0 ? NO_PARTIALS : Object.fromEntries(rows),
    };
  }
}

interface Placing {
  readonly blob: string;
  readonly content: Content;
  readonly inside: readonly string[];
}

/** The name of the file of a partial. */
function partialFile(name: string): string {
  return promptFileName({ name, partial: true });
}

/** All that a prompt puts in, at any depth, sorted. */
function partialsInside(
  content: Content,
  contentOf: (partial: string) => Content | undefined,
): readonly string[] {
  const found = new Set<string>();
  const waiting = [...content.includes];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (found.has(name)) continue;
    found.add(name);
    waiting.push(...(contentOf(name)?.includes ?? []));
  }
  return [...found].toSorted();
}
