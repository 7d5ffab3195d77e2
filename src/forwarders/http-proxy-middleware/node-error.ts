interface ParserError extends Error {
  readonly code?: string | undefined;
  readonly reason?: string | undefined;
  readonly rawPacket?: Uint8Array | undefined;
}

/** Codes of zlib: a body is not what its Content-Encoding says. */
const DECODING = /^(Z_|ERR_BROTLI|ERR__ERROR_|ERR_PADDING|ZSTD_)/;

/** What Node's parser says, in the form in which undici's says the same. Other errors as they are. */
export function undiciError(error: ParserError): Error {
  if (error.code !== undefined && DECODING.test(error.code)) {
    return Object.assign(new Error('the content could not be decoded'), { name: 'HTTPParserError' });
  }
  if (!error.code?.startsWith('HPE_')) return error;
  if (error.code === 'HPE_HEADER_OVERFLOW') {
    return Object.assign(new Error(error.message, { cause: error }), { code: 'UND_ERR_HEADERS_OVERFLOW' });
  }
  const named = new Error(`${error.message} (${error.reason ?? ''})`);
  return Object.assign(named, { name: 'HTTPParserError', data: error.rawPacket });
}
