import type { CauseCode } from '../engine/types.ts';

/** Causes that no backend can bring about, and what does. */
export const notFromABackend = Object.freeze({
  destination_prohibited: "The gateway's operating system forbids it to connect to that address.",
  circuit_open: 'The breaker of the gateway opens after repeated failures of any kind.',
  no_healthy_backend: 'The gateway is closing, or has no backend in rotation.',
  pool_saturated: 'More requests at the same time than `limits` allow.',
  local_resources: "The gateway's own process has no file or port left.",
  no_backend_configured: 'All backends are discovered, and discovery has found none yet.',
  loop_detected: "A request comes with the gateway's own name in Via.",
  configuration_error: 'A function in the options of the gateway throws.',
  request_body_consumed: 'The app reads the body of the request before the gateway gets it.',
  gateway_error: 'A bug in the gateway.',
  request_rejected: 'The client sends a malformed, ambiguous or too large request.',
  request_body_timeout: 'The client stops sending in the middle of its request.',
  client_aborted: 'The client closes its connection before the response ends.',
} satisfies Partial<Record<CauseCode, string>>);
