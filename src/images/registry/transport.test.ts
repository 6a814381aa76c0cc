import assert from 'node:assert/strict';
import { createServer as createTcpServer } from 'node:net';
import { type TestContext, test } from 'node:test';
import { listenOnLoopback } from '../../../test/support/loopback.ts';
import { open, readLayers, registryFor, serverFor } from './testing/open-for-test.ts';
import { type Mischief, refuse, sendBlob } from './testing/strict-registry.ts';
import { makeImage } from './testing/test-image.ts';

const image = makeImage();

async function misbehaving(t: TestContext, mischief: Mischief) {
  const server = await registryFor(t, { mischief });
  server.push(image, 'latest');
  return { reference: `${server.host}/team/app`, seen: server.seen };
}

test('trouble that passes is waited for', async (t) => {
  const tries = [408, 429, 500, 502, 503, 504].map(async (status) => {
    const { reference } = await misbehaving(t, (_, response, count) => {
      if (count > 1) return false;
      refuse(response, status, 'UNKNOWN', 'not now');
      return true;
    });
    assert.equal((await open(t, reference)).manifestDigest, image.manifest.digest, String(status));
  });

  await Promise.all(tries);
});

test('trouble that does not pass ends in a message with what the registry said', async (t) => {
  const { reference, seen } = await misbehaving(t, (_, response) => {
    refuse(response, 503, 'UNAVAILABLE', 'down for\u001b[31m maintenance');
    return true;
  });

  await assert.rejects(open(t, reference, { retries: 2 }), {
    code: 'REGISTRY_FAILED',
    message: /is in trouble \(503: UNAVAILABLE, down for \[31m maintenance\)\. Try again later/,
  });
  assert.equal(seen.length, 3);
});

test('what will not change is not repeated', async (t) => {
  for (const status of [400, 404, 405, 418]) {
    const { reference, seen } = await misbehaving(t, (_, response) => {
      refuse(response, status, 'UNKNOWN', 'no');
      return true;
    });
    await assert.rejects(open(t, reference));
    assert.equal(seen.length, 1, String(status));
  }
});

test('a rate limit is obeyed as the registry states it, in seconds or as a date', async (t) => {
  const tries = ['1', new Date(Date.now() + 2000).toUTCString()].map(async (after) => {
    const { reference } = await misbehaving(t, (_, response, count) => {
      if (count > 1) return false;
      response.setHeader('retry-after', after);
      refuse(response, 429, 'TOOMANYREQUESTS', 'slow down');
      return true;
    });
    const start = performance.now();
    await open(t, reference);
    assert.ok(performance.now() - start > 950, after);
  });

  await Promise.all(tries);
});

test('a rate limit that lasts too long is told instead of waited for', async (t) => {
  const { reference, seen } = await misbehaving(t, (_, response) => {
    response.setHeader('retry-after', '21600');
    refuse(response, 429, 'TOOMANYREQUESTS', 'You have reached your pull rate limit.');
    return true;
  });

  await assert.rejects(open(t, reference), {
    code: 'REGISTRY_FAILED',
    message:
      /limits how much may be pulled \(429: TOOMANYREQUESTS, You have reached your pull rate limit\.\)\. Try again in 21600 s, or sign in/,
  });
  assert.equal(seen.length, 1);
});

test('a registry that hangs ends as a time-out, wherever it hangs', async (t) => {
  const places: Record<string, Mischief> = {
    'before the answer': () => true,
    'in a manifest': (_, response) => {
      response.writeHead(200, {
        'content-type': image.manifest.mediaType,
        'content-length': image.manifest.content.length,
      });
      response.write('{');
      return true;
    },
    'in a configuration': (request, response) => {
      if (!request.path.includes('/blobs/')) return false;
      response.writeHead(200);
      const timer = setInterval(() => response.write(' '), 50);
      response.on('close', () => clearInterval(timer));
      return true;
    },
  };

  const tries = Object.entries(places).map(async ([place, mischief]) => {
    const { reference } = await misbehaving(t, mischief);
    const start = performance.now();
    await assert.rejects(open(t, reference, { timeoutMs: 400, retries: 5 }), {
      code: 'REGISTRY_TIMEOUT',
      message: /did not answer within 0\.4 s/,
    });
    assert.ok(performance.now() - start < 4000, `${place}: a silent registry is asked twice, not six times`);
  });

  await Promise.all(tries);
});

test('a port where nobody listens, a host that is none and a server that speaks something else are told apart', async (t) => {
  const babble = createTcpServer((socket) => {
    socket.on('error', () => {});
    socket.end('220 mail.example.com ESMTP\r\n');
  });
  const port = await listenOnLoopback(babble);
  t.after(() => babble.close());
  const cases = [
    ['127.0.0.1:1/app', /nothing accepts connections .*127\.0\.0\.1:1\b/],
    ['no-such-host.invalid/app', /there is no host no-such-host\.invalid|connection to no-such-host/],
    [`127.0.0.1:${port}/app`, /did not answer with HTTP/],
  ] as const;

  for (const [reference, message] of cases) {
    await assert.rejects(open(t, reference, { retries: 0 }), { code: 'REGISTRY_FAILED', message }, reference);
  }
});

test('a connection that is reset at once is tried again', async (t) => {
  const { reference } = await misbehaving(t, (_, response, count) => {
    if (count === 1) response.destroy();
    return count === 1;
  });

  assert.equal((await open(t, reference)).manifestDigest, image.manifest.digest);
});

test('a redirect to a storage host is followed without the credentials', async (t) => {
  const storageSaw: (string | undefined)[] = [];
  const storage = await serverFor(t, (request, response) => {
    storageSaw.push(request.headers.authorization);
    const blob = [image.config, ...image.layers].find(({ digest }) => request.path.endsWith(digest));
    sendBlob(request, response, blob);
  });
  const secret = `Basic ${Buffer.from('jo:secret').toString('base64')}`;
  const server = await registryFor(t, {
    authorization: () => secret,
    mischief: (request, response) => {
      if (!request.path.includes('/blobs/') || request.headers.authorization !== secret) return false;
      response.writeHead(307, { location: `http://user:word@${storage}/signed${request.path}` });
      response.end();
      return true;
    },
  });
  server.push(image, 'latest');

  const opened = await open(t, `${server.host}/team/app`, { username: 'jo', password: 'secret' });

  assert.deepEqual(
    await readLayers(opened),
    image.layers.map(({ digest }) => digest),
  );
  assert.deepEqual(storageSaw, [undefined, undefined, undefined]);
});

test('a storage host that asks for a sign-in never gets one', async (t) => {
  const storage = await serverFor(t, (request, response) => {
    assert.equal(request.headers.authorization, undefined);
    response.setHeader('www-authenticate', 'Basic realm="give me your password"');
    refuse(response, 401, 'UNAUTHORIZED', 'who are you?');
  });
  const { reference } = await misbehaving(t, (_, response) => {
    response.writeHead(302, { location: `http://${storage}/` });
    response.end();
    return true;
  });

  await assert.rejects(open(t, reference, { username: 'jo', password: 'secret' }), {
    code: 'REGISTRY_FAILED',
    message: /answered 401/,
  });
});

test('a redirect within the registry keeps the credentials', async (t) => {
  const secret = `Basic ${Buffer.from('jo:secret').toString('base64')}`;
  const server = await registryFor(t, {
    authorization: () => secret,
    mischief: (request, response) => {
      if (!request.path.endsWith('/manifests/latest') || request.headers.authorization !== secret) return false;
      response.writeHead(301, { location: `/v2/team/app/manifests/${image.manifest.digest}` });
      response.end();
      return true;
    },
  });
  server.push(image);

  await open(t, `${server.host}/team/app`, { username: 'jo', password: 'secret' });
});

test('a redirect in circles, to nowhere or to something that is not the web is refused', async (t) => {
  const cases = [
    ['/v2/team/app/manifests/latest', /in circles/],
    ['http://[', /redirects to no address/],
    ['file:///etc/passwd', /of the kind file:/],
  ] as const;

  for (const [location, message] of cases) {
    const { reference, seen } = await misbehaving(t, (_, response) => {
      response.writeHead(302, { location });
      response.end();
      return true;
    });
    await assert.rejects(open(t, reference), { code: 'REGISTRY_FAILED', message }, location);
    assert.ok(seen.length < 10);
  }
});

test('a proxy that is none, or does not answer, is named', async (t) => {
  const cases = [
    ['http://[', /address of the proxy is none/],
    ['http://127.0.0.1:1', /nothing accepts connections \(.*127\.0\.0\.1:1\).*any proxy/],
  ] as const;
  const before = process.env.HTTP_PROXY;
  t.after(() => {
    if (before === undefined) delete process.env.HTTP_PROXY;
    else process.env.HTTP_PROXY = before;
  });

  for (const [proxy, message] of cases) {
    process.env.HTTP_PROXY = proxy;
    await assert.rejects(open(t, 'registry.invalid/app', { retries: 0 }), { code: 'REGISTRY_FAILED', message }, proxy);
  }
});
