import { type CauseCode, causes } from 'causeway-proxy';
import { type Fault, faults } from 'causeway-proxy/testing';
import { afterAll, describe, expect, test } from 'vitest';
import { LANES } from '../support/cause-lanes.ts';
import { Ledger } from '../support/cause-ledger.ts';
import { type Scenario, SCENARIOS } from '../support/cause-scenarios.ts';
import { expectElsewhere, expectFault, expectNamed } from '../support/expect-cause.ts';
import { differencesOf, differs, IMPOSSIBLE } from '../support/lane-differences.ts';
import { alone, besideAnother } from '../support/live-faults.ts';

/** Opens at the first failure of the connection. */
const CONSECUTIVE = { consecutiveFailures: 1, minRequests: 100_000 };
/** Opens at the first failure of any kind. */
const RATE = { consecutiveFailures: 1_000, minRequests: 1, failureRate: 0.01 };

const ledger = new Ledger();

describe.each(LANES)('lane %s', (lane) => {
  const alike = (Object.keys(faults) as Fault[]).filter((fault) => !differs(lane, fault));

  test.each(alike)('%s', async (fault) => {
    const { cause } = faults[fault];
    const line = ledger.begin(lane, cause, fault);
    const [plain, byCause, idempotent, other] = await Promise.all([
      alone(lane, fault, { breaker: CONSECUTIVE }),
      alone(lane, fault, { breaker: RATE, errors: { status: 'by-cause' } }),
      besideAnother(lane, fault, true),
      besideAnother(lane, fault, false),
    ]);
    line.produced = true;
    const { status, breaker } = causes[cause];
    expectFault(fault, plain);
    expectFault(fault, byCause, status);
    expect(plain.openings).toEqual(breaker === 'consecutive' ? [cause] : []);
    expect(byCause.openings).toEqual(breaker === 'ignored' ? [] : [cause]);
    expectElsewhere(fault, idempotent, true);
    expectElsewhere(fault, other, false);
    line.named = true;
  });

  test.each(differencesOf(lane).map(([fault, { why, show }]) => [fault, why, show] as const))(
    'unlike the other lane, %s: %s',
    (fault, _why, show) => show(lane, fault),
  );

  const scenarios = Object.entries(SCENARIOS).flatMap(([cause, list]) =>
    list.map((scenario: Scenario) => [cause as CauseCode, scenario.what, scenario] as const),
  );

  test.each(scenarios)('%s: %s', async (cause, what, { run, expected, unanswered }) => {
    const line = ledger.begin(lane, cause, `(${what})`);
    const observed = await run(lane);
    line.produced = true;
    if (unanswered)
      expect(observed.exchange).toMatchObject({ outcome: 'failed', cause, group: causes[cause].group });
    else expectNamed(observed, cause, expected);
    expect(observed.openings.filter((one) => one === cause)).toEqual([]);
    line.named = true;
  });

  test('every cause was produced, and named', () => {
    const codes = Object.keys(causes) as CauseCode[];
    const missing = codes.filter((code) => !ledger.shown(lane).has(code));
    expect(missing).toEqual(IMPOSSIBLE[lane]);
    expect(ledger.rows.filter((row) => !row.produced || !row.named)).toEqual([]);
  });

  afterAll(() => {
    console.log(ledger.print(lane, Object.keys(causes)));
  });
});
