import type { JsonSchema } from './json.ts';

/**
 * What a role says that judges an attempt of a phase with `reflect`, as it is asked for it; `score` lies between 0 and 1.
 */
export const JUDGEMENT_SCHEMA: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['passed', 'score', 'feedback'],
  properties: {
    passed: { type: 'boolean', description: 'Whether the attempt is good enough to be taken as it is.' },
    score: { type: 'number', minimum: 0, maximum: 1, description: '0 for useless, 1 for perfect.' },
    feedback: {
      type: 'string',
      description: 'What is wrong and where, so that the next attempt can mend it.',
    },
  },
};
