import type { PromptFigures, PromptUse } from './prompt-figures.ts';

/** A label of a prompt; `version` is null where the tag stands on a commit without the prompt. */
export interface PromptLabel {
  readonly label: string;
  readonly version: string | null;
}

/** A prompt of a folder as `crew prompt list` shows it. */
export interface ListedPrompt {
  /** The name of the file without its ending: `merge`, `merge.short`, `_finding`. */
  readonly name: string;
  readonly kind: 'prompt' | 'variant' | 'partial';
  readonly description?: string;
  readonly hash: string;
  /** `merge@3f2a9c1b`. */
  readonly version: string;
  /** How it stands to what is checked out; `unknown` without git. */
  readonly state: 'committed' | 'uncommitted' | 'unknown';
  readonly labels: readonly PromptLabel[];
  /** How it stands to `crew.lock`, `unknown` where that cannot be believed; null for partials, which are locked with the prompts that put them in. */
  readonly lock: 'locked' | 'differs' | 'not locked' | 'unknown' | null;
  /** Crew files that use it; for a partial the prompts that put it in. */
  readonly usedBy: readonly string[];
}

/** One folder of prompts. */
export interface ListedFolder {
  readonly folder: string;
  /** The path of its lock, where one is there. */
  readonly lock: string | null;
  /** Why its lock cannot be believed; null when it can, or there is none. */
  readonly lockProblem: string | null;
  /** Why nothing is known of its history; null when it is known. */
  readonly noHistory: string | null;
  readonly prompts: readonly ListedPrompt[];
  /** What looks like a prompt and is none. */
  readonly strange: readonly StrangeFile[];
}

/** A file of a folder of prompts that is none, by its name, and why. */
export interface StrangeFile {
  readonly file: string;
  readonly why: string;
}

/** A moment in the life of a prompt: what it became, or that it went. */
export interface PromptMoment {
  /** `uncommitted` stands only in the working tree, `ran` is known only from runs; `gone` was taken away. */
  readonly state: 'uncommitted' | 'ran' | 'committed' | 'gone';
  readonly version?: string;
  readonly hash?: string;
  readonly commit?: string;
  /** The author's, ISO 8601. */
  readonly date?: string;
  readonly author?: string;
  readonly subject?: string;
  /** From the top of the repository, or as it is shown where there is none. */
  readonly path: string;
  readonly renamedFrom?: string;
  readonly renamedTo?: string;
  /** The commit is on another branch than what is checked out. */
  readonly elsewhere?: true;
  readonly labels: readonly string[];
  /** A newer moment has the same version, and what runs made of it. */
  readonly repeated?: true;
  readonly figures?: PromptFigures;
  readonly uses?: readonly PromptUse[];
}

/** One side of a comparison of two versions. */
export interface ComparedVersion {
  /** `merge@3f2a9c1b`. */
  readonly version: string;
  readonly hash: string;
  /** Where it is from: a commit, or the working tree. */
  readonly from: string;
  readonly text: string;
  readonly figures: PromptFigures;
}

/** A partial that two versions put in with different texts; one that was not there is empty. */
export interface ComparedPartial {
  readonly name: string;
  readonly before: string;
  readonly after: string;
}

/** What one of the samples becomes with both versions; a text that cannot be rendered says why. */
export interface ComparedSample {
  readonly inputs: string;
  readonly before: string;
  readonly after: string;
}
