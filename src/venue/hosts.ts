/**
 * Where this program may send keys and orders: an allow-list, with no override for mainnet.
 *
 *   trading (REST, private stream)   demo hosts · loopback · hosts named explicitly
 *   public stream                    the same, and Bybit's mainnet public stream, which carries no keys
 */

const DEMO_HOSTS = ['api-demo.bybit.com', 'stream-demo.bybit.com']
const PUBLIC_STREAM_HOST = 'stream.bybit.com'
/** Play money as well, but never a default: only when named. */
const TESTNET_HOSTS = ['api-testnet.bybit.com', 'stream-testnet.bybit.com']

export type HostUse = 'trading' | 'public-stream'

/**
 * Null when the URL may be used, else a sentence saying why not and what is allowed.
 * `allowed` names further hosts; a mainnet host in it is refused all the same.
 */
export function refuseHost(url: string, allowed: readonly string[], use: HostUse = 'trading'): string | null {
  const parsed = URL.parse(url)
  if (parsed === null) return `${JSON.stringify(url)} is not a URL`
  const host = bare(parsed.hostname)
  if (isLoopback(host)) return null
  if (DEMO_HOSTS.includes(host) || (use === 'public-stream' && host === PUBLIC_STREAM_HOST)) {
    return isEncrypted(parsed) ? null : `${host} is reached over https or wss only, not ${parsed.protocol}//`
  }
  const named = allowed.some((name) => bare(name) === host)
  if (isMainnet(host)) {
    const despite = named ? ', even when it is named explicitly' : ''
    return `${host} is a mainnet trading host and is refused${despite}; allowed: ${choices(allowed, use)}`
  }
  return named ? null : `${host} is not an allowed host; allowed: ${choices(allowed, use)}`
}

/** Any Bybit or Bytick domain (regional ones included) that is not one of the play-money hosts. */
function isMainnet(host: string): boolean {
  return !TESTNET_HOSTS.includes(host) && /(?:^|\.)(?:bybit|bytick)[a-z0-9-]*\.[a-z]{2,}(?:\.[a-z]{2,})?$/.test(host)
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(host)
}

function isEncrypted(url: URL): boolean {
  return url.protocol === 'https:' || url.protocol === 'wss:'
}

function choices(allowed: readonly string[], use: HostUse): string {
  const stream = use === 'public-stream' ? [PUBLIC_STREAM_HOST] : []
  const named = allowed.map(bare).filter((host) => !isMainnet(host))
  return [...DEMO_HOSTS, ...stream, 'loopback', ...named].join(', ')
}

function bare(host: string): string {
  return host.trim().toLowerCase().replace(/\.$/, '')
}
