import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/model/run-event.ts';
import { createNdjsonReporter } from '../../src/reporters/ndjson.ts';
import { PARALLEL_RUN, tellAll } from './parallel-run.ts';
import { SAMPLE_EVENTS } from './sample-events.ts';

interface SchemaNode {
  readonly description?: string;
  readonly const?: unknown;
  readonly $ref?: string;
  readonly properties?: { readonly [name: string]: SchemaNode };
  readonly oneOf?: readonly SchemaNode[];
  readonly $defs?: { readonly [name: string]: SchemaNode };
}

const schema: SchemaNode = JSON.parse(
  readFileSync(new URL('../../schemas/event.schema.json', import.meta.url), 'utf8'),
);
const validate = new Ajv2020({ strict: true, strictTypes: false, allErrors: true }).compile(schema);
const events: readonly RunEvent[] = Object.values(SAMPLE_EVENTS).flat();

const OPTIONAL: { readonly [type: string]: readonly string[] } = {
  'phase.started': ['role', 'causeBy'],
  'tool.started': ['role'],
  'transition.taken': ['guards', 'limit', 'crew'],
  'turn.started': ['closing', 'reason'],
  'model.ended': ['retry'],
  'trial.judged': ['kept', 'checks'],
  'lesson.learned': ['answers'],
  'answers.judged': ['reason'],
  'memory.written': ['retiredFor'],
};

describe('the event schema', () => {
  it.each(events.map(event => [`${event.type} ${'outcome' in event ? event.outcome : ''}`, event] as const))(
    'accepts %s',
    (_name, event) => {
      validate(event);
      expect(validate.errors ?? []).toEqual([]);
    },
  );

  it('describes exactly the event types that there are', () => {
    const types = Object.values(schema.$defs ?? {}).flatMap(node => node.properties?.type?.const ?? []);
    expect([...new Set(types)].sort()).toEqual(Object.keys(SAMPLE_EVENTS).sort());
  });

  it('refuses an event without any one of its fields, with a field too many, or of an unknown type', () => {
    for (const event of events) {
      for (const field of Object.keys(event)) {
        if (OPTIONAL[event.type]?.includes(field)) continue;
        const { [field as keyof RunEvent]: _left, ...rest } = event;
        expect(validate(rest), `${event.type} without ${field}`).toBe(false);
      }
      expect(validate({ ...event, extra: 1 })).toBe(false);
    }
    expect(validate({ type: 'run.exploded', at: 1 })).toBe(false);
  });

  it('describes every field', () => {
    for (const [name, node] of Object.entries(schema.$defs ?? {})) {
      expect(node.description, name).toMatch(/\.$/);
      for (const [field, property] of Object.entries(node.properties ?? {})) {
        expect(property.description, `${name}.${field}`).toMatch(/\.$/);
      }
    }
  });
});

describe('the NDJSON reporter', () => {
  it('writes one line for each event, in order, and nothing else', () => {
    let text = '';
    tellAll(
      createNdjsonReporter(piece => {
        text += piece;
      }),
      PARALLEL_RUN,
    );
    expect(text.endsWith('\n')).toBe(true);
    const lines = text
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line));
    expect(lines).toEqual(PARALLEL_RUN.flatMap(step => ('event' in step ? [step.event] : [])));
    for (const line of lines) expect(validate(line)).toBe(true);
  });

  it('keeps hostile text on its line and exact', () => {
    const event: RunEvent = {
      type: 'artifact.rejected',
      at: 1,
      phase: 'a',
      reason: 'x\n\u009b\u2028\u202e',
      repair: 1,
    };
    let text = '';
    createNdjsonReporter(piece => {
      text += piece;
    }).onEvent(event);
    expect(text).toMatch(/^[\x20-\x7e]+\n$/);
    expect(JSON.parse(text)).toEqual(event);
  });
});
