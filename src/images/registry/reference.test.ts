import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatReference, isReference, parseReference } from './reference.ts';

const hex = '1234567890abcdef'.repeat(4);
const digest = `sha256:${hex}`;

test('every default of Docker is filled in', () => {
  const cases = [
    ['alpine', 'docker.io/library/alpine:latest'],
    ['alpine:3.20', 'docker.io/library/alpine:3.20'],
    ['grafana/grafana', 'docker.io/grafana/grafana:latest'],
    ['docker.io/alpine', 'docker.io/library/alpine:latest'],
    ['index.docker.io/library/alpine:3', 'docker.io/library/alpine:3'],
    ['ghcr.io/owner/app', 'ghcr.io/owner/app:latest'],
    ['localhost/app', 'localhost/app:latest'],
    ['localhost:5000/app', 'localhost:5000/app:latest'],
    ['localhost:5000/team/app:1.0', 'localhost:5000/team/app:1.0'],
    ['127.0.0.1:5000/app', '127.0.0.1:5000/app:latest'],
    ['[::1]:5000/app:1', '[::1]:5000/app:1'],
    ['[2001:db8::1]/app', '[2001:db8::1]/app:latest'],
    ['Registry/app', 'Registry/app:latest'],
    ['registry.example.com:443/a/b/c/d', 'registry.example.com:443/a/b/c/d:latest'],
    ['localhost:5000', 'docker.io/library/localhost:5000'],
    ['foo__bar/baz---qux.x', 'docker.io/foo__bar/baz---qux.x:latest'],
    [`alpine@${digest}`, `docker.io/library/alpine@${digest}`],
    [`alpine:3.20@${digest}`, `docker.io/library/alpine:3.20@${digest}`],
    [`localhost:5000/app@${digest}`, `localhost:5000/app@${digest}`],
  ] as const;

  for (const [text, full] of cases) assert.equal(formatReference(parseReference(text)), full, text);
});

test('what is not the name of an image is refused with the reason', () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ['', /not a repository|no repository/],
    ['Alpine', /lower case/],
    ['registry.example.com/Team/app', /lower case/],
    ['registry.example.com/', /no repository/],
    ['./alpine', /not a host/],
    ['../alpine.tar', /not a host/],
    ['/etc/passwd', /not a repository/],
    ['a//b', /not a repository/],
    ['alpine:', /not a tag/],
    ['alpine:-x', /not a tag/],
    [`alpine:${'a'.repeat(129)}`, /not a tag/],
    ['al pine', /not a repository/],
    ['_alpine', /not a repository/],
    ['alpine..x', /not a repository/],
    ['alpine___x', /not a repository/],
    ['-bad.example.com/app', /not a host/],
    ['host:99999/app', /not a host/],
    ['host:0/app', /not a host/],
    ['[::1/app', /not a host/],
    ['[::1%eth0]:5000/app', /not a host/],
    ['user:secret@host/app', /not a digest/],
    ['alpine@sha256:abc', /not a digest/],
    [`alpine@sha256:${hex.toUpperCase()}`, /lower case/],
    [`alpine@sha512:${hex}${hex}`, /kind sha512 are not supported/],
    [hex, /image id/],
    ['a'.repeat(256), /longer than 255/],
    ['a'.repeat(2000), /longer than 1024/],
  ];

  for (const [text, message] of cases) {
    assert.throws(() => parseReference(text), { code: 'INPUT_UNRECOGNISED', message }, text);
    assert.equal(isReference(text), false, text);
  }
});

test('a full name means itself', () => {
  const component = fc.stringMatching(/^[a-z0-9]{1,8}([._-][a-z0-9]{1,4})?$/);
  const host = fc.constantFrom('docker.io', 'localhost:5000', 'quay.io', '[::1]:80', '10.0.0.1');
  const tag = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}$/);

  fc.assert(
    fc.property(host, fc.array(component, { minLength: 2, maxLength: 4 }), tag, (registry, path, version) => {
      const text = `${registry}/${path.join('/')}:${version}`;
      assert.equal(formatReference(parseReference(text)), text);
    }),
  );
});

test('any text is answered at once', () => {
  const hostile = [
    'a-'.repeat(500),
    `${'a.'.repeat(500)}/x`,
    `[${':'.repeat(900)}]/x`,
    '@'.repeat(1000),
    '_'.repeat(1000),
  ];

  for (const text of hostile) assert.equal(isReference(text), false);
  fc.assert(fc.property(fc.string({ maxLength: 300 }), (text) => typeof isReference(text) === 'boolean'));
});
