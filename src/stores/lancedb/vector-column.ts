import type { StoreEmbedder } from '../../ports/memory-store.ts';

/** A column of vectors: whose they are is its name, so that those of two embedders can never stand in one. */
export interface VectorColumn {
  readonly name: string;
  readonly embedder: StoreEmbedder;
  /** The length in the table; the index takes only multiples of 8, and zeros at the end change no cosine. */
  readonly width: number;
}

const STEP = 8;
const NAME = /^vector_(\d+)_((?:[0-9a-f]{2})+)$/;

/** The column for the vectors of an embedder. Pure. */
export function vectorColumnOf(embedder: StoreEmbedder): VectorColumn {
  const name = `vector_${embedder.dims}_${Buffer.from(embedder.id, 'utf8').toString('hex')}`;
  return { name, embedder, width: Math.ceil(embedder.dims / STEP) * STEP };
}

/** The columns of vectors among those of a table, in its order. Pure. */
export function vectorColumnsAmong(names: readonly string[]): readonly VectorColumn[] {
  return names.flatMap(name => {
    const [, dims = '', hex = ''] = NAME.exec(name) ?? [];
    if (dims === '') return [];
    return [vectorColumnOf({ id: Buffer.from(hex, 'hex').toString('utf8'), dims: Number(dims) })];
  });
}

/** A vector as it stands in the table. Pure. */
export function widened(vector: Float32Array, { width }: VectorColumn): readonly number[] {
  return [...vector, ...new Array<number>(width - vector.length).fill(0)];
}

/** A vector as it was given. Pure. */
export function narrowed(values: Float32Array, { embedder }: VectorColumn): Float32Array {
  return values.slice(0, embedder.dims);
}
