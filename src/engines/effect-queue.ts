import { CrewError } from '../model/crew-error.ts';
import type { Fact } from '../model/fact.ts';
import type { EffectIdentity, JournalRecord } from '../ports/engine.ts';

/** Where a queue keeps its records; the disk behind a journal. */
export interface RecordStore {
  /** Writes a fact and returns its record. */
  write(fact: Fact, effectKey: string | null): JournalRecord;
  /** Writes the intent to perform an effect. */
  intend(effectKey: string): void;
  /** Takes back an intent whose effect was not begun. */
  withdraw(effectKey: string): void;
  /** Resolves, in the order of the calls, when all that was written before is on disk. */
  flush(): Promise<void>;
}

interface OpenAct {
  readonly effect: EffectIdentity;
  readonly act: (signal: AbortSignal) => Promise<Fact>;
  readonly abort: AbortController;
  begun: boolean;
  /** The intent that is on its way to the disk; the act begins when it is there. */
  intent?: string;
}

/**
 * Brings acts and records of one run together; the part of a journal that does not depend on where it is stored.
 * 1. An act with a recorded outcome never begins.
 * 2. Acts begin only when all recorded facts were taken.
 * 3. An outcome is on disk before it can be taken, and taken in the order of writing; so is an intent before its act begins.
 * 4. Of a cancelled act nothing is written.
 * 5. An act that is not repeatable and was intended before, without outcome, does not begin: its doubt is recorded.
 * 6. An act may say that it was not done (`tool.unreached`); that is no outcome, and it may be given again.
 */
export class EffectQueue {
  readonly #store: RecordStore;
  readonly #recorded: JournalRecord[];
  readonly #outcomes: ReadonlySet<string>;
  readonly #intents: ReadonlySet<string>;
  /** How often an act was begun for nothing: it is in doubt since, or was not done. */
  readonly #tries = new Map<string, number>();
  readonly #open = new Map<string, OpenAct>();
  readonly #live: JournalRecord[] = [];
  /** Records that were written and are not on disk yet. */
  #unsynced = 0;
  #failure: { readonly error: unknown } | undefined;
  #wake: (() => void) | undefined;
  #closed = false;

  constructor(store: RecordStore, recorded: readonly JournalRecord[], intents: readonly string[]) {
    this.#store = store;
    this.#recorded = recorded.toReversed();
    this.#outcomes = new Set(recorded.flatMap(({ fact }) => effectKeyOf(fact) ?? []));
    this.#intents = new Set(intents);
    for (const { fact } of recorded) {
      if (fact.type === 'tool.uncertain' || fact.type === 'tool.unreached') this.#countTry(fact.call);
    }
  }

  append(fact: Fact): void {
    this.#write(fact, null);
  }

  record(effect: EffectIdentity, act: (signal: AbortSignal) => Promise<Fact>): void {
    if (this.#outcomes.has(effect.key)) return;
    this.#open.set(effect.key, { effect, act, abort: new AbortController(), begun: false });
    this.#wake?.();
  }

  cancel(key: string): void {
    const open = this.#open.get(key);
    if (open === undefined) return;
    this.#drop(open);
    this.#open.delete(key);
  }

  async next(): Promise<JournalRecord> {
    for (;;) {
      const record = this.#recorded.pop() ?? this.#live.shift();
      if (record !== undefined) return record;
      if (this.#failure !== undefined) throw this.#failure.error;
      if (this.#unsynced === 0) this.#beginAll();
      await new Promise<void>(resolve => {
        this.#wake = resolve;
      });
    }
  }

  ready(): boolean {
    return this.#recorded.length > 0 || this.#live.length > 0 || this.#unsynced > 0;
  }

  close(): void {
    this.#closed = true;
    for (const open of this.#open.values()) this.#drop(open);
    this.#open.clear();
  }

  #drop({ abort, intent }: OpenAct): void {
    abort.abort();
    if (intent !== undefined) this.#store.withdraw(intent);
  }

  #write(fact: Fact, key: string | null): void {
    const record = this.#store.write(fact, key);
    this.#unsynced += 1;
    this.#store.flush().then(
      () => {
        this.#unsynced -= 1;
        this.#live.push(record);
        this.#wake?.();
      },
      error => this.#break(error),
    );
  }

  #beginAll(): void {
    for (const open of this.#open.values()) if (!open.begun) this.#begin(open);
  }

  #begin(open: OpenAct): void {
    const { key, repeatable } = open.effect;
    open.begun = true;
    if (repeatable) return this.#perform(open);
    const intent = this.#intentOf(key);
    if (this.#intents.has(intent)) return this.#doubt(open);
    this.#store.intend(intent);
    open.intent = intent;
    this.#store.flush().then(
      () => this.#perform(open),
      error => this.#break(error),
    );
  }

  #perform(open: OpenAct): void {
    if (this.#isStale(open)) return;
    delete open.intent;
    open.act(open.abort.signal).then(
      fact => this.#finish(open, fact),
      error => {
        if (!this.#isStale(open)) this.#break(error);
      },
    );
  }

  /** Each time that it was begun for nothing and is given again it is a new intent. */
  #intentOf(key: string): string {
    const tries = this.#tries.get(key) ?? 0;
    return tries === 0 ? key : `${key}#${tries + 1}`;
  }

  #doubt({ effect: { key, doubt } }: OpenAct): void {
    if (doubt === undefined) {
      const message = `\`${key}\` began before the last stop, and whether it was done is not recorded`;
      throw new CrewError('EFFECT_UNCERTAIN', message);
    }
    this.#write(doubt(), null);
    this.#open.delete(key);
    this.#countTry(key);
  }

  #countTry(key: string): void {
    this.#tries.set(key, (this.#tries.get(key) ?? 0) + 1);
  }

  #finish(open: OpenAct, fact: Fact): void {
    if (this.#isStale(open)) return;
    this.#open.delete(open.effect.key);
    try {
      this.#write(fact, effectKeyOf(fact) === undefined ? null : open.effect.key);
      if (fact.type === 'tool.unreached') this.#countTry(open.effect.key);
    } catch (error) {
      this.#break(error);
    }
  }

  #break(error: unknown): void {
    this.#failure ??= { error };
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
