/**
 * The part of SARIF 2.1.0 that we write, as a closed JSON Schema in our own words: required properties, enumerations and
 * minimums of the OASIS standard; whatever we do not write is not allowed, so that new output is looked up first.
 */
const text = { type: 'string', minLength: 1 } as const;
const closed = (properties: object, required: readonly string[]) => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});
const list = (items: object, options: object = {}) => ({ type: 'array', items, ...options });

const message = closed({ text }, ['text']);
const artifactLocation = closed(
  {
    uri: { type: 'string', pattern: "^(?:[A-Za-z0-9._~!*'()/-]|%[0-9A-F]{2})+$" },
    uriBaseId: { const: '%SRCROOT%' },
  },
  ['uri', 'uriBaseId'],
);
const line = { type: 'integer', minimum: 1 };
const region = closed({ startLine: line, startColumn: line, endLine: line, endColumn: line }, ['startLine']);
const location = closed(
  {
    id: { type: 'integer', minimum: -1 },
    physicalLocation: closed({ artifactLocation, region }, ['artifactLocation']),
  },
  ['physicalLocation'],
);
const level = { enum: ['none', 'note', 'warning', 'error'] };
const rule = closed(
  {
    id: text,
    shortDescription: message,
    properties: closed({ tags: list(text, { uniqueItems: true }) }, []),
  },
  ['id'],
);
const replacement = closed(
  { deletedRegion: region, insertedContent: closed({ text: { type: 'string' } }, ['text']) },
  ['deletedRegion'],
);
const fix = closed(
  {
    description: message,
    artifactChanges: list(
      closed({ artifactLocation, replacements: list(replacement, { minItems: 1 }) }, [
        'artifactLocation',
        'replacements',
      ]),
      { minItems: 1, uniqueItems: true },
    ),
  },
  ['artifactChanges'],
);
const suppression = closed(
  {
    kind: { enum: ['inSource', 'external'] },
    status: { enum: ['accepted', 'underReview', 'rejected'] },
    justification: { type: 'string' },
  },
  ['kind'],
);
const result = closed(
  {
    ruleId: text,
    ruleIndex: { type: 'integer', minimum: 0 },
    level,
    message,
    locations: list(location, { minItems: 1 }),
    relatedLocations: list(location, { uniqueItems: true }),
    partialFingerprints: { type: 'object', additionalProperties: { type: 'string' } },
    suppressions: list(suppression, { uniqueItems: true }),
    fixes: list(fix, { uniqueItems: true }),
    rank: { type: 'number', minimum: 0, maximum: 100 },
    properties: { type: 'object' },
  },
  ['message', 'ruleId', 'ruleIndex', 'level', 'locations', 'partialFingerprints', 'suppressions'],
);
const invocation = closed(
  {
    executionSuccessful: { type: 'boolean' },
    toolExecutionNotifications: list(closed({ level, message }, ['message'])),
  },
  ['executionSuccessful'],
);
const run = closed(
  {
    tool: closed(
      { driver: closed({ name: text, version: text, rules: list(rule, { uniqueItems: true }) }, ['name']) },
      ['driver'],
    ),
    invocations: list(invocation),
    columnKind: { enum: ['utf16CodeUnits', 'unicodeCodePoints'] },
    results: list(result),
    properties: { type: 'object' },
  },
  ['tool', 'results'],
);

export const SARIF_SUBSET = closed(
  {
    $schema: { type: 'string', format: 'uri' },
    version: { const: '2.1.0' },
    runs: list(run, { minItems: 1 }),
  },
  ['version', 'runs'],
);
