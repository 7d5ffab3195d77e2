import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  AttributeValue,
  BasicConstraints,
  Certificate,
  ExtendedKeyUsage,
  Extension,
  Extensions,
  GeneralName,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_subjectAltName,
  Name,
  RelativeDistinguishedName,
  SubjectAlternativeName,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Validity,
  Version,
} from '@peculiar/asn1-x509';
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { systemClock } from '../engine/clock.ts';

/** A certificate and its key, as PEM. */
export interface Pair {
  readonly cert: string;
  readonly key: string;
}

export interface CertificateWishes {
  /** Who vouches for it. Default: itself. */
  readonly issuer?: Issuer;
  /** It may vouch for others. */
  readonly isAuthority?: boolean;
  /** Host names it is for. Default: the address 127.0.0.1. */
  readonly names?: readonly string[];
  /** Days from now. Default: -1 to 1. */
  readonly validDays?: readonly [number, number];
  /** Object identifiers of RFC 5280 section 4.2.1.12. Default: none, which allows everything. */
  readonly usages?: readonly string[];
}

/** A pair that can vouch for others. */
export interface Issuer extends Pair {
  readonly name: Name;
  readonly privateKey: KeyObject;
}

const DAY_MS = 86_400_000;
const COMMON_NAME = '2.5.4.3';
const ECDSA_WITH_SHA256 = '1.2.840.10045.4.3.2';

/** A new key and an X.509 certificate for it (RFC 5280). */
export function makeCertificate(subject: string, wishes: CertificateWishes = {}): Issuer {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = nameOf(subject);
  const issuer = wishes.issuer ?? { name, privateKey };
  const algorithm = new AlgorithmIdentifier({ algorithm: ECDSA_WITH_SHA256 });
  const [from, to] = wishes.validDays ?? [-1, 1];
  const tbsCertificate = new TBSCertificate({
    version: Version.v3,
    // Positive, as it must be.
    serialNumber: toArrayBuffer(Buffer.concat([Buffer.of(1), randomBytes(15)])),
    signature: algorithm,
    issuer: issuer.name,
    subject: name,
    validity: new Validity({ notBefore: inDays(from), notAfter: inDays(to) }),
    subjectPublicKeyInfo: AsnConvert.parse(
      publicKey.export({ type: 'spki', format: 'der' }),
      SubjectPublicKeyInfo,
    ),
    extensions: extensionsOf(wishes),
  });
  const signature = sign('sha256', Buffer.from(AsnConvert.serialize(tbsCertificate)), issuer.privateKey);
  const certificate = new Certificate({
    tbsCertificate,
    signatureAlgorithm: algorithm,
    signatureValue: toArrayBuffer(signature),
  });
  return {
    name,
    privateKey,
    cert: pemOf(AsnConvert.serialize(certificate)),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

function inDays(days: number): Date {
  return new Date(systemClock.wall() + days * DAY_MS);
}

function nameOf(commonName: string): Name {
  const value = new AttributeValue({ utf8String: commonName });
  return new Name([new RelativeDistinguishedName([new AttributeTypeAndValue({ type: COMMON_NAME, value })])]);
}

function extensionsOf({ isAuthority = false, names, usages }: CertificateWishes): Extensions {
  const extensions = [extension(id_ce_basicConstraints, new BasicConstraints({ cA: isAuthority }))];
  if (!isAuthority) {
    const alternatives = names?.map((dNSName) => new GeneralName({ dNSName })) ?? [
      new GeneralName({ iPAddress: '127.0.0.1' }),
    ];
    extensions.push(extension(id_ce_subjectAltName, new SubjectAlternativeName(alternatives)));
  }
  if (usages) extensions.push(extension(id_ce_extKeyUsage, new ExtendedKeyUsage([...usages])));
  return new Extensions(extensions);
}

function extension(extnID: string, value: unknown): Extension {
  return new Extension({ extnID, extnValue: new OctetString(AsnConvert.serialize(value)) });
}

function pemOf(der: ArrayBuffer): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

function toArrayBuffer(bytes: Uint8Array): ArrayBuffer {
  return Uint8Array.from(bytes).buffer;
}
