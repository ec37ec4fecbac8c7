import type { JsonObject, JsonSchema } from './json.ts';

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
      /**
       * The sha256, in hex, of all that leave is given for: run, call, tool, server, pin, arguments and policy. Absent,
       * like all that follows, in runs of before there were policies.
       */
      readonly binding?: string;
      readonly policyHash?: string;
      /** The identity of the MCP server or module, and the pin of its tool, when the tool is of one. */
      readonly server?: string;
      readonly pin?: string;
      /** Why it is asked, and `file:line` of the rule that wants it, if one does. */
      readonly reason?: string;
      readonly rule?: string;
      /** The call may destroy something that nobody here vouches for, so leave is typed with care. */
      readonly destructive?: boolean;
    }
  | {
      readonly kind: 'uncertain';
      readonly tool: string;
      readonly args: JsonObject;
      /** The sha256, in hex, of the arguments in canonical form. */
      readonly argsHash: string;
    };

/**
 * What a tool asks a person while it works (MCP elicitation). `server` is the alias that the crew gave it; `text` is
 * foreign. A form is a flat JSON Schema of primitive fields; a url is only shown, never opened unasked.
 */
export type ToolQuestion =
  | { readonly kind: 'form'; readonly server: string; readonly text: string; readonly schema: JsonSchema }
  | { readonly kind: 'url'; readonly server: string; readonly text: string; readonly url: string };

/**
 * How a person took it; `content` fits the schema of the form and is there exactly when a form was accepted. `why` says what
 * was wrong with a question, or an answer, that did not count; where nobody was asked, `by` is `crew`.
 */
export type ToolAnswer =
  | { readonly action: 'accept'; readonly content?: JsonObject; readonly by: string }
  | { readonly action: 'decline' | 'cancel'; readonly by: string; readonly why?: string };

/** A question of a tool, and how it was taken; null when nobody was there to be asked. */
export interface ToolAsked {
  readonly question: ToolQuestion;
  readonly answer: ToolAnswer | null;
}
