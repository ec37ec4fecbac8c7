/** A crew that writes about a topic, whose request may be said again. */
export const POEM_CREW = `version: 1
crew: poem
goal: Write what is asked for.
inputs: { topic: { type: string }, tone: { type: string, default: calm } }
models: { default: auto }
budget: { calls: 60, tokens: 100m }
start: write
phases:
  write:
    chain: [{ model: default, prompt_template: "A {{ inputs.tone }} text: {{ inputs.topic }}" }]
    next: done
  done: { end: success, result: "{{ write }} about {{ inputs.topic }}" }
`;
/** A row of a script: the request said again, once. */
export const reply = (reformulated: string, assumptions: readonly string[], questions: readonly string[]) =>
  `  - { phase: reformulate/rewrite, times: 1, json: ${JSON.stringify({ reformulated, assumptions, questions })} }\n`;
/** A script of these rows, after which the poem is written. */
export const written = (...rows: readonly string[]): string =>
  `version: 1\nreplies:\n${rows.join('')}  - { phase: write, text: Plum blossoms }\n`;
/** The command of a person at a terminal, and the arguments of one without. */
export const RUN = 'run poem.crew.yaml "a poem about spring" --reformulate --model script:replies.yaml';
export const ARGS = ['run', 'poem.crew.yaml', 'a poem about spring', '--model', 'script:replies.yaml'];
