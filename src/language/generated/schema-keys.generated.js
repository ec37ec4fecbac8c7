// Written by .scripts/generate-validators.mjs; do not edit.
export const PHASE_KEYS = {
  "role": [
    "role",
    "task",
    "max_turns",
    "output",
    "timeout",
    "retry",
    "next",
    "max_visits",
    "on_limit",
    "on_error"
  ],
  "tool": [
    "tool",
    "with",
    "output",
    "timeout",
    "retry",
    "next",
    "max_visits",
    "on_limit",
    "on_error"
  ],
  "parallel": [
    "parallel",
    "output",
    "timeout",
    "retry",
    "next",
    "max_visits",
    "on_limit",
    "on_error"
  ],
  "end": [
    "end",
    "result"
  ]
};
export const BRANCH_KEYS = {
  "role": [
    "role",
    "task",
    "max_turns",
    "output",
    "timeout",
    "retry"
  ],
  "tool": [
    "tool",
    "with",
    "output",
    "timeout",
    "retry"
  ]
};
export const PLACE_KEYS = {
  "crew": [
    "version",
    "crew",
    "goal",
    "inputs",
    "models",
    "roles",
    "tools",
    "budget",
    "sop",
    "start",
    "phases"
  ],
  "sop": [
    "version",
    "sop",
    "roles",
    "start",
    "phases"
  ],
  "inputs": [
    "type",
    "default",
    "description",
    "enum",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "minLength",
    "maxLength",
    "pattern",
    "minItems",
    "maxItems",
    "uniqueItems",
    "items",
    "properties",
    "required",
    "additionalProperties"
  ],
  "models": [
    "use",
    "temperature",
    "max_tokens"
  ],
  "roles": [
    "goal",
    "backstory",
    "model",
    "tools"
  ],
  "budget": [
    "calls",
    "tool_calls",
    "tokens",
    "usd",
    "time"
  ],
  "retry": [
    "max",
    "backoff"
  ],
  "next": [
    "when",
    "to"
  ]
};
