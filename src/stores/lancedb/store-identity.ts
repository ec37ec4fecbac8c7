import { CrewError } from '../../model/crew-error.ts';
import type { LanceHouse, LanceTable } from './lance-table.ts';

/** What of the options of a store says which one it has to be. */
interface Expected {
  readonly redactedPlace: string;
  readonly identity?: string;
}

const NAME = 'identity';
/** As many as a counter holds exactly. */
const BITS = 48;

/** Counters are the first table that is made: where others are without it, it was lost. Fails with MEMORY_UNAVAILABLE. */
export async function mustHaveCounters(
  { db }: LanceHouse,
  expected: Expected,
): Promise<{ readonly made: boolean }> {
  const names = await db.tableNames();
  if (names.length === 0 && expected.identity !== undefined) throw otherStore(expected, 'none');
  return { made: names.some(name => name !== 'counters') };
}

/** The identity of a store; undefined for one that is being made, or is of before there were identities. */
export async function knownIdentity(counters: LanceTable): Promise<string | undefined> {
  return counters.read(async table => {
    const found = await table.query().where(`name = '${NAME}'`).select(['value']).limit(1).toArrow();
    return found.numRows === 0 ? undefined : shown(Number(found.getChild('value')?.get(0)));
  });
}

/** Gives a store its identity, unless somebody else was first. */
export async function giveIdentity(counters: LanceTable): Promise<string> {
  const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2));
  const value = high * 2 ** (BITS - 32) + (low & 0xffff);
  await counters.write(table =>
    table
      .mergeInsert('name')
      .whenNotMatchedInsertAll()
      .execute([{ name: NAME, value }]),
  );
  return (await knownIdentity(counters)) ?? shown(value);
}

/** Fails with MEMORY_UNAVAILABLE when it is not the store that is expected. */
export function expectIdentity(identity: string, expected: Expected): void {
  if (expected.identity === undefined || expected.identity === identity) return;
  throw otherStore(expected, `another one, ${identity}`);
}

/** The failure of who finds something else than the store that is expected. Pure. */
export function otherStore({ identity, redactedPlace }: Expected, found: string): CrewError {
  return new CrewError(
    'MEMORY_UNAVAILABLE',
    `expected the memory ${identity} at ${redactedPlace}, where the run began, found ${found}; put it back`,
  );
}

function shown(value: number): string {
  return value.toString(16).padStart(BITS / 4, '0');
}
