import { BlockList, isIP } from 'node:net';

/** The variables that name proxies, in either case. */
export type ProxyVariables = Readonly<Record<string, string | undefined>>;

/**
 * The proxy a URL is to be fetched through, by `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` as container tools read them:
 * `NO_PROXY` takes names with their subdomains, addresses, networks (`10.0.0.0/8`), ports and `*`; this machine itself
 * is never asked for through a proxy.
 */
export function proxyFor(url: URL, variables: ProxyVariables): string | undefined {
  const read = (name: string) => variables[name.toLowerCase()] || variables[name] || undefined;
  const proxy = read(url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY');
  if (!proxy || isExempt(url, read('NO_PROXY') ?? '')) return undefined;
  return proxy.includes('://') ? proxy : `http://${proxy}`;
}

function isExempt(url: URL, noProxy: string): boolean {
  const host = bare(url.hostname);
  if (host === 'localhost' || (isIP(host) && inNetwork(host, loopback))) return true;
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return noProxy
    .split(/[,\s]/)
    .filter((entry) => entry !== '')
    .some((entry) => matches(entry, host, port));
}

function matches(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  const network = networkOf(entry);
  if (network) return isIP(host) !== 0 && inNetwork(host, network);
  const [, name = entry, wantedPort] = /^(\[.*\]|[^:]*)(?::(\d+))?$/.exec(entry) ?? [];
  if (wantedPort !== undefined && wantedPort !== port) return false;
  const domain = bare(name).replace(/^\*(?=\.)/, '');
  // `.example.com` means subdomains only, `example.com` the domain too.
  return domain.startsWith('.')
    ? host.endsWith(domain)
    : host === domain || (!isIP(host) && host.endsWith(`.${domain}`));
}

function bare(host: string): string {
  return host
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/(?<=.)\.$/, '')
    .toLowerCase();
}

function networkOf(entry: string): BlockList | undefined {
  const [address = '', prefix = ''] = entry.split('/');
  const family = isIP(address);
  const bits = /^\d{1,3}$/.test(prefix) ? Number(prefix) : -1;
  if (family === 0 || bits < 0 || bits > (family === 4 ? 32 : 128)) return undefined;
  const list = new BlockList();
  list.addSubnet(address, bits, family === 4 ? 'ipv4' : 'ipv6');
  return list;
}

function inNetwork(address: string, network: BlockList): boolean {
  return network.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6');
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');
