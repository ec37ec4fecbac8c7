/** Throws RangeError unless a vector has just `dims` finite numbers: a store that pads or cuts would find the wrong notes. */
export function checkVector(vector: Float32Array, dims: number | undefined): void {
  if (dims === undefined) throw new RangeError('expected an embedder before vectors, found none');
  if (vector.length !== dims)
    throw new RangeError(`expected a vector of ${dims} numbers, found ${vector.length}`);
  if (!vector.every(Number.isFinite)) throw new RangeError('expected finite numbers in a vector');
}
