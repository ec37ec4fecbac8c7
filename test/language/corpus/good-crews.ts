import { crewOf, type GoodCrew } from './good-crew.ts';
import { IDIOM_CREWS } from './good-idioms.ts';
import { KINDS_CREWS } from './good-kinds.ts';

/** Published examples of other frameworks, said in this language. */
const TRANSLATIONS: readonly GoodCrew[] = [
  // CrewAI's starter: a researcher and a reporting analyst, one after the other.
  crewOf('latest-developments', {
    inputs: '{ topic: { type: string, default: AI agents }, year: { type: integer, default: 2025 } }',
    roles: {
      researcher: 'Uncover cutting-edge developments.',
      reporting_analyst: 'Create detailed reports.',
    },
    phases: `
  research:
    role: researcher
    task: |
      Conduct a thorough research about {{ inputs.topic }}.
      Make sure you find any interesting and relevant information given the current year is {{ inputs.year }}.
    next: report
  report:
    role: reporting_analyst
    task: |
      Review the context you got and expand each topic into a full section for a report.
      {{ research }}
    next: done
  done: { end: success, result: "{{ report }}" }`,
  }),
  // CrewAI's job posting: three roles in a row, each reading what came before.
  crewOf('job-posting', {
    inputs: '{ company: { type: string }, needs: { type: string } }',
    roles: { researcher: 'Know the culture.', writer: 'Write postings.', reviewer: 'Polish postings.' },
    phases: `
  culture: { role: researcher, task: "Describe the culture of {{ inputs.company }}", next: draft }
  draft: { role: writer, task: "Write a posting for {{ inputs.needs }} at {{ inputs.company }}: {{ culture }}", next: review }
  review: { role: reviewer, task: "Polish {{ draft }} so that it fits {{ culture }}", next: done }
  done: { end: success, result: { posting: "{{ review }}", culture: "{{ culture }}" } }`,
  }),
  // CrewAI's trip planner: independent work at once, then one plan.
  crewOf('trip-planner', {
    inputs:
      '{ origin: { type: string }, cities: { type: array, items: { type: string } }, days: { type: integer, minimum: 1, default: 7 } }',
    roles: { selector: 'Choose the best city.', expert: 'Know the city.', concierge: 'Plan days.' },
    phases: `
  choose:
    role: selector
    task: "From {{ inputs.origin }}, choose one of {{ inputs.cities | join: ', ' }}"
    output: { type: object, required: [city, reasons], properties: { city: { type: string }, reasons: { type: array, items: { type: string } } } }
    next: gather
  gather:
    parallel:
      guide: { role: expert, task: "Write a guide to {{ choose.city }}" }
      weather: { role: expert, task: "What is the weather of {{ choose.city }}?", output: { type: object, required: [days], properties: { days: { type: array, items: { type: object, required: [sky], properties: { sky: { enum: [sun, rain] }, note: { type: string } } } } } } }
    next: plan
  plan:
    role: concierge
    task: |
      Plan {{ inputs.days }} days in {{ choose.city }}, chosen for:
      {% for reason in choose.reasons %}{{ forloop.index }}. {{ reason }}
      {% endfor %}
      {{ gather.guide }}
      {% for day in gather.weather.days %}{% if day.sky == "rain" %}Indoors{% if day.note %} ({{ day.note }}){% endif %}{% else %}Outdoors{% endif %}
      {% endfor %}
    next: done
  done: { end: success, result: "{{ plan }}" }`,
  }),
  // AutoGen's reflection: a writer and a critic until the critic approves.
  crewOf('write-and-review', {
    roles: { primary: 'Write.', critic: 'Review.' },
    phases: `
  write:
    role: primary
    task: "Write a short poem about autumn.{% if visit > 1 %} Mend what was criticised last time.{% endif %}"
    max_visits: 5
    on_limit: stopped
    next: review
  review:
    role: critic
    task: "Review {{ write }}"
    output: { type: object, required: [approved], properties: { approved: { type: boolean }, remarks: { type: array, items: { type: string } } } }
    next:
      - { when: review.approved, to: done }
      - { to: write }
  done: { end: success, result: "{{ write }}" }
  stopped: { end: failure, result: "{{ write }}" }`,
  }),
  // AutoGen's reviewer who repeats the remarks in the next round.
  crewOf('code-and-review', {
    roles: { coder: 'Write code.', reviewer: 'Review code.' },
    phases: `
  first: { role: coder, task: Write a function that sorts., next: review }
  review:
    role: reviewer
    task: "Review {{ first }}"
    output: { type: object, required: [verdict, remarks], properties: { verdict: { enum: [APPROVE, REVISE] }, remarks: { type: array, items: { type: object, required: [line, text], properties: { line: { type: integer }, text: { type: string } } } } } }
    next:
      - { when: review.verdict == "APPROVE", to: done }
      - { to: revise }
  revise:
    role: coder
    task: |
      Mend {{ first }}:
      {% for remark in review.remarks %}- {{ remark.line }}: {{ remark.text }}
      {% endfor %}
    next: done
  done: { end: success, result: "{{ review }}" }`,
  }),
  // LangGraph's router: one classification, three ways.
  crewOf('router', {
    inputs: '{ question: { type: string } }',
    roles: { router: 'Sort questions.', expert: 'Answer questions.' },
    phases: `
  route: { role: router, task: "Sort {{ inputs.question }}", output: { type: object, required: [to], properties: { to: { enum: [story, joke, poem] } } }, next: [{ when: route.to == "story", to: story }, { when: route.to == "joke", to: joke }, { to: poem }] }
  story: { role: expert, task: "A story about {{ inputs.question }}", next: told }
  joke: { role: expert, task: "A joke about {{ inputs.question }}", next: laughed }
  poem: { role: expert, task: "A poem about {{ inputs.question }}", next: sung }
  told: { end: success, result: "{{ story }}" }
  laughed: { end: success, result: "{{ joke }}" }
  sung: { end: success, result: "{{ poem }}" }`,
  }),
  // LangGraph's evaluator-optimizer.
  crewOf('evaluator-optimizer', {
    roles: { generator: 'Tell jokes.', grader: 'Grade jokes.' },
    phases: `
  generate: { role: generator, task: "Tell a joke. {% if visit > 1 %}A better one.{% endif %}", max_visits: 4, on_limit: done, next: grade }
  grade: { role: grader, task: "Grade {{ generate }}", output: { type: object, required: [grade, feedback], properties: { grade: { enum: [funny, not funny] }, feedback: { type: string } } }, next: [{ when: 'grade.grade == "funny"', to: done }, { to: generate }] }
  done: { end: success, result: "{{ generate }}" }`,
  }),
  // MetaGPT's software company, cut short.
  crewOf('software-company', {
    inputs: '{ idea: { type: string } }',
    roles: {
      product_manager: 'Write requirements.',
      architect: 'Design.',
      engineer: 'Write code.',
      tester: 'Test.',
    },
    phases: `
  requirements: { role: product_manager, task: "Requirements for {{ inputs.idea }}", output: { type: object, required: [goals, stories], properties: { goals: { type: array, minItems: 1, items: { type: string } }, stories: { type: array, items: { type: string } } } }, next: design }
  design: { role: architect, task: "Design for {{ requirements.goals | first }} and {{ requirements.stories | size }} stories", output: { type: object, required: [files], properties: { files: { type: array, items: { type: object, required: [path, purpose], properties: { path: { type: string }, purpose: { type: string } } } } } }, next: build }
  build: { role: engineer, task: "{% for file in design.files %}{{ file.path }}: {{ file.purpose }}{% unless forloop.last %}, {% endunless %}{% endfor %}", max_visits: 3, on_limit: given_up, next: verify }
  verify: { role: tester, task: "Test {{ build }}", output: { type: object, required: [passed, failures], properties: { passed: { type: boolean }, failures: { type: integer, minimum: 0 } } }, next: [{ when: verify.passed and verify.failures == 0, to: shipped }, { to: build }] }
  shipped: { end: success, result: { code: "{{ build }}", files: "{{ design.files | map: 'path' }}" } }
  given_up: { end: failure, result: "{{ build }}" }`,
  }),
  // An incident triage with a tool first and facts that a guard settles.
  crewOf('incident', {
    inputs: '{ alert: { type: string }, log: { type: string, default: app.log } }',
    roles: { responder: 'Triage incidents.', scribe: 'Write reports.' },
    tools: '{ files: builtin:files, git: builtin:git }',
    phases: `
  collect: { parallel: { log: { tool: files.read, with: { path: "{{ inputs.log }}" } }, changes: { tool: git.log, with: { limit: 20 } } }, on_error: blind, next: triage }
  blind: { role: responder, task: "Nothing could be read ({{ run.error.message }}). Triage {{ inputs.alert }}", next: stopped }
  triage:
    role: responder
    task: "Triage {{ inputs.alert }}: {{ collect.log.text }} {{ collect.changes | json }}"
    output: { type: object, required: [severity], properties: { severity: { enum: [sev1, sev2, sev3] }, suspect: { type: [string, "null"] } } }
    next:
      - { when: triage.severity == "sev3", to: noted }
      - { when: 'triage.suspect | default: false', to: blame }
      - { to: report }
  blame: { role: responder, task: "Look at {{ triage.suspect }}", next: report }
  report: { role: scribe, task: "Report {{ triage.severity | upcase }}, suspect {{ triage.suspect | default: 'unknown' }}", next: done }
  done: { end: success, result: "{{ report }}" }
  noted: { end: success }
  stopped: { end: failure, result: "{{ blind }}" }`,
  }),
  // A research that maps, judges and writes.
  crewOf('research', {
    inputs: '{ question: { type: string }, depth: { type: integer, default: 2, minimum: 1 } }',
    roles: { planner: 'Plan.', searcher: 'Search.', writer: 'Write.' },
    phases: `
  plan: { role: planner, task: "Plan {{ inputs.question }} to depth {{ inputs.depth }}", output: { $ref: "#/$defs/plan", $defs: { plan: { type: object, required: [queries], properties: { queries: { type: array, minItems: 2, items: { $ref: "#/$defs/query" } } } }, query: { type: object, required: [text], properties: { text: { type: string }, why: { type: string } } } } }, next: search }
  search:
    parallel:
      one: { role: searcher, task: "Search {{ plan.queries[0].text }}" }
      two: { role: searcher, task: "Search {{ plan.queries[1].text }}{% if plan.queries[1].why %} because {{ plan.queries[1].why }}{% endif %}" }
    next: write
  write: { role: writer, task: "Write from {{ search.one }} and {{ search.two }}", next: done }
  done: { end: success, result: { text: "{{ write }}", queries: "{{ plan.queries | map: 'text' | join: '; ' }}" } }`,
  }),
  // A customer support flow with hand-offs written as phases.
  crewOf('support', {
    inputs: '{ message: { type: string }, vip: { type: boolean, default: false } }',
    roles: { triage: 'Sort.', refunds: 'Refund.', sales: 'Sell.' },
    phases: `
  sort: { role: triage, task: "Sort {{ inputs.message }}", output: { type: object, required: [topic, order], properties: { topic: { enum: [refund, sales, other] }, order: { type: [string, "null"] } } }, next: [{ when: sort.topic == "refund" and sort.order, to: refund }, { when: sort.topic == "sales" or inputs.vip, to: sell }, { to: closed }] }
  refund: { role: refunds, task: "Refund the order {{ sort.order }}", next: refunded }
  sell: { role: sales, task: "Offer something for {{ inputs.message }}", next: sold }
  refunded: { end: success, result: "{{ refund }}" }
  sold: { end: success, result: "{{ sell }}" }
  closed: { end: success }`,
  }),
];

/** Every good file. */
export const GOOD_CREWS: readonly GoodCrew[] = [...TRANSLATIONS, ...IDIOM_CREWS, ...KINDS_CREWS];
