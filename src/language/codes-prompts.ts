import { type CodeRow, GOOD_CREW } from './code-row.ts';

const PROMPTED = GOOD_CREW.replace(
  'task: "Describe {{ collect | json }}"',
  'task: { prompt: describe, with: { change: "{{ collect }}" } }',
);

const PROMPT = `---
input:
  change: { type: object }
---
Describe {{ change | json }}
`;

/** A row whose bad example names a prompt file in which one stretch of the good one is replaced. */
function swapPrompt(meaning: string, from: string, to: string): CodeRow {
  const bad = PROMPTED.replace('prompt: describe', 'prompt: broken');
  const files = {
    'prompts/describe.prompt.md': PROMPT,
    'prompts/broken.prompt.md': PROMPT.replace(from, to),
  };
  return { severity: 'error', meaning, bad, good: PROMPTED, files };
}

/** Codes about prompt files. */
export const PROMPT_CODES = {
  'prompt-front-matter': swapPrompt(
    'The front matter of a prompt file is a mapping between two lines `---`.',
    'input:\n  change: { type: object }\n',
    '- change\n',
  ),
} as const satisfies Record<string, CodeRow>;
