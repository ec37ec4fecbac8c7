import { loadPromptChanges, loadPromptDiff, loadPromptList, loadPromptShow } from './load-prompt-versions.ts';
import type { PromptVerb } from './prompt-verb.ts';

/** What `crew prompt` does with versions, one row each; what does it is in `prompt-versions/` and loaded when it is asked for. */
export const VERSION_VERBS: readonly PromptVerb[] = [
  {
    name: 'list',
    usage: 'prompt list',
    summary: 'the prompts here: version, labels, lock, and who uses each',
    flags: {},
    run: async call => (await loadPromptList()).listPrompts(call),
  },
  {
    name: 'show',
    usage: 'prompt show REF',
    summary: 'the text of one version: NAME, NAME@HASH, NAME@LABEL, NAME@LABEL^, NAME@lock',
    flags: {},
    run: async call => (await loadPromptShow()).showPromptVersion(call),
  },
  {
    name: 'log',
    usage: 'prompt log PROMPT',
    summary: 'its versions, with what runs made of each and what they cost',
    flags: {},
    run: async call => (await loadPromptShow()).logPrompt(call),
  },
  {
    name: 'diff',
    usage: 'prompt diff REF [REF]',
    summary: 'two versions: their words, what its samples become, and their runs',
    flags: {},
    run: async call => (await loadPromptDiff()).diffPrompts(call),
  },
  {
    name: 'tag',
    usage: 'prompt tag PROMPT LABEL [REF]',
    summary: 'put a label, which is a git tag, on a version, or move it there',
    flags: {},
    run: async call => (await loadPromptChanges()).tagPrompt(call),
  },
  {
    name: 'pin',
    usage: 'prompt pin PROMPT...|--all',
    summary: 'keep the versions of the working tree in crew.lock, for --frozen',
    flags: { all: { type: 'boolean', help: 'pin: all prompts, and take out those that are gone' } },
    run: async call => (await loadPromptChanges()).pinPrompts(call),
  },
  {
    name: 'rollback',
    usage: 'prompt rollback PROMPT REF',
    summary: 'write the text of an earlier version into the working tree',
    flags: {
      force: { type: 'boolean', help: 'rollback: write over changes that are not committed' },
      partials: { type: 'boolean', help: 'rollback: write its partials back, too' },
    },
    run: async call => (await loadPromptChanges()).rollbackPrompt(call),
  },
];
