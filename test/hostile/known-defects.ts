import type { HostileCase } from './hostile-case.ts';
import type { Reading } from './reading/types.ts';

/** A bug that is still to be mended. What it does to a case is counted, and is no violation. */
export interface KnownDefect {
  readonly name: string;
  readonly touches: (text: string, truth: Reading) => boolean;
}

/** To be empty: whoever mends one takes it off. */
export const KNOWN_DEFECTS: readonly KnownDefect[] = [
  {
    name: 'the client gets a transfer coding that nobody undid',
    touches: (text) => {
      const codings = [...text.matchAll(/^transfer-encoding[ \t]*:(.*)$/gim)].map(([, value]) => value ?? '');
      return codings.length > 1 || codings.some((coding) => !/^ *chunked *\r?$/i.test(coding));
    },
  },
  {
    name: 'a length followed by a space breaks the response off',
    touches: (text) => /^content-length:.*\d +\r?$/im.test(text),
  },
  {
    name: 'a close is called a timeout while TLS is looked for',
    touches: (text) => text === '',
  },
  {
    name: 'large trailers are called a truncated response',
    touches: (_text, { oddities }) => oddities.has('large_trailers'),
  },
  {
    name: 'an HTTP version without a dot is called an invalid header',
    touches: (_text, { flaw }) => flaw === 'version',
  },
];

export function knownDefectIn(one: HostileCase, truth: Reading): string | undefined {
  const text = Buffer.concat(one.segments).toString('latin1');
  return KNOWN_DEFECTS.find(({ touches }) => touches(text, truth))?.name;
}
