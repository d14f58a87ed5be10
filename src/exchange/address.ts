/**
 * An address to listen on, as a client on the same machine writes it.
 */

/** Host and port for a URL; an address that means "every interface" becomes loopback, IPv6 gets its brackets. */
export function clientAddress(host: string, port: number): string {
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  return `${name.includes(':') ? `[${name}]` : name}:${port}`
}
