import { CrewError } from '../model/crew-error.ts';
import type { Fact } from '../model/fact.ts';
import type { EffectIdentity, JournalRecord } from '../ports/engine.ts';

/** Where a queue keeps its records; the disk behind a journal. */
export interface RecordStore {
  /** Puts a fact on disk and returns its record. */
  write(fact: Fact, effectKey: string | null): JournalRecord;
  /** Puts the intent to perform an effect on disk. */
  intend(effectKey: string): void;
}

interface OpenAct {
  readonly effect: EffectIdentity;
  readonly act: (signal: AbortSignal) => Promise<Fact>;
  readonly abort: AbortController;
  begun: boolean;
}

/**
 * Brings acts and records of one run together; the part of a journal that does not depend on where it is stored.
 * 1. An act with a recorded outcome never begins.
 * 2. Acts begin only when all recorded facts were taken.
 * 3. An outcome is written before it can be taken, and taken in the order of writing.
 * 4. Of a cancelled act nothing is written.
 * 5. An act that is not repeatable and was intended before, without outcome, does not begin: its doubt is recorded.
 */
export class EffectQueue {
  readonly #store: RecordStore;
  readonly #recorded: JournalRecord[];
  readonly #outcomes: ReadonlySet<string>;
  readonly #intents: ReadonlySet<string>;
  /** How often it was recorded that an act is in doubt. */
  readonly #doubts = new Map<string, number>();
  readonly #open = new Map<string, OpenAct>();
  readonly #live: JournalRecord[] = [];
  #failure: { readonly error: unknown } | undefined;
  #wake: (() => void) | undefined;
  #closed = false;

  constructor(store: RecordStore, recorded: readonly JournalRecord[], intents: readonly string[]) {
    this.#store = store;
    this.#recorded = recorded.toReversed();
    this.#outcomes = new Set(recorded.flatMap(({ fact }) => effectKeyOf(fact) ?? []));
    this.#intents = new Set(intents);
    for (const { fact } of recorded) if (fact.type === 'tool.uncertain') this.#countDoubt(fact.call);
  }

  append(fact: Fact): void {
    this.#live.push(this.#store.write(fact, null));
    this.#wake?.();
  }

  record(effect: EffectIdentity, act: (signal: AbortSignal) => Promise<Fact>): void {
    if (this.#outcomes.has(effect.key)) return;
    this.#open.set(effect.key, { effect, act, abort: new AbortController(), begun: false });
  }

  cancel(key: string): void {
    this.#open.get(key)?.abort.abort();
    this.#open.delete(key);
  }

  async next(): Promise<JournalRecord> {
    const recorded = this.#recorded.pop() ?? this.#live.shift();
    if (recorded !== undefined) return recorded;
    for (const open of this.#open.values()) if (!open.begun) this.#begin(open);
    while (this.#live.length === 0) {
      if (this.#failure !== undefined) throw this.#failure.error;
      await new Promise<void>(resolve => {
        this.#wake = resolve;
      });
    }
    return this.#live.shift() as JournalRecord;
  }

  ready(): boolean {
    return this.#recorded.length > 0 || this.#live.length > 0;
  }

  close(): void {
    this.#closed = true;
    for (const { abort } of this.#open.values()) abort.abort();
    this.#open.clear();
  }

  #begin(open: OpenAct): void {
    const { key, repeatable } = open.effect;
    if (!repeatable) {
      const intent = this.#intentOf(key);
      if (this.#intents.has(intent)) return this.#doubt(open);
      this.#store.intend(intent);
    }
    open.begun = true;
    open.act(open.abort.signal).then(
      fact => this.#finish(open, fact),
      error => this.#fail(open, error),
    );
  }

  /** Each time that it was in doubt and is given again it is a new intent. */
  #intentOf(key: string): string {
    const doubts = this.#doubts.get(key) ?? 0;
    return doubts === 0 ? key : `${key}#${doubts + 1}`;
  }

  #doubt({ effect: { key, doubt } }: OpenAct): void {
    if (doubt === undefined) {
      const message = `\`${key}\` began before the last stop, and whether it was done is not recorded`;
      throw new CrewError('EFFECT_UNCERTAIN', message);
    }
    this.#live.push(this.#store.write(doubt(), null));
    this.#open.delete(key);
    this.#countDoubt(key);
  }

  #countDoubt(key: string): void {
    this.#doubts.set(key, (this.#doubts.get(key) ?? 0) + 1);
  }

  #finish(open: OpenAct, fact: Fact): void {
    if (this.#isStale(open)) return;
    this.#open.delete(open.effect.key);
    try {
      this.#live.push(this.#store.write(fact, open.effect.key));
    } catch (error) {
      this.#failure = { error };
    }
    this.#wake?.();
  }

  #fail(open: OpenAct, error: unknown): void {
    if (this.#isStale(open)) return;
    this.#failure = { error };
    this.#wake?.();
  }

  #isStale(open: OpenAct): boolean {
    return this.#closed || this.#open.get(open.effect.key) !== open;
  }
}

/** The effect that a fact is the outcome of. Pure. */
function effectKeyOf(fact: Fact): string | undefined {
  return 'key' in fact ? fact.key : undefined;
}
