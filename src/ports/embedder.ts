/**
 * Makes vectors of texts. `id` names the model and its version (`static@1`, `use-lite@0.2.0`, `openai:text-embedding-3-small`):
 * vectors of different ids are never compared. Vectors are finite, of length `dims`, normalised to 1; equal texts give equal
 * vectors. Fails with EMBEDDER_UNAVAILABLE or as providers do.
 * @see ../../test/contracts/embedder.ts
 */
export interface Embedder {
  readonly id: string;
  readonly dims: number;
  /** The cosine from which a short question and a note are about the same, as measured; absent where nobody measured it. */
  readonly near?: number;
  embed(
    texts: readonly string[],
    kind: 'note' | 'query',
    signal?: AbortSignal,
  ): Promise<readonly Float32Array[]>;
  close?(): Promise<void>;
}
