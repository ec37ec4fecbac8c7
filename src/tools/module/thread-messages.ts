import type { MessagePort } from 'node:worker_threads';
import type { CodedFailure } from '../../model/crew-error.ts';

/** What a thread is to run: the module's URL, its verified text, and its name for people. */
export interface ThreadStart {
  readonly url: string;
  readonly text: string;
  readonly title: string;
}

/** What a thread is started with; the port is taken out before the module runs, so that it cannot answer in our name. */
export interface ThreadData {
  readonly start: ThreadStart;
  port?: MessagePort;
}

/** What a thread is told. `name` is the export, `tool` its name as the crew calls it; `args` is JSON text. */
export type ToThread =
  | {
      readonly type: 'call';
      readonly id: number;
      readonly name: string;
      readonly tool: string;
      readonly args: string;
      readonly workspace: string;
    }
  | { readonly type: 'abort'; readonly id: number };

/** How one call ended, where `json` is JSON text; or a line that the module printed. */
export type FromThread =
  | { readonly printed: string }
  | { readonly id: number; readonly json: string }
  | { readonly id: number; readonly failure: CodedFailure };
