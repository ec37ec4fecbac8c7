/**
 * A list that only grows at its end and is cut at its start, by value: adding an item copies a small chunk and the list of
 * chunks. Items keep their numbers, counted from 0, also after those before them were dropped.
 */
export interface ItemList<Item> {
  /** How many items were dropped from the start; the number of the first one that is there. */
  readonly first: number;
  /** The number of the next item. */
  readonly next: number;
  readonly full: readonly (readonly Item[])[];
  readonly open: readonly Item[];
}

const CHUNK = 64;

/** A list without items. */
export const NO_ITEMS: ItemList<never> = { first: 0, next: 0, full: [], open: [] };

/** The list with one item more; above `most` the oldest are dropped, a chunk at a time. Pure. */
export function addItem<Item>(list: ItemList<Item>, item: Item, most: number): ItemList<Item> {
  const open = [...list.open, item];
  const isFull = open.length === CHUNK;
  const grown = {
    first: list.first,
    next: list.next + 1,
    full: isFull ? [...list.full, open] : list.full,
    open: isFull ? [] : open,
  };
  return grown.next - grown.first > most ? dropChunk(grown) : grown;
}

/** The list without its oldest chunk; a list without a full chunk stays. Pure. */
export function dropChunk<Item>(list: ItemList<Item>): ItemList<Item> {
  if (list.full.length === 0) return list;
  return { ...list, first: list.first + CHUNK, full: list.full.slice(1) };
}

/** The item of a number; undefined when it was dropped or is not there yet. Pure. */
export function itemAt<Item>(list: ItemList<Item>, number: number): Item | undefined {
  const place = number - list.first;
  if (place < 0) return undefined;
  const chunk = list.full[Math.floor(place / CHUNK)] ?? list.open;
  return chunk[place % CHUNK];
}

/** The list with another item of that number; unchanged when it is not there. Pure. */
export function replaceItem<Item>(list: ItemList<Item>, number: number, item: Item): ItemList<Item> {
  if (itemAt(list, number) === undefined) return list;
  const place = number - list.first;
  const index = Math.floor(place / CHUNK);
  const change = (chunk: readonly Item[]): readonly Item[] => chunk.with(place % CHUNK, item);
  if (index >= list.full.length) return { ...list, open: change(list.open) };
  return { ...list, full: list.full.map((chunk, each) => (each === index ? change(chunk) : chunk)) };
}

/** The items from a number on, forwards or backwards, with their numbers. */
export function* itemsFrom<Item>(
  list: ItemList<Item>,
  number: number,
  step: 1 | -1,
): Generator<readonly [number: number, item: Item]> {
  for (let at = number; at >= list.first && at < list.next; at += step) {
    const item = itemAt(list, at);
    if (item !== undefined) yield [at, item];
  }
}
