export type { Clock, Random, Timer } from './engine/clock.ts';
export type {
  AddressCallback,
  AddressRecord,
  Resolver,
  ServiceCallback,
  ServiceRecord,
} from './engine/resolver.ts';
export type {
  AppliedLimit,
  AttemptReport,
  BackendReport,
  CauseCode,
  CauseGroup,
  FailureReport,
  Phase,
  ProxyRequest,
  Reached,
  RouteLimit,
  StopReason,
  TargetTls,
} from './engine/types.ts';
export type {
  BalanceSettings,
  Disclosure,
  HeaderEdits,
  RenderedBody,
  RequestHead,
  ResponseHead,
} from './engine/settings.ts';
export { type CauseRow, causes } from './failure/causes.ts';
export { GatewayError } from './failure/gateway-error.ts';
export { createGateway, type Gateway } from './gateway.ts';
export type { BackendStatus, DepartureOptions, GatewayBackends } from './gateway-backends.ts';
export type {
  AttemptEvent,
  BackendChange,
  BackendChangeReason,
  BackendEvent,
  BreakerEvent,
  DiscoveryEvent,
  ExchangeEvent,
  GatewayEvents,
  LimitEvent,
  RetryEvent,
} from './insight/events.ts';
export type { Logger } from './insight/logger.ts';
export type {
  BackendLists,
  BackendOptions,
  CookieOptions,
  DestinationOptions,
  DiscoverableBackendOptions,
  ErrorOptions,
  GatewayOptions,
  GatewayRetryOptions,
  HeaderOptions,
  HedgeOptions,
  HealthOptions,
  HealthStatus,
  LimitOptions,
  PolicyOptions,
  RetryOptions,
  RewriteOptions,
  TimeoutOptions,
  UpgradeOptions,
} from './options.ts';
