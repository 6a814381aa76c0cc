import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describePlatform, hostPlatform, parsePlatform, platformDistance } from './platform.ts';

test('a platform is read in every spelling people use and written in one', () => {
  const cases = [
    ['linux/amd64', 'linux/amd64'],
    ['linux/arm64/v8', 'linux/arm64/v8'],
    ['Linux/ARM64', 'linux/arm64'],
    ['arm64', 'linux/arm64'],
    ['x86_64', 'linux/amd64'],
    ['linux/aarch64', 'linux/arm64'],
    ['armhf', 'linux/arm/v7'],
    ['linux/arm/v6', 'linux/arm/v6'],
    ['windows/amd64', 'windows/amd64'],
  ] as const;

  for (const [text, expected] of cases) assert.equal(describePlatform(parsePlatform(text)), expected, text);
});

test('what is no platform is refused with an example', () => {
  for (const text of ['', '/', 'linux/', 'linux/arm64/v8/x', 'linux/arm 64', '../etc/passwd']) {
    assert.throws(() => parsePlatform(text), { code: 'USAGE', message: /linux\/arm64/ }, text);
  }
});

test('the host platform uses the names of images', () => {
  assert.deepEqual(hostPlatform('x64'), { os: 'linux', architecture: 'amd64' });
  assert.deepEqual(hostPlatform('arm64'), { os: 'linux', architecture: 'arm64' });
  assert.deepEqual(hostPlatform('s390x'), { os: 'linux', architecture: 's390x' });
});

test('the nearest offer is the same variant, then an older one, then a later one if none was asked for', () => {
  const cases = [
    { wanted: 'linux/amd64', offers: ['linux/amd64/v3', 'linux/amd64', 'linux/arm64'], chosen: 'linux/amd64' },
    { wanted: 'linux/amd64', offers: ['linux/amd64/v3', 'linux/amd64/v2'], chosen: 'linux/amd64/v2' },
    { wanted: 'linux/arm64', offers: ['linux/arm/v7', 'linux/arm64/v8'], chosen: 'linux/arm64/v8' },
    { wanted: 'linux/arm64/v8', offers: ['linux/amd64', 'linux/arm64'], chosen: 'linux/arm64' },
    { wanted: 'linux/arm', offers: ['linux/arm/v5', 'linux/arm/v6', 'linux/arm/v7'], chosen: 'linux/arm/v7' },
    { wanted: 'linux/arm/v6', offers: ['linux/arm/v5', 'linux/arm/v7'], chosen: 'linux/arm/v5' },
    { wanted: 'linux/arm/v5', offers: ['linux/arm/v6', 'linux/arm/v7'], chosen: undefined },
    { wanted: 'linux/s390x', offers: ['linux/amd64', 'linux/ppc64le'], chosen: undefined },
    { wanted: 'linux/amd64', offers: ['windows/amd64'], chosen: undefined },
    { wanted: 'linux/mips/softfloat', offers: ['linux/mips/hardfloat'], chosen: undefined },
  ];

  for (const { wanted, offers, chosen } of cases) {
    const ranked = offers
      .map((offer) => ({ offer, distance: platformDistance(parsePlatform(offer), parsePlatform(wanted)) }))
      .filter(({ distance }) => distance !== undefined)
      .sort((a, b) => (a.distance ?? 0) - (b.distance ?? 0));
    assert.equal(ranked[0]?.offer, chosen, `${wanted} of ${offers.join(', ')}`);
  }
});
