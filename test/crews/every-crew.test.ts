import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkCrew } from '../../src/index.ts';

const CREWS = new URL('../../crews', import.meta.url).pathname;
const crews = readdirSync(CREWS).filter(name => name.endsWith('.crew.yaml'));

test.each(crews)('%s has no problem, with the tools that there are', async name => {
  expect(await checkCrew(join(CREWS, name))).toEqual([]);
});
