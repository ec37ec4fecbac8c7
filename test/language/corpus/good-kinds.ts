import { crewOf, type GoodCrew } from './good-crew.ts';

const TYPED =
  '{ type: object, required: [points], properties: { points: { type: array, items: { type: object, required: [title], properties: { title: { type: string }, url: { type: string } } } } } }';

/** One file for each other kind of phase and modifier, most of them patterns that other frameworks are known for. */
export const KINDS_CREWS: readonly GoodCrew[] = [
  // AutoGen's round-robin team that ends with a word.
  crewOf('round-robin', {
    roles: { primary: 'Write.', critic: 'Criticise.' },
    phases: `
  debate: { talk: [primary, critic], task: Write a poem., speaker: round_robin, until: 'reply contains "APPROVE"', max_turns: 10, by: primary, next: done }
  done: { end: success, result: "{{ debate }}" }`,
  }),
  // A swarm that hands over.
  crewOf('swarm', {
    roles: { agent: 'Help.', refunds: 'Refund.' },
    phases: `
  help: { talk: [agent, refunds], task: Refund flight 507811., speaker: handoff, until: { text: TERMINATE }, max_turns: 8, by: agent, output: { type: object, required: [refunded], properties: { refunded: { type: boolean } } }, next: [{ when: help.refunded, to: done }, { to: open }] }
  done: { end: success }
  open: { end: failure }`,
  }),
  // AutoGen's nested chat: a panel that answers with one voice.
  crewOf('nested-talk', {
    roles: { author: 'Write.', lawyer: 'Find what is not allowed.', engineer: 'Find what does not work.' },
    phases: `
  settle:
    talk: [author, panel]
    task: Settle a text.
    reply: { type: object, required: [says, agreed], properties: { says: { type: string }, agreed: { type: boolean } } }
    until: reply.agreed
    inner:
      panel: { talk: [lawyer, engineer], task: "{{ speaker }} says {{ reply.says }}", until: 'reply contains "DONE"', max_turns: 4, by: lawyer }
    next: done
  done: { end: success, result: "{{ settle }}" }`,
  }),
  // A verdict that is held against what was said.
  crewOf('thread-read', {
    roles: { author: 'Write.', critic: 'Criticise.', judge: 'Judge.' },
    phases: `
  debate: { talk: [author, critic], task: Settle tabs., reply: { type: object, required: [says], properties: { says: { type: string } } }, max_turns: 4, by: author, on_error: failed, next: judge }
  judge: { role: judge, task: "{% for said in run.talks.debate %}{{ said.speaker }}: {{ said.reply.says }}{% endfor %}", next: done }
  failed: { end: failure, result: "{{ run.talks.debate | default: 'nothing' }}" }
  done: { end: success, result: "{{ judge }}" }`,
  }),
  // CrewAI's hierarchical process.
  crewOf('hierarchical', {
    roles: { boss: 'Lead.', researcher: 'Research.', writer: 'Write.' },
    phases: `
  work: { manage: boss, workers: [researcher, writer], task: Write a report., output: ${TYPED}, next: tell }
  tell: { role: writer, task: "{% for point in work.points %}{{ point.title }}{% endfor %}", next: done }
  done: { end: success, result: "{{ tell }}" }`,
  }),
  // Map and reduce.
  crewOf('map-reduce', {
    roles: { planner: 'Plan.', worker: 'Work.' },
    phases: `
  plan: { role: planner, task: Plan., output: ${TYPED}, next: work }
  work:
    each: { in: "{{ plan.points }}", as: point, max: 10 }
    do: { role: worker, task: "{{ index }}: {{ point.title }} {% if point.url %}{{ point.url }}{% endif %}" }
    next: merge
  merge: { role: planner, task: "{% for text in work %}{{ text | strip }}{% endfor %}", next: done }
  done: { end: success, result: "{{ merge }}" }`,
  }),
  crewOf('map-with-failures', {
    roles: { planner: 'Plan.', worker: 'Work.' },
    phases: `
  plan: { role: planner, task: Plan., output: ${TYPED}, next: work }
  work:
    each: { in: "{{ plan.points }}", as: point, max: 10 }
    do: { role: worker, task: "{{ point.title }}", output: { type: object, required: [text], properties: { text: { type: string } } } }
    on_item_error: keep
    next: merge
  merge: { role: planner, task: "{% for one in work %}{% if one %}{{ one.text }}{% endif %}{% endfor %}", next: done }
  done: { end: success, result: "{{ merge }}" }`,
  }),
  crewOf('written-list', {
    inputs: '{ first: { type: string }, more: { type: array, items: { type: string }, default: [] } }',
    roles: { worker: 'Work.' },
    phases: `
  work: { each: { in: ["{{ inputs.first }}", second, "{{ inputs.more }}"], as: one, max: 3 }, do: { role: worker, task: "Work on {{ one | json }} {{ one.length }}" }, on_error: failed, next: done }
  done: { end: success, result: "{{ work | join: ', ' }}" }
  failed: { end: failure, result: "{{ run.error.phase }}: {{ run.error.message }}" }`,
  }),
  // A prompt chain.
  crewOf('chain', {
    models: '{ quick: offline }',
    roles: { editor: 'Edit.' },
    phases: `
  story: { chain: [{ name: outline, model: quick, prompt_template: Outline a story. }, { model: quick, prompt_template: "Write {{ previous_response }}" }, { model: quick, prompt_template: "Improve {{ previous_response }} by {{ outline }}" }], next: edit }
  edit: { role: editor, task: "Edit {{ story | strip }}", next: done }
  done: { end: success, result: "{{ edit }}" }`,
  }),
  // Several models and one summary.
  crewOf('ensemble', {
    models: '{ one: offline, two: offline }',
    roles: { editor: 'Edit.' },
    phases: `
  opinions: { ask: Is it good?, models: [one, two], summarizer: { model: one, prompt: "{{ question }}: {% for a in answers %}{{ a.model }} {{ a.answer | default: a.failure.code }}{% endfor %}" }, next: edit }
  edit: { role: editor, task: "Edit {{ opinions }}", next: done }
  done: { end: success, result: "{{ edit }}" }`,
  }),
  // A person who signs off.
  crewOf('sign-off', {
    roles: { writer: 'Write.' },
    phases: `
  write: { role: writer, task: Write., max_visits: 3, on_limit: stopped, next: approve }
  approve: { human: "Release {{ write }}?", choices: [release, revise, stop], next: [{ when: approve.choice == "release", to: done }, { when: approve.choice == "revise", to: write }, { to: stopped }] }
  done: { end: success, result: "{{ write }}" }
  stopped: { end: failure }`,
  }),
  crewOf('free-answer', {
    roles: { writer: 'Write.' },
    phases: `
  ask: { human: What shall I write?, choices: [nothing], free_text: true, next: write }
  write: { role: writer, task: "Write {{ ask.text | default: 'anything' }}", next: done }
  done: { end: success, result: "{{ write }}" }`,
  }),
  // Reflexion with a judge.
  crewOf('reflexion', {
    roles: { writer: 'Write.', judge: 'Judge.' },
    phases: `
  write: { role: writer, task: Write., output: ${TYPED}, reflect: { evaluator: { role: judge, task: "Judge {{ write.points | json }}" }, trials: 3 }, next: done }
  done: { end: success, result: "{{ write }}" }`,
  }),
  crewOf('reflexion-by-expression', {
    roles: { writer: 'Write.' },
    phases: `
  write: { role: writer, task: Write., output: ${TYPED}, reflect: { evaluator: { expression: write.points.size > 2 }, trials: 3 }, next: done }
  done: { end: success, result: "{{ write }}" }`,
  }),
  // The first of several branches wins.
  crewOf('race', {
    roles: { fast: 'Answer fast.', deep: 'Answer well.' },
    phases: `
  race: { parallel: { quick: { role: fast, task: Answer. }, slow: { role: deep, task: Answer. } }, join: any, next: tell }
  tell: { role: fast, task: "{{ race.quick | default: race.slow | default: 'nothing' }}", next: done }
  done: { end: success, result: "{{ tell }}" }`,
  }),
];
