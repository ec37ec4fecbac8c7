import type { JsonValue } from '../model/json.ts';

/** What embedders need of the world beyond their own files. */
export interface EmbedderDoors {
  /** Variables of the environment: keys and addresses of servers. */
  readonly env: { readonly [name: string]: string | undefined };
  /** Posts JSON and gives the JSON of a success. Fails with PROVIDER_*; what is retryable there may be asked again. */
  readonly post: (
    question: {
      readonly url: string;
      readonly headers: { readonly [name: string]: string };
      readonly body: JsonValue;
      readonly secret?: string;
    },
    signal?: AbortSignal,
  ) => Promise<JsonValue>;
  /** So long a server may take for one question that somebody waits for; 8 seconds when left out. */
  readonly patienceMs?: number;
}
