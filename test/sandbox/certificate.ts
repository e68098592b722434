import { createHash, X509Certificate } from 'node:crypto'
import { generate } from 'selfsigned'

export type Certificate = { key: string; cert: string; spki: string }

/**
 * Makes a throw-away self-signed certificate (EC P-256) for the given host names. `spki` is the base64
 * SHA-256 of its SubjectPublicKeyInfo, which Chromium's `--ignore-certificate-errors-spki-list` takes (only
 * together with `--user-data-dir`).
 */
export async function makeCertificate(hosts: string[]): Promise<Certificate> {
  const pems = await generate([{ name: 'commonName', value: 'Dealpass sandbox' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    extensions: [{ name: 'subjectAltName', altNames: hosts.map(value => ({ type: 2, value })) }],
  })
  const publicKey = new X509Certificate(pems.cert).publicKey.export({ type: 'spki', format: 'der' })
  const spki = createHash('sha256').update(publicKey).digest('base64')
  return { key: pems.private, cert: pems.cert, spki }
}
