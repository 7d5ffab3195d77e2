import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CauseCode, Failed, Phase, Target } from '../../src/engine/types.ts';
import { causes } from '../../src/failure/causes.ts';
import { failed } from '../../src/failure/failed.ts';
import { printableBytes, printableText } from '../../src/failure/printable.ts';
import type { Answer } from '../../src/failure/report/answer.ts';
import { answerTo, expectSound, NEVER_SHOWN, type Reader, textOf } from '../support/fake-reader.ts';
import { coreOf, hostileText, secretTargets, whereaboutsOf } from '../support/fake-secrets.ts';
import { textOfPage } from '../support/page-text.ts';

const CODES = Object.keys(causes) as CauseCode[];
const PHASES: readonly Phase[] = ['select', 'dns', 'connect', 'tls', 'send', 'wait', 'body'];
const STATES = ['available', 'open', 'half_open', 'saturated', 'draining'] as const;
const ACCEPTS = ['application/json', 'text/html'] as const;

/** What became of one request, and everything about it that a stranger chose. */
interface Story {
  readonly target: Target;
  readonly attempts: readonly { phase: Phase; cause: CauseCode | undefined; status: number | undefined }[];
  readonly failure: Failed;
  readonly texts: readonly string[];
}

const codes = fc.constantFrom(...CODES);
const attempt = fc.record({
  phase: fc.constantFrom(...PHASES),
  cause: fc.option(codes, { nil: undefined }),
  status: fc.constantFrom(undefined, 502, 503),
});

/** What the gateway saw, with what a backend sent: as it should be, and as it is if somebody forgets to. */
const details = {
  escaped: (sent: string) => `First bytes: "${printableBytes(bytes(sent))}".`,
  raw: (sent: string) => `First bytes: "${sent}".`,
};

/** A failure with everything that one can carry. What a client did wrong is told to it, so no backend is in that. */
function storiesOf(cause: CauseCode): fc.Arbitrary<Story> {
  const strangers = { message: hostileText('m'), sent: hostileText('b'), word: hostileText('w') };
  const report = fc.record({ state: fc.constantFrom(...STATES), cause: codes });
  const shape = {
    target: secretTargets,
    attempts: fc.array(attempt, { maxLength: 3 }),
    reports: fc.array(report, { maxLength: 2 }),
    detail: fc.constantFrom(...Object.values(details)),
    status: fc.constantFrom(undefined, 503),
  };
  return fc.record({ ...strangers, ...shape }).map((given) => {
    const { target, attempts, message, sent, word, status } = given;
    const since = '2026-01-01T00:00:00.000Z';
    const failure = failed(cause, {
      error: new Error(`connect ECONNREFUSED ${target.host} ${message}`, { cause: new Error(sent) }),
      backends: given.reports.map((one) => ({ backend: target.name, since, ...one })),
      parameters: { rcode: word, 'alert-id': 40 },
      retryAfterMs: 5_000,
      ...(causes[cause].group !== 'client' && { detail: given.detail(sent) }),
      ...(status && { status }),
    });
    return { target, attempts, failure, texts: [message, sent, word] };
  });
}

const bytes = (text: string): Buffer => Buffer.from(text);

function answer({ target, attempts, failure }: Story, reader: Reader): Answer {
  return answerTo(
    reader,
    failure,
    attempts.map((one) => ({ target, ...one })),
  );
}

describe.each(CODES)('%s', (cause) => {
  test.each(['public', 'hidden'] as const)('%s: nothing of a backend, in no form', (tier) => {
    fc.assert(
      fc.property(storiesOf(cause), fc.constantFrom(...ACCEPTS), (story, accept) => {
        const given = answer(story, { tier, accept });
        const { name } = story.target;
        const secrets = [...whereaboutsOf(story.target), ...[name, ...story.texts].map(coreOf)];
        const shown = textOf(given).toLowerCase();
        const told = [...secrets, ...NEVER_SHOWN, '2026-01-01'].filter((secret) =>
          shown.includes(secret.toLowerCase()),
        );
        expect(told).toEqual([]);
        expectSound(given);
        // A GatewayError's message, which Koa shows.
        for (const secret of secrets) expect(given.report.detail).not.toContain(secret);
      }),
      { numRuns: 50 },
    );
  });

  test('trusted: names and what was seen, as text and nothing else', () => {
    fc.assert(
      fc.property(storiesOf(cause), (story) => {
        const [json, page] = ACCEPTS.map((accept) => answer(story, { tier: 'trusted', accept })) as [
          Answer,
          Answer,
        ];
        const { name } = story.target;
        for (const given of [json, page]) {
          expectSound(given);
          const [message = ''] = story.texts;
          for (const secret of [...whereaboutsOf(story.target), coreOf(message), ...NEVER_SHOWN]) {
            expect(textOf(given)).not.toContain(secret);
          }
        }
        const problem = JSON.parse(json.content.body) as Record<string, { backend: string }[]>;
        const named = [...(problem['attempts'] ?? []), ...(problem['backends'] ?? [])];
        expect(named.map(({ backend }) => backend)).toEqual(named.map(() => name));
        const text = textOfPage(page.content.body);
        // The remedy names the first few backends once more.
        const again = Math.min(problem['backends']?.length ?? 0, 5);
        expect(text.split(`${printableText(name)}:`)).toHaveLength(1 + named.length + again);
        const { detail = causes[cause].remedy } = story.failure;
        expect(problem['remedy']).toContain(detail);
        expect(text).toContain(`Where to look: ${printableText(detail)}`);
      }),
      { numRuns: 50 },
    );
  });
});
