/** RFC 9110 section 7.6.1, with the historical names. `expect` is answered by the HTTP server in front. */
export const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
  'expect',
]);

/** Spellings whose rule is kept. */
const MAX_SPELLINGS = 1_000;

export interface HeaderRule {
  readonly lower: string;
  readonly dropped: boolean;
  /** Says who the client is: worth what the peer that sent it is worth. */
  readonly forwarding: boolean;
  /** The last head in which it was seen: tells repeated headers without comparing names. */
  seenIn: number;
}

/** What to do with a header, by its name as spelled: spares folding the same few spellings on each request. */
export class HeaderRules {
  readonly #dropped: ReadonlySet<string>;
  readonly #dropsTwins: boolean;
  readonly #rules = new Map<string, HeaderRule>();
  #heads = 0;

  /**
   * @param dropsTwins drops what is dropped, or says who the client is, also when it is spelled with underscores: to
   * servers in the tradition of CGI, that is the same name.
   */
  constructor(dropped: ReadonlySet<string>, { dropsTwins }: { readonly dropsTwins: boolean }) {
    this.#dropped = dropped;
    this.#dropsTwins = dropsTwins;
  }

  /** Begins another head, and forgets rules when there are too many: clients choose the names. */
  beginHead(): number {
    if (this.#rules.size > MAX_SPELLINGS) this.#rules.clear();
    this.#heads += 1;
    return this.#heads;
  }

  get(name: string): HeaderRule {
    return this.#rules.get(name) ?? this.#learn(name);
  }

  /** All spellings of a name share one rule. */
  #learn(name: string): HeaderRule {
    const lower = name.toLowerCase();
    // HTTP/2 brings the request line as pseudo-headers.
    const dropped = this.#dropped.has(lower) || lower.startsWith(':') || this.#isTwin(lower);
    const forwarding = isForwarding(lower);
    const rule = this.#rules.get(lower) ?? { lower, dropped, forwarding, seenIn: 0 };
    this.#rules.set(lower, rule).set(name, rule);
    return rule;
  }
  #isTwin(lower: string): boolean {
    if (!this.#dropsTwins || !lower.includes('_')) return false;
    const name = lower.replaceAll('_', '-');
    return this.#dropped.has(name) || isForwarding(name);
  }
}

/** Written by proxies about the client: anybody can send them. */
export function isForwarding(lowerName: string): boolean {
  return lowerName === 'forwarded' || lowerName === 'x-real-ip' || lowerName.startsWith('x-forwarded-');
}
