import { crew, type Ended } from '../../e2e/crew-process.ts';
import { makeRepository, type TestRepository } from '../../tools/git-repository.ts';

/** A repository with a crew that uses the prompt `merge`, which puts the partial `_style` in. Nothing is committed yet. */
export interface PromptRepository extends TestRepository {
  /** Runs the product in it, with no journal but its own. */
  crew(...args: readonly string[]): Promise<Ended>;
  /** Runs the product, which must succeed, and reads the JSON that it prints. */
  json<Document>(...args: readonly string[]): Promise<Document>;
  /** Writes the prompt with these words in its body. */
  prompt(words: string, path?: string): void;
}

const CREW = `version: 1
crew: a
goal: Say something.
inputs:
  topic: { type: string, default: bees }
models:
  default: offline
roles:
  writer: { goal: Write a text. }
budget: { calls: 9 }
start: merge
phases:
  merge:
    role: writer
    task: { prompt: merge }
    next: done
  done: { end: success, result: "{{ merge }}" }
`;

/** The text of the prompt `merge`. */
export function promptText(words: string): string {
  return `---
description: Merges findings
input:
  topic: { type: string }
samples:
  - { topic: bees }
---
{% render "style" %}
Write about {{ topic }}: ${words}
`;
}

export const PROMPT = 'prompts/merge.prompt.md';

export function makePromptRepository(): PromptRepository {
  const repository = makeRepository();
  repository.write('.gitignore', '.crew/\n');
  repository.write('a.crew.yaml', CREW);
  repository.write('prompts/_style.prompt.md', 'Be short.\n');
  const run = (...args: readonly string[]): Promise<Ended> => crew(args, { from: repository.path });
  return {
    ...repository,
    crew: run,
    json: async (...args) => {
      const { code, stdout, stderr } = await run(...args, '--json');
      if (code !== 0) throw new Error(`crew ${args.join(' ')} ended with ${code}: ${stderr}`);
      return JSON.parse(stdout);
    },
    prompt: (words, path = PROMPT) => repository.write(path, promptText(words)),
  };
}
