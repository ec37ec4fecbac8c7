import { expect, test } from 'vitest';
import { wrongMemoryPlace } from '../../src/model/memory-place.ts';

test.each([
  '.crew/memory',
  'memory',
  './a/../b',
  'a/b/../../c',
  '..a',
  's3://bucket/path',
  'gs://b',
  'AZ://b/c@d',
  'db://name',
])('a crew may keep its memory at %s', place => {
  expect(wrongMemoryPlace(place)).toBeUndefined();
});

test.each([
  ['..', 'leads out'],
  ['../memory', 'leads out'],
  ['a/../../b', 'leads out'],
  ['a\\..\\..\\b', 'leads out'],
  ['/var/memory', 'not a folder below'],
  ['C:\\memory', 'not a folder below'],
  ['\\\\host\\share', 'not a folder below'],
  ['ftp://host/x', 'no memory at `ftp://`'],
  ['file:///x', 'no memory at `file://`'],
  ['s3://key:hunter2@bucket', 'a user or a password'],
])('a crew may not keep its memory at %s', (place, why) => {
  expect(wrongMemoryPlace(place)).toContain(why);
  expect(wrongMemoryPlace(place)).not.toContain('hunter2');
});
