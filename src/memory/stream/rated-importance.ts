import type { JsonObject, JsonSchema, JsonValue } from '../../model/json.ts';
import type { NewNote } from '../../model/memory.ts';
import { buildImportancePrompt } from '../../prompts/importance-prompt.ts';

/** What a model is asked, and the schema of its answer. */
export function askImportance(notes: readonly NewNote[]): {
  readonly prompt: string;
  readonly output: JsonSchema;
} {
  return {
    prompt: buildImportancePrompt(notes.map(({ text }) => text)),
    output: {
      type: 'object',
      properties: { ratings: { type: 'array', items: { type: 'integer', minimum: 1, maximum: 10 } } },
      required: ['ratings'],
      additionalProperties: false,
    },
  };
}

/** The notes with the importance that a model gave them; what it left out, or put beside the scale, stays for the rule. Pure. */
export function withRatings(notes: readonly NewNote[], answer: JsonValue): readonly NewNote[] {
  const isObject = answer !== null && typeof answer === 'object' && !Array.isArray(answer);
  const ratings = isObject && Object.hasOwn(answer, 'ratings') ? (answer as JsonObject).ratings : undefined;
  // A list of another length says nothing about which note each number is for.
  if (!Array.isArray(ratings) || ratings.length !== notes.length) return notes;
  return notes.map((note, at) => {
    const rating: unknown = ratings[at];
    const isOnScale = typeof rating === 'number' && rating >= 1 && rating <= 10;
    return isOnScale ? { ...note, importance: rating / 10 } : note;
  });
}
