/** What the process is asked: vectors of texts, or not to go on with what nobody waits for any more. */
export type LlamaQuestion =
  | { readonly id: number; readonly kind: 'note' | 'query'; readonly texts: readonly string[] }
  | { readonly drop: number };

/** What the process says: once that its model is open or why not, then to each question. */
export type LlamaAnswer =
  | { readonly opened: true; readonly dims: number }
  | { readonly unopened: string }
  | { readonly id: number; readonly vectors: readonly Float32Array[] }
  | { readonly id: number; readonly failure: string };
