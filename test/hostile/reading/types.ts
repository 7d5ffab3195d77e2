/** Why no recipient may take the bytes for a response. */
export type Flaw =
  | 'not_http'
  | 'tls'
  | 'http2'
  /** One that there is, or may be one day. */
  | 'version'
  | 'status_line'
  | 'status'
  | 'header'
  /** A header that speaks of the framing, and is malformed. */
  | 'framing_header'
  /** Where the body ends is ambiguous, or not said in a way that is understood. */
  | 'framing'
  /** A transfer coding that would have to be undone. */
  | 'coding'
  /** Both of that. */
  | 'empty_coding_beside_length'
  | 'chunk'
  | 'upgrade';

/** What a recipient may tolerate or refuse, as it likes. */
export type Oddity =
  /** RFC 9112 section 2.2: a lone LF may be taken for a line end. */
  | 'bare_lf'
  /** RFC 9112 section 2.2 for requests; nothing is said of responses. */
  | 'leading_empty_line'
  /** RFC 9112 section 4: words may be told by whitespace alone, and the last space may be missing. */
  | 'loose_status_line'
  /** RFC 9112 section 2.3: a higher minor version. Our HTTP library also lets 0.9 and 2.0 pass in a status line. */
  | 'other_version'
  /** Our HTTP library reads RTSP and ICE, which have the form of HTTP. */
  | 'like_http'
  /** RFC 9112 section 2.2: invalid, but our HTTP library takes two CR for the end of a status line. */
  | 'doubled_cr'
  /** RFC 9112 section 5.1: in a response, to be removed. */
  | 'space_before_colon'
  /** RFC 9112 section 5.2. */
  | 'folded_header'
  /** RFC 9110 section 5.5: to be kept only where it does no harm. */
  | 'control_character'
  /** RFC 9110 section 8.6: the same length, said twice. */
  | 'repeated_length'
  /** Beyond what fits into a number. */
  | 'huge_length'
  /** RFC 9110 section 5.6.1. */
  | 'empty_list_element'
  /** RFC 9112 section 6.1: process, then close. */
  | 'chunked_in_http_1_0'
  /** RFC 9110 section 15.2: HTTP/1.0 has no interim responses. */
  | 'interim_in_http_1_0'
  /** An interim response that says what becomes of the connection. */
  | 'interim_connection'
  /** RFC 9112 section 5.1: may stand around a value, but some readers know spaces only. */
  | 'tab_in_framing'
  /** RFC 9110 section 6.5.1: not allowed there. */
  | 'framing_in_trailers'
  /** Framing that contradicts itself on a response that has no body. */
  | 'framing_of_no_body'
  | 'chunk_extension'
  /** Beyond the 16 KiB that the gateway allows. */
  | 'large_head'
  | 'large_trailers';

export interface Head {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/** What a strict reader makes of the bytes that a server has sent so far. */
export interface Reading {
  /** `incomplete`: nothing is wrong, but the end has not come. */
  readonly state: 'complete' | 'incomplete' | 'invalid';
  /** Where the reader stands. */
  readonly place: 'head' | 'body';
  /** The final head, where it is whole. */
  readonly head: Head | undefined;
  /** As much of the body as there is, decoded. */
  readonly body: Buffer;
  readonly trailers: Head['headers'];
  /** Bytes from the start to the end of a complete response: what follows does not belong to it. */
  readonly length: number;
  readonly flaw: Flaw | undefined;
  /** Why what is unfinished cannot become valid any more. */
  readonly doomed: readonly Flaw[];
  readonly oddities: ReadonlySet<Oddity>;
  /** A Content-Length has been seen. */
  readonly hasLength: boolean;
}
