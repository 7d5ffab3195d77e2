export { notFromABackend } from './testing/elsewhere.ts';
export { faults } from './testing/faults.ts';
export type { Fault } from './testing/faults.ts';
export { startFaultyBackend } from './testing/start.ts';
export type {
  BackendCause,
  FaultOptions,
  FaultRequest,
  FaultRow,
  FaultyBackend,
  FaultyBackendOptions,
  ReceivedRequest,
} from './testing/types.ts';
