import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

interface LockedPackage {
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

// npm leaves out the packages of other systems when it cannot reach them, and then `npm ci` refuses the lock.
test('the lock has the packages of all systems', () => {
  const path = new URL('../package-lock.json', import.meta.url);
  const { packages } = JSON.parse(readFileSync(path, 'utf8')) as {
    readonly packages: Readonly<Record<string, LockedPackage>>;
  };
  const places = Object.keys(packages);
  const missing = Object.entries(packages).flatMap(([name, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies)
      .filter(optional => !places.some(place => place.endsWith(`node_modules/${optional}`)))
      .map(optional => `${name}: ${optional}`),
  );
  expect(places.length).toBeGreaterThan(100);
  expect(missing).toEqual([]);
});
