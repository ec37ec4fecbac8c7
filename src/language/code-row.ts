import type { Severity } from '../model/diagnostic.ts';

/** One diagnostic code: why it is said, with a whole file that has the mistake and one that has not. */
export interface CodeRow {
  readonly severity: Severity;
  readonly meaning: string;
  readonly bad: string;
  readonly good: string;
  /** Present when both examples are policy files and no crews. */
  readonly holds?: 'policy';
  /** Other files of both examples, by path; those of a policy are the person's own. */
  readonly files?: Readonly<Record<string, string>>;
}

/** A small crew without mistakes, from which most bad examples differ in one place. */
export const GOOD_CREW = `version: 1
crew: example
goal: Write a short report about a change.
inputs:
  range: { type: string, default: HEAD~1..HEAD }
models:
  careful: { use: "openai:gpt-5-mini", temperature: 0 }
roles:
  writer: { goal: Write clearly., model: careful, tools: [git] }
tools:
  git: builtin:git
budget: { calls: 20 }
start: collect
phases:
  collect:
    tool: git.diff
    with: { range: "{{ inputs.range }}" }
    next: write
  write:
    role: writer
    task: "Describe {{ collect | json }}"
    max_visits: 3
    on_limit: failed
    next:
      - { when: visit < 2, to: write }
      - { to: done }
  done: { end: success, result: "{{ write }}" }
  failed: { end: failure }
`;

/** A row whose bad example is the good crew with one stretch replaced. */
export function swap(meaning: string, from: string, to: string): CodeRow {
  return { severity: 'error', meaning, bad: GOOD_CREW.replace(from, () => to), good: GOOD_CREW };
}

/** The same for something that does not stop a run. */
export function swapWarning(meaning: string, from: string, to: string): CodeRow {
  return { ...swap(meaning, from, to), severity: 'warning' };
}

/** A good crew whose procedure is the given file, for examples of includes. */
export const INCLUDING_CREW = `version: 1
crew: example
goal: Say hello.
roles:
  host: { goal: Greet the reader. }
budget: { calls: 5 }
sop: hello.sop.yaml
`;

/** The file that examples of includes name, good and bad. */
export const INCLUDED_SOP = `version: 1
sop: hello
roles: [host]
start: greet
phases:
  greet:
    role: host
    task: Greet the reader
    output: { type: object }
    next: done
  done: { end: success, result: "{{ greet }}" }
`;

/** A crew of roles that converse, work on a list and wait for an artifact, from which some bad examples differ. */
const TALKING_CREW = `version: 1
crew: example
goal: Settle a wording.
roles:
  writer: { goal: Write clearly. }
  critic: { goal: Find what is missing. }
  editor: { goal: Decide. }
budget: { calls: 100, tokens: 300k }
start: draft
phases:
  draft:
    role: writer
    task: List the points
    output: { type: object, required: [points], properties: { points: { type: array } } }
    next: settle
  expand:
    each: { in: "{{ draft.points }}", as: point, max: 5 }
    do: { role: writer, task: "Expand {{ point | json }}" }
    subscribe: [draft]
    next: settle
  settle:
    talk: [writer, critic, editor]
    task: "Settle {{ draft.points | json }}"
    speaker: handoff
    transitions:
      writer: [critic]
      critic: [writer, editor]
    max_turns: 8
    by: editor
    next: done
  done: { end: success, result: "{{ settle }}" }
`;

/** A row whose bad example is the talking crew with one stretch replaced. */
export function swapTalk(meaning: string, from: string, to: string): CodeRow {
  return { severity: 'error', meaning, bad: TALKING_CREW.replace(from, () => to), good: TALKING_CREW };
}

const TEXT_MODULE = `export function count({ text }) {
  return { words: text.split(/\\s+/).length };
}
`;

/** A crew with a module of its own and a bundle, from which some bad examples differ. */
const MODULE_CREW = `version: 1
crew: example
goal: Say how long a text is.
inputs: { text: { type: string, default: one two } }
roles:
  reader: { goal: Read closely., tools: [reading] }
tools:
  text:
    module: ./text.js
    tools:
      count:
        description: Counts the words of a text.
        input: { type: object, required: [text], properties: { text: { type: string } } }
        output: { type: object, required: [words], properties: { words: { type: integer } } }
        read_only: true
  reading: [text.count]
budget: { calls: 20 }
start: count
phases:
  count: { tool: text.count, with: { text: "{{ inputs.text }}" }, next: read }
  read: { role: reader, task: "Are these {{ count.words }} words? {{ inputs.text }}", next: done }
  done: { end: success, result: "{{ read }}" }
`;

/** A row whose bad example is the crew with a module and one stretch replaced. */
export function swapModule(meaning: string, from: string, to: string): CodeRow {
  const bad = MODULE_CREW.replace(from, () => to);
  return { severity: 'error', meaning, bad, good: MODULE_CREW, files: { 'text.js': TEXT_MODULE } };
}
