import type { JsonObject } from '../model/json.ts';
import type { ToolSpec } from '../model/tool-spec.ts';

/** What a role that manages others may call, beside its own tools. */
export type ManageControl = 'delegate' | 'ask' | 'accept' | 'send_back' | 'transcript';

/** The controls of a role that manages `workers`, as its model is told of them. They change nothing in the world. Pure. */
export function manageControls(workers: readonly string[]): readonly ToolSpec[] {
  const role = { type: 'string', enum: workers, description: 'Which worker.' };
  const delegation = { type: 'integer', description: 'The number that came with the result.' };
  return [
    control('delegate', {
      description:
        'Gives a worker a task and returns its result with a number. Several delegations in one message are worked on at once, as far as there are places.',
      properties: {
        role,
        task: text('The task, complete in itself: the worker knows nothing but this.'),
        expected: text('What you expect to get back, so that you and the worker can tell when it is done.'),
      },
    }),
    control('ask', {
      description:
        'Asks a worker a question and returns the answer. It goes on in the latest conversation with that worker.',
      properties: { role, question: text('The question.') },
    }),
    control('accept', {
      description: 'Accepts the result of a delegation, which cannot be sent back then.',
      properties: { delegation },
    }),
    control('send_back', {
      description:
        'Sends a result or a failure back to its worker, which goes on where it stopped; returns the new result.',
      properties: { delegation, reason: text('What is wrong or missing, and what would be right.') },
    }),
    control('transcript', {
      description:
        'Shows how a worker came to its result: what it was told, what it called and what it said.',
      properties: { delegation },
    }),
  ];
}

function text(description: string): JsonObject {
  return { type: 'string', minLength: 1, description };
}

function control(
  name: ManageControl,
  { description, properties }: { readonly description: string; readonly properties: JsonObject },
): ToolSpec {
  const required = Object.keys(properties);
  const inputSchema = { type: 'object', required, properties, additionalProperties: false };
  return { name, description, inputSchema, readOnly: true };
}
