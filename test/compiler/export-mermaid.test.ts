import { expect, test } from 'vitest';
import { exportMermaid } from '../../src/compiler/export-mermaid.ts';
import { chartOf } from '../../src/compiler/phase-chart.ts';
import { compileText } from '../runtime/run-crew.ts';

function draw(yaml: string): string {
  return exportMermaid(chartOf(compileText(yaml)));
}

const ROLES = 'roles: { a: { goal: A. }, b: { goal: B. } }\nstart: work\n';

test('phases, ways, limits, errors and ends are drawn', () => {
  const text = draw(
    `${ROLES}phases:\n  work: { role: a, task: T., max_visits: 2, on_limit: lost, on_error: lost, next: [{ when: visit == 2, to: won }, { to: work }] }\n  won: { end: success }\n  lost: { end: failure }\n`,
  );
  expect(text).toBe(`stateDiagram-v2
  state "work · a" as work
  state "won · success" as won
  state "lost · failure" as lost
  [*] --> work
  work --> won : visit == 2
  work --> work : else
  work --> lost : on error
  work --> lost : after 2 visits
  won --> [*]
  lost --> [*]
`);
});

test('branches are concurrent regions', () => {
  const text = draw(
    `${ROLES}phases:\n  work: { parallel: { x: { role: a, task: T. }, y: { tool: kit.give } }, next: done }\n  done: { end: success }\n`,
  );
  expect(text).toContain(
    'state work {\n    state "x · a" as work_x\n    --\n    state "y · kit.give" as work_y\n  }',
  );
});

test('who may speak after whom is drawn', () => {
  const text = draw(
    `${ROLES}phases:\n  work: { talk: [a, b], task: T., max_turns: 4, next: done }\n  done: { end: success }\n`,
  );
  expect(text).toContain('work_a --> work_b');
  expect(text).toContain('work_b --> work_a');
});

test('a conversation inside a conversation is drawn inside its participant', () => {
  const text = draw(
    `${ROLES}phases:\n  work: { talk: [a, panel], task: T., max_turns: 4, inner: { panel: { talk: [b, a], task: T., max_turns: 2 } }, next: done }\n  done: { end: success }\n`,
  );
  expect(text).toContain(`  state work {
    state "a" as work_a
    state "panel · talk, at most 2 replies" as work_panel
    state work_panel {
      state "b" as work_panel_b
      state "a" as work_panel_a
      work_panel_b --> work_panel_a
      work_panel_a --> work_panel_b
    }
    work_a --> work_panel
    work_panel --> work_a
  }
`);
});

test("Mermaid's own words and marks do no harm", () => {
  const text = draw(
    `roles: { a: { goal: A. } }\ninputs: { x: { type: string, default: q } }\nstart: state\nphases:\n  state: { role: a, task: T., next: [{ when: 'inputs.x == "a;b:c --> [*] %% <i>"', to: note }, { to: end }] }\n  note: { end: success }\n  end: { end: failure }\n`,
  );
  expect(text).toContain('state "state · a" as state_');
  expect(text).toContain(
    'state_ --> note_ : inputs.x == #34;a#59;b#58;c --#62; #91;*#93; #37;#37; #60;i#62;#34;',
  );
  expect(text).toContain('state_ --> end_ : else');
});
