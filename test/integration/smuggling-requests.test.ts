import { describe, expect, test } from 'vitest';
import { BROKEN_CHUNKS, FRAMING } from '../smuggling/framing.ts';
import { EXPECT, FINAL_RECIPIENT, HOSTS, LINES, PIPELINED } from '../smuggling/heads.ts';
import type { RequestCase } from '../smuggling/request-case.ts';
import { ABSOLUTE, TARGETS } from '../smuggling/targets.ts';
import { sendRaw } from '../support/live-client.ts';
import { ADAPTERS, startGateway } from '../support/live-gateway.ts';
import { shown, startRecorder } from '../support/live-recorder.ts';

const FAMILIES: Readonly<Record<string, readonly RequestCase[]>> = {
  framing: FRAMING,
  targets: TARGETS,
  'absolute targets': ABSOLUTE,
  hosts: HOSTS,
  'header lines': LINES,
  expectations: EXPECT,
  'final recipient': FINAL_RECIPIENT,
  pipelining: PIPELINED,
};

function statusesIn(text: string): number[] {
  return [...text.matchAll(/(?:^|\r\n\r\n|\r\n\r\nok|\}|ok)HTTP\/1\.1 (\d{3}) /g)].map(([, status]) =>
    Number(status),
  );
}

describe.each(ADAPTERS)('what a client sends, byte for byte, %s', (adapter) => {
  describe.each(Object.entries(FAMILIES))('%s', (_family, cases) => {
    test.each(cases.map((one) => [one.name, one] as const))('%s', async (_name, one) => {
      const backend = await startRecorder();
      const gateway = await startGateway(adapter, { backends: [backend.url] });
      const { text } = await sendRaw(gateway.port, one.sent);
      const arrived = backend.requests.map((request) =>
        shown(request).replace(`host: 127.0.0.1:${backend.port}`, 'host: backend'),
      );
      expect(arrived).toEqual(one.arrives);
      expect(statusesIn(text)).toEqual(one.statuses);
      expect(backend.strays()).toEqual([]);
    });
  });

  test.each(BROKEN_CHUNKS.map((one) => [one.name, one.sent] as const))(
    'a broken chunk: %s',
    async (_name, sent) => {
      const backend = await startRecorder();
      const gateway = await startGateway(adapter, { backends: [backend.url] });
      const { text } = await sendRaw(gateway.port, sent);
      expect(text).not.toMatch(/^HTTP\/1\.1 200/m);
      // Its head may have gone out, but never its end.
      expect(backend.requests).toEqual([]);
    },
  );
});
