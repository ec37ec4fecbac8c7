import { type CodeRow, GOOD_CREW } from './code-row.ts';

const PROMPTED = GOOD_CREW.replace(
  'task: "Describe {{ collect | json }}"',
  'task: { prompt: describe, with: { change: "{{ collect }}" } }',
);

const PROMPT = `---
input:
  change: { type: object }
partials: [style]
output: { type: string }
---
{% render "style" %}
Describe {{ change | json }}
`;

const PARTIAL = 'Write plainly.\n';

/** A row whose bad example names a prompt file in which one stretch of the good one is replaced. */
function swapPrompt(meaning: string, from: string, to: string): CodeRow {
  return {
    severity: 'error',
    meaning,
    bad: PROMPTED.replace('prompt: describe', 'prompt: broken'),
    good: PROMPTED,
    files: {
      'prompts/describe.prompt.md': PROMPT,
      'prompts/broken.prompt.md': PROMPT.replace(from, () => to),
      'prompts/_style.prompt.md': PARTIAL,
    },
  };
}

/** A row whose bad example is the crew with one stretch replaced. */
function swapUse(meaning: string, from: string, to: string): CodeRow {
  return { ...swapPrompt(meaning, '', ''), bad: PROMPTED.replace(from, () => to) };
}

/** Codes about prompt files. */
export const PROMPT_CODES = {
  'prompt-front-matter': swapPrompt(
    'The front matter of a prompt file is a mapping between two lines `---`.',
    PROMPT.slice(0, PROMPT.lastIndexOf('---')),
    '---\n- change\n',
  ),
  'conflict-marker': swapPrompt(
    'A prompt file holds the marks of a conflict that git could not settle; a model would be sent both texts.',
    'Describe {{ change | json }}',
    `${'<'.repeat(7)} HEAD\nDescribe {{ change | json }}\n${'='.repeat(7)}\nShow {{ change | json }}\n${'>'.repeat(7)} main`,
  ),
  'prompt-not-found': swapUse(
    'There is no file for the prompt, variant or partial in the folder of the prompt files.',
    'prompt: describe',
    'prompt: describ',
  ),
  'prompt-partial': swapPrompt(
    'A prompt file puts a partial in by its name in quotes, with `, name: value` behind it; what the partial sets has a name that is used nowhere else.',
    '{% render "style" %}',
    '{% render "style" for change %}',
  ),
  'prompt-output-conflict': swapUse(
    'The `output` of a prompt file and that of the place where it is used are two schemas for one artifact.',
    'max_visits: 3',
    'output: { type: object }\n    max_visits: 3',
  ),
  'prompt-as-text': {
    ...swapUse(
      'A text is no more than the name or the path of a prompt file; it is sent as it is, not what the file says.',
      'task: { prompt: describe, with: { change: "{{ collect }}" } }',
      'task: prompts/describe.prompt.md',
    ),
    severity: 'warning',
  },
  'unused-partial': {
    ...swapPrompt('A prompt file lists a partial that it never puts in.', '{% render "style" %}\n', ''),
    severity: 'warning',
  },
} as const satisfies Record<string, CodeRow>;
