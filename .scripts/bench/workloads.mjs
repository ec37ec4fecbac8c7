// What all clients do in the comparison of crews with plain loops: the same calls with the same words.

/** How long a reply of the model server is, in bytes of text. */
export const REPLY_BYTES = 200;
/** In how many pieces it is streamed. */
export const REPLY_PIECES = 20;
export const TOOL_CALLS = 10;
export const CHAT_TURNS = 40;
export const ENSEMBLE = 8;
export const REVIEW_ROUNDS = 5;

export const SYSTEM = 'You are one of the roles of a crew. Do the task, all of it, and nothing beside it.';
export const REVIEW_SCHEMA = {
  type: 'object',
  required: ['verdict', 'notes'],
  properties: { verdict: { enum: ['approve', 'revise'] }, notes: { type: 'string' } },
  additionalProperties: false,
};

/** The five workloads whose geometric mean counts, with the model calls of one run. */
export const WORKLOADS = {
  sop: { title: '3 roles one after the other', calls: 3 },
  tools: { title: `${TOOL_CALLS}-call tool loop`, calls: TOOL_CALLS + 1 },
  chat: { title: `${CHAT_TURNS}-turn hand-off chat`, calls: CHAT_TURNS + 1 },
  ensemble: { title: `${ENSEMBLE}-model ensemble`, calls: ENSEMBLE + 1 },
  review: { title: 'review until approved', calls: 2 * REVIEW_ROUNDS },
};

/** Two more that differ only in how many pieces one reply has. */
export const STREAMS = {
  'tokens-20': { title: 'a reply of 20 tokens', calls: 1, tokens: 20 },
  'tokens-2000': { title: 'a reply of 2,000 tokens', calls: 1, tokens: 2000 },
};
