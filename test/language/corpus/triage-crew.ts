/** A crew without mistakes that uses most of what a phase can have; broken files differ from it in one place. */
export const TRIAGE_CREW = `version: 1
crew: triage
goal: Sort incoming reports and answer them.
inputs:
  report: { type: string, description: the report as it came }
  limit: { type: integer, default: 3 }
  labels: { type: array, items: { type: string }, default: [] }
models:
  careful: { use: "openai:gpt-5-mini", temperature: 0, max_tokens: 2048 }
roles:
  reader: { goal: Read reports with care., model: careful, tools: [files] }
  writer:
    goal: Answer kindly.
    backstory: You have answered thousands of reports.
tools:
  files: builtin:files
  git: builtin:git
budget: { calls: 40, tokens: 200k, usd: 1.50, time: 10m }
start: classify
phases:
  classify:
    role: reader
    task: |
      Classify this report, with one of {{ inputs.labels | join: ", " }}:
      {{ inputs.report }}
    output:
      type: object
      required: [kind, score, areas, owner, files]
      properties:
        kind: { enum: [bug, question, spam] }
        score: { type: number, minimum: 0, maximum: 10 }
        owner: { type: [string, "null"] }
        note: { type: string }
        areas: { type: array, items: { $ref: "#/$defs/area" } }
        files: { type: array, minItems: 1, items: { type: string } }
      $defs:
        area: { type: object, required: [name], properties: { name: { type: string }, weight: { type: number } } }
    retry: { max: 2, backoff: 1s }
    timeout: 2m
    on_error: failed
    next:
      - { when: classify.kind == "spam", to: dropped }
      - { when: classify.score > 7, to: look }
      - { to: answer }
  look:
    parallel:
      text: { tool: files.read, with: { path: "{{ classify.files[0] }}" } }
      log: { tool: git.log, with: { limit: "{{ inputs.limit }}" } }
      view:
        role: reader
        task: "Look at {% for area in classify.areas %}{{ area.name }} {% endfor %}"
    next: answer
  answer:
    role: writer
    task: "Answer as {{ classify.owner | default: 'nobody' }}, try {{ visit }}: {{ inputs.report }}"
    max_visits: 3
    on_limit: failed
    next: judge
  judge:
    role: reader
    task: "Is this a good answer? {{ answer }}"
    output: { type: object, required: [good], properties: { good: { type: boolean }, why: { type: string } } }
    next:
      - { when: judge.good, to: done }
      - { to: answer }
  done: { end: success, result: { text: "{{ answer }}", kind: "{{ classify.kind }}" } }
  dropped: { end: success }
  failed: { end: failure, result: "{{ run.error }}" }
`;
