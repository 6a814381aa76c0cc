import assert from 'node:assert/strict';
import { test } from 'node:test';
import { proxyFor } from './proxy.ts';

test('the proxy is the one for the scheme, in either case, with or without its own scheme', () => {
  const https = new URL('https://registry.example.com/v2/');
  const http = new URL('http://registry.example.com/v2/');

  assert.equal(proxyFor(https, {}), undefined);
  assert.equal(proxyFor(https, { HTTPS_PROXY: 'http://proxy:3128' }), 'http://proxy:3128');
  assert.equal(proxyFor(https, { https_proxy: 'proxy:3128', HTTPS_PROXY: 'other' }), 'http://proxy:3128');
  assert.equal(proxyFor(https, { HTTP_PROXY: 'proxy:3128' }), undefined);
  assert.equal(proxyFor(http, { HTTP_PROXY: 'proxy:3128', HTTPS_PROXY: '' }), 'http://proxy:3128');
});

test('NO_PROXY exempts names, their subdomains, addresses, networks and ports', () => {
  const cases: readonly (readonly [noProxy: string, url: string, exempt: boolean])[] = [
    ['*', 'https://a.example.com', true],
    ['example.com', 'https://example.com', true],
    ['example.com', 'https://a.example.com', true],
    ['example.com', 'https://badexample.com', false],
    ['.example.com', 'https://a.example.com', true],
    ['.example.com', 'https://example.com', false],
    ['*.example.com', 'https://a.b.example.com', true],
    ['EXAMPLE.com.', 'https://a.example.COM', true],
    ['example.com:5000', 'https://example.com:5000', true],
    ['example.com:5000', 'https://example.com', false],
    ['example.com:443', 'https://example.com', true],
    ['a.com, b.com c.com', 'https://b.com', true],
    ['10.0.0.0/8', 'https://10.1.2.3:5000', true],
    ['10.0.0.0/8', 'https://11.1.2.3', false],
    ['10.0.0.0/8', 'https://ten.example.com', false],
    ['10.1.2.3', 'https://10.1.2.3', true],
    ['2001:db8::/32', 'https://[2001:db8::5]:5000', true],
    ['[2001:db8::5]:5000', 'https://[2001:db8::5]:5000', true],
    ['10.0.0.0/99,/,:,[', 'https://10.1.2.3', false],
    ['', 'https://localhost:5000', true],
    ['', 'https://127.8.8.8', true],
    ['', 'https://[::1]:5000', true],
    ['', 'https://10.1.2.3', false],
  ];

  for (const [noProxy, url, exempt] of cases) {
    const proxy = proxyFor(new URL(url), { HTTPS_PROXY: 'http://proxy:3128', NO_PROXY: noProxy });
    assert.equal(proxy === undefined, exempt, `${url} with NO_PROXY=${noProxy}`);
  }
});
