import { describe, expect, it } from 'vitest';
import { toolNames } from '../../src/providers/tool-names.ts';
import { GIT_DIFF } from '../contracts/ask-model.ts';
import { fc } from '../laws.ts';

const name = fc.oneof(
  fc.string({ maxLength: 90 }),
  fc.stringMatching(/^[ab._]{1,4}$/),
  fc.constantFrom('a.b', 'a_b', 'a_b_2', 'a.b.2', '__proto__', 'constructor'),
);

function named(tools: readonly string[], called: readonly string[] = []) {
  const parts = called.map((tool, index) => ({
    type: 'tool-call' as const,
    call: { id: `${index}`, tool, args: {} },
  }));
  return toolNames({
    tools: tools.map(tool => ({ ...GIT_DIFF, name: tool })),
    messages: [{ from: 'assistant', parts }],
  });
}

describe('wire names of tools', () => {
  it('are legal, distinct and lead back to our names', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(name, { maxLength: 12 }),
        fc.array(name, { maxLength: 5 }),
        (tools, called) => {
          const names = named(tools, called);
          const all = [...new Set([...tools, ...called])];
          const wires = all.map(names.toWire);
          expect(new Set(wires).size).toBe(all.length);
          for (const wire of [...wires, names.free('deliver')]) expect(wire).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
          expect(wires.map(names.fromWire)).toEqual(all);
          expect(wires).not.toContain(names.free('deliver'));
        },
      ),
    );
  });

  it('do not depend on what a model invented before', () => {
    fc.assert(
      fc.property(fc.uniqueArray(name, { maxLength: 8 }), fc.array(name), (tools, called) => {
        expect(tools.map(named(tools, called).toWire)).toEqual(tools.map(named(tools).toWire));
      }),
    );
  });

  it('that nobody gave come back as they came', () => {
    expect(named(['git.diff']).fromWire('shell.run')).toBe('shell.run');
    expect(named(['git.diff']).fromWire('git_diff')).toBe('git.diff');
  });

  it('keep the delivery tool apart from a tool of that name', () => {
    expect(named(['deliver']).free('deliver')).toBe('deliver_2');
  });
});
