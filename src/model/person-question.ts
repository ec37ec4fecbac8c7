import type { JsonObject } from './json.ts';

/**
 * What a person is asked: a question of the procedure, leave for one tool call with exactly these arguments, or whether a
 * call that began before the last stop was done.
 */
export type PersonQuestion =
  | {
      readonly kind: 'question';
      readonly text: string;
      /** Empty when only free text is asked for. */
      readonly choices: readonly string[];
      readonly freeText: boolean;
    }
  | {
      readonly kind: 'approval';
      readonly tool: string;
      readonly args: JsonObject;
      /** The sha256, in hex, of the arguments in canonical form; an approval is bound to it. */
      readonly argsHash: string;
      readonly role?: string;
    }
  | {
      readonly kind: 'uncertain';
      readonly tool: string;
      readonly args: JsonObject;
      /** The sha256, in hex, of the arguments in canonical form. */
      readonly argsHash: string;
    };
