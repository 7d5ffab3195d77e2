import type { ChildMessage, ParentMessage } from './messages.ts';

export function send(message: ChildMessage): void {
  process.send?.(message);
}

/** Ties a child process to the bench: it answers its messages and never outlives it. */
export function attachToParent(onMessage: (message: ParentMessage) => void): void {
  process.on('message', onMessage);
  // The channel closes however the bench ends, even when it is killed outright.
  process.on('disconnect', () => process.exit(0));
  // Ctrl-C reaches the whole process group; the bench decides when its children go.
  process.on('SIGINT', () => {});
}
