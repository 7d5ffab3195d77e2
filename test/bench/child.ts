import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ChildMessage, MessageOf, ParentMessage } from './messages.ts';

const STOP_LIMIT_MS = 5_000;
const PARENT_CHECK_INTERVAL_MS = 500;

export interface Child {
  /** For messages: which child misbehaved. */
  name: string;
  process: ChildProcess;
}

const running = new Set<Child>();

export function startChild(name: string, program: URL, programArguments: string[]): Child {
  const child: Child = {
    name,
    process: fork(fileURLToPath(program), programArguments, {
      execPath: process.execPath,
      execArgv: process.execArgv,
      env: { ...process.env, NODE_ENV: 'production' },
      // Whatever a child prints goes to standard error: standard output is the report's.
      stdio: ['ignore', process.stderr.fd, process.stderr.fd, 'ipc'],
    }),
  };
  running.add(child);
  child.process.once('exit', () => running.delete(child));
  return child;
}

export function sendTo(child: Child, message: ParentMessage): void {
  // A channel that is already closed shows up as the child's exit in receive().
  child.process.send(message, () => {});
}

/** The next message of one kind. Rejects when the child exits or the limit passes first. */
export async function receive<Kind extends ChildMessage['kind']>(
  { name, process: subprocess }: Child,
  kind: Kind,
  limitMs: number,
): Promise<MessageOf<Kind>> {
  const settled = new AbortController();
  const { signal } = settled;
  try {
    return await Promise.race([
      nextMessage(subprocess, kind, signal),
      rejectOnExit(subprocess, name, signal),
      rejectAfter(limitMs, `${name}: no "${kind}" message within ${limitMs} ms`, signal),
    ]);
  } finally {
    settled.abort();
  }
}

function nextMessage<Kind extends ChildMessage['kind']>(
  subprocess: ChildProcess,
  kind: Kind,
  signal: AbortSignal,
): Promise<MessageOf<Kind>> {
  return new Promise((resolve) => {
    const onMessage = (message: unknown): void => {
      if (isOfKind(message, kind)) resolve(message);
    };
    subprocess.on('message', onMessage);
    signal.addEventListener('abort', () => subprocess.off('message', onMessage));
  });
}

function isOfKind<Kind extends ChildMessage['kind']>(
  message: unknown,
  kind: Kind,
): message is MessageOf<Kind> {
  return typeof message === 'object' && message !== null && 'kind' in message && message.kind === kind;
}

function rejectOnExit(subprocess: ChildProcess, name: string, signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const onExit = (): void => {
      const reason = subprocess.signalCode ?? `code ${subprocess.exitCode}`;
      reject(new Error(`${name}: its process ended (${reason})`));
    };
    if (hasExited(subprocess)) return onExit();
    subprocess.once('exit', onExit);
    subprocess.once('error', reject);
    signal.addEventListener('abort', () => subprocess.off('exit', onExit).off('error', reject));
  });
}

function rejectAfter(limitMs: number, message: string, signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(message)), limitMs);
    signal.addEventListener('abort', () => clearTimeout(timer));
  });
}

function hasExited({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

export async function stopChild({ name, process: subprocess }: Child): Promise<void> {
  if (hasExited(subprocess)) return;
  const settled = new AbortController();
  const exit = new Promise<void>((resolve) => subprocess.once('exit', () => resolve()));
  // Contestants hold no state worth a graceful end, and one that hangs must go too.
  subprocess.kill('SIGKILL');
  try {
    await Promise.race([
      exit,
      rejectAfter(STOP_LIMIT_MS, `${name}: still there after SIGKILL`, settled.signal),
    ]);
  } finally {
    settled.abort();
  }
}

export async function stopChildren(): Promise<void> {
  await Promise.all([...running].map(stopChild));
}

function killRunning(): void {
  for (const child of running) child.process.kill('SIGKILL');
}

/** No child survives the bench, whichever way it ends. */
export function killChildrenOnExit(): void {
  process.once('exit', killRunning);
  process.once('SIGINT', () => process.exit(130));
  process.once('SIGTERM', () => process.exit(143));
  process.once('SIGHUP', () => process.exit(129));
  if (process.env.npm_lifecycle_event !== undefined) exitWithNpm(process.ppid);
}

/** A signal sent to npm alone ends npm and its shell, and leaves this process running. */
function exitWithNpm(parentProcessId: number): void {
  const check = (): void => {
    if (process.ppid !== parentProcessId) process.exit(143);
  };
  setInterval(check, PARENT_CHECK_INTERVAL_MS).unref();
}
